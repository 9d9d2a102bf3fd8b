"""Corrected lists that a school has dropped on its SFTP server, taken in at the beginning of a run."""

import logging
import posixpath
from collections.abc import Iterator
from stat import S_ISREG
from typing import Any

import msgspec
from paramiko.ssh_exception import SSHException

from supdata.corrections.reading import LARGEST_FILE
from supdata.errors import SupdataError
from supdata.orchestration.corrections import receive, was_received
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult
from supdata.orchestration.sftp_access import sftp_sessions

log = logging.getLogger(__name__)

#: What became of each dropped list, in the run folder.
DROPPED = "corrections_dropped.jsonl"
#: How many lists of one folder a run looks at: a registrar drops one.
MOST_LISTS = 50
ENDINGS = (".csv", ".xlsx")
BY = "dossier de dépôt"


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A dropped list that was read in this run, and what became of it; its faults are in French."""

    file: str
    taken: int
    faults: tuple[str, ...]


def take_dropped_lists(run: Run, result: StageResult) -> None:
    """Take in the lists in the school's folder that have not been taken yet; the folder is left as it is.

    A folder that cannot be read keeps nobody from being declared: a note says so, and the report.
    """
    wanted = run.institution.corrections
    if wanted is None:
        return
    connection = wanted.connection or run.institution.source.connection
    try:
        with sftp_sessions(connection) as connect:
            dropped = list(_received(run, connect(), wanted.path))
    except (SupdataError, OSError, EOFError, SSHException) as error:
        result.notes.append(f"the folder of corrections could not be read: {type(error).__name__}")
        dropped = [Dropped(file=wanted.path, taken=0, faults=("le dossier n’a pas pu être lu.",))]
    if dropped:
        run.folder.write("extract", DROPPED, dropped)
        result.files.append(DROPPED)
    for one in dropped:
        log.info("extract.corrections taken=%d faults=%d", one.taken, len(one.faults))


def dropped_lists(run: Run) -> list[Dropped]:
    """Return what became of the lists that this run has found."""
    return list(run.folder.read("extract", DROPPED, Dropped)) if run.folder.has("extract", DROPPED) else []


def _received(run: Run, client: Any, folder: str) -> Iterator[Dropped]:
    found = sorted(client.listdir_attr(folder), key=lambda one: (one.st_mtime or 0, one.filename))
    lists = [one for one in found if S_ISREG(one.st_mode or 0) and one.filename.lower().endswith(ENDINGS)]
    for one in lists[-MOST_LISTS:]:
        with client.open(posixpath.join(folder, one.filename), "rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
        if not was_received(run.institution.uai, content):
            reception = receive(run.institution.uai, one.filename, content, BY, run.started)
            if reception.taken or reception.faults:
                yield Dropped(file=one.filename, taken=reception.taken, faults=reception.faults)
