"""Which schools have had no green run for too long: seen from the ledger, where a school that no longer runs leaves a gap."""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from supdata.config.faults import InvalidInstitution
from supdata.config.loading import find_institution_files, load_institution
from supdata.config.models import Institution
from supdata.ledger.history import History
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.notifying import tell
from supdata.report.degraded import days_silent
from supdata.report.notices import Kind, Notice

log = logging.getLogger(__name__)


def tell_silent_schools(folder: Path, now: datetime) -> list[str]:
    """Tell ops, in one notice, which schools of `folder` have gone silent by `now`, and return their UAIs.

    A school that has never had a run is not among them: it is being set up, or paused.
    """
    with open_ledger() as ledger:
        history = History(ledger.connection).overview()
    silent = {
        one.uai: days
        for one in _institutions(folder)
        if one.enabled and (days := days_silent(one.watch, history.get(one.uai, []), now, scheduled=one.schedule is not None))
    }
    log.info("maintenance.silent schools=%d", len(silent))
    if silent:
        longest = sorted(silent.items(), key=lambda item: (-item[1], item[0]))
        named = ", ".join(f"{uai} for {days} days" for uai, days in longest)
        told = f"{len(silent)} school{'s' if len(silent) > 1 else ''} without a green run: {named}"
        tell(Notice(kind=Kind.SILENT, uai="all", school="", run_id="", message=told, to_do="See each school's last runs."))
    return sorted(silent)


def _institutions(folder: Path) -> Iterator[Institution]:
    """Yield the schools whose files can be read; the others are red by themselves."""
    for path in find_institution_files(folder):
        try:
            yield load_institution(path)
        except InvalidInstitution:
            continue
