"""What a report tells besides the run's own rows: runs before, the next one, and when the registry is asked again."""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]  # publishes no types

from supdata.config.models import Institution
from supdata.errors import SupdataError
from supdata.ledger.entries import Entry
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome
from supdata.records.summary import RunSummary
from supdata.report.content import Background

#: Whom a registrar asks: an e-mail address, of the team that runs this installation.
SUPPORT_VARIABLE = "SUPDATA_SUPPORT"


def background_of(
    run: Run, receipts: Iterable[Receipt], this: RunSummary, past: Sequence[RunSummary], result: StageResult
) -> Background:
    """Return what is known around a run; what the ledger would have told is left out, with a note, when it is away."""
    left = {outcome: list[str]() for outcome in (Outcome.REFUSED, Outcome.UNKNOWN_STUDENT)}
    for one in receipts:
        if one.outcome in left:
            left[one.outcome].append(one.key)
    spans = {outcome: _span(entries) for outcome, entries in _entries(left, result).items()}
    return Background(
        this=this,
        past=tuple(past),
        next_run=next_run(run.institution, run.started),
        refused_again=spans.get(Outcome.REFUSED),
        unknown_again=spans.get(Outcome.UNKNOWN_STUDENT),
        support=os.environ.get(SUPPORT_VARIABLE, ""),
    )


def next_run(institution: Institution, after: datetime) -> datetime | None:
    """Return when the school's next scheduled run is due, by its own clock; None for one that is run by hand."""
    cron = institution.cron()
    if cron is None or not institution.enabled:
        return None
    found: datetime = croniter(cron, after.astimezone(ZoneInfo(institution.timezone))).get_next(datetime)
    return found


def _entries(left: dict[Outcome, list[str]], result: StageResult) -> dict[Outcome, list[Entry]]:
    if not any(left.values()):
        return {}
    try:
        with open_ledger() as ledger:
            return {outcome: list(ledger.entries(keys).values()) for outcome, keys in left.items()}
    except SupdataError as error:
        result.notes.append(f"when the registry is asked again is not known: {type(error).__name__}")
        return {}


def _span(entries: Iterable[Entry]) -> tuple[datetime, datetime] | None:
    due = [one.next_due for one in entries if one.next_due is not None]
    return (min(due), max(due)) if due else None
