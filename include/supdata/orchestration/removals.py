"""Schools whose institution file is gone without a word: ops are told of them every day, and the ledger keeps what it knows."""

import logging
from pathlib import Path

import psycopg

from supdata.config.faults import InvalidInstitution
from supdata.config.loading import find_institution_files, load_institution
from supdata.ledger.removals import acknowledged, forget_returned, known_schools
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.notifying import tell
from supdata.report.notices import Kind, Notice

log = logging.getLogger(__name__)


def gone_without_a_word(connection: psycopg.Connection, folder: Path) -> list[str]:
    """Return the schools that the ledger knows, `folder` has no file of, and whose removal nobody has acknowledged."""
    return sorted(known_schools(connection) - _present(folder) - {one.uai for one in acknowledged(connection)})


def tell_of_removed_schools(folder: Path) -> list[str]:
    """Tell ops, in one notice, which schools are gone without a word, and return their UAIs.

    What was acknowledged of a school whose file is there again is forgotten: its next removal wants a word of its own.
    """
    with open_ledger() as ledger:
        forget_returned(ledger.connection, _present(folder))
        gone = gone_without_a_word(ledger.connection, folder)
    log.info("maintenance.removed schools=%d", len(gone))
    if gone:
        told = f"{len(gone)} school{'s have' if len(gone) > 1 else ' has'} no institution file any more: {', '.join(gone)}"
        to_do = (
            "Put the file back, or acknowledge it: supdata ledger remove --school … --reason … Until then the ledger keeps all."
        )
        tell(Notice(kind=Kind.REMOVED, uai="all", school="", run_id="", message=told, to_do=to_do))
    return gone


def _present(folder: Path) -> frozenset[str]:
    """Return the UAIs under which a file declares; one with faults is there by its name, until it is mended."""
    found: set[str] = set()
    for path in find_institution_files(folder):
        found.add(path.stem)
        try:
            institution = load_institution(path)
        except InvalidInstitution:
            continue
        found.update((institution.uai, *institution.also))
    return frozenset(found)
