"""Which of a school's files green runs have read: remembered in the ledger, and moved away where the school wants that."""

from collections.abc import Sequence
from datetime import UTC, datetime

from supdata.config.models import Institution
from supdata.config.sftp_source import SftpSource
from supdata.errors import SupdataError
from supdata.extract.sftp import archive
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.run import Run
from supdata.orchestration.sftp_access import sftp_sessions
from supdata.records.rows import ReadFile

#: Before any file; a sensor wants some moment.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def files_read_before(run: Run) -> list[ReadFile]:
    """Return the files of this school that green runs have read; none where the source takes files whether read or not."""
    source = run.institution.source
    if not isinstance(source, SftpSource) or source.take != "next":
        return []
    return _known(run.institution)


def newer_than(institution: Institution) -> str:
    """Return the moment, as ISO text, from which a file is one that no green run has read: what a waiting run looks for.

    Airflow's SFTP sensor reads a file's time in the machine's own time zone and then takes it for UTC; so does this, or a
    machine that is not in UTC would be an hour or two wrong.
    """
    latest = max((one.modified for one in _known(institution)), default=None)
    if latest is None:
        return LONG_AGO.isoformat()
    return datetime.fromtimestamp(latest + 1).replace(tzinfo=UTC).isoformat()  # noqa: DTZ006


def keep_files_read(run: Run) -> list[str]:
    """Remember what this run has read, and archive it where the source says so; return a note on each file left in place.

    Call it when the balance has closed: a run that is red reads its files again.
    """
    source = run.institution.source
    read = [file for result in run.folder.results("extract") for file in result.read_files]
    if not isinstance(source, SftpSource) or not read or run.dry_run or run.limit is not None:
        return []
    with open_ledger() as ledger:
        ledger.keep_files(run.institution.uai, run.ledger_id, read, run.started)
    if source.archive is None:
        return []
    left = _archived(source, read)
    return [f"{name} could not be moved to {source.archive}, or has changed since it was read: it stays" for name in left]


def _archived(source: SftpSource, read: Sequence[ReadFile]) -> list[str]:
    """Move the files; a server that is away now does not undo a run that is complete."""
    try:
        with sftp_sessions(source.connection) as connect:
            return archive(connect(), read, source.archive or "")
    except SupdataError:
        return [file.name for file in read]


def _known(institution: Institution) -> list[ReadFile]:
    with open_ledger() as ledger:
        return ledger.files_read(institution.uai)
