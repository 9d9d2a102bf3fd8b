"""The school's runs in the ledger: what the report compares with, and what it leaves there for the next ones."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from supdata.errors import SupdataError
from supdata.ledger.history import History
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome
from supdata.records.summary import RunSummary
from supdata.report.content import RunFacts
from supdata.report.summarising import batch_of, summarise


class _Sent(msgspec.Struct, frozen=True):
    """Of a planned record, the two hashes that name it; the rest of its line is passed over."""

    key: str
    content: str


def runs_before(run: Run, result: StageResult, last: int = 30) -> Sequence[RunSummary]:
    """Return the runs that were due before this one, the newest first; none, with a note, when the ledger is away."""
    try:
        with open_ledger() as ledger:
            found = History(ledger.connection).of(run.institution.uai, last + 1)
    except SupdataError as error:
        result.notes.append(f"the runs before this one could not be read: {type(error).__name__}")
        return []
    return [one for one in found if one.run_id != run.run_id and one.due <= run.started][:last]


def keep_summary(run: Run, facts: RunFacts, result: StageResult) -> None:
    """Note this run in the ledger; without it, which must cost nobody a report, a note says so."""
    now = datetime.now(UTC)
    summary = summarise(
        facts, dag_id=run.dag_id, due=run.started, started=run.began or run.started, ended=now, batch=batch_of(_declared(run))
    )
    try:
        with open_ledger() as ledger:
            History(ledger.connection).keep(summary)
    except SupdataError as error:
        result.notes.append(f"this run is missing from the history: {type(error).__name__}")


def _declared(run: Run) -> Iterator[tuple[str, str]]:
    """Yield key and content of each record that the registry has accepted in this run, chunk by chunk."""
    for stage in ("push", "push_held"):
        for name in dict.fromkeys(name for result in run.folder.results(stage) for name in result.files):
            if not (run.folder.has(stage, name) and run.folder.has("plan", name)):
                continue
            receipts = run.folder.read(stage, name, Receipt)
            accepted = {one.key for one in receipts if one.outcome is Outcome.ACCEPTED}
            planned = run.folder.read("plan", name, _Sent)
            yield from ((one.key, one.content) for one in planned if one.key in accepted)
