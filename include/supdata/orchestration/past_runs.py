"""The school's runs in the ledger: what the report compares with, and what it leaves there for the next ones."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from supdata.errors import SupdataError
from supdata.ledger.history import History
from supdata.orchestration.ledger_access import fingerprint, open_ledger
from supdata.orchestration.metrics import emit_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult, as_json
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome
from supdata.records.summary import RunSummary
from supdata.report.content import RunFacts
from supdata.report.summarising import batch_of, summarise

#: The run in figures, beside its report.
SUMMARY = "summary.json"


class Summed(msgspec.Struct, frozen=True, kw_only=True):
    """A run in figures, and a keyed hash of all that is to be corrected ("" where the key is missing)."""

    summary: RunSummary
    items: str


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


def summary_of(run: Run, facts: RunFacts) -> RunSummary:
    """Return this run in figures, as it stands now."""
    return summarise(
        facts,
        dag_id=run.dag_id,
        due=run.started,
        started=run.began or run.started,
        ended=datetime.now(UTC),
        batch=batch_of(_declared(run)),
    )


def keep_summary(run: Run, facts: RunFacts, summary: RunSummary, result: StageResult) -> None:
    """Leave a run's figures beside its report and note them in the ledger; without the ledger a note says so."""
    run.folder.write_bytes("report", SUMMARY, as_json(Summed(summary=summary, items=_items(facts))))
    result.files.append(SUMMARY)
    emit_run(summary)
    try:
        with open_ledger() as ledger:
            History(ledger.connection).keep(summary)
    except SupdataError as error:
        result.notes.append(f"this run is missing from the history: {type(error).__name__}")


def summed(run: Run) -> Summed:
    """Return what the report stage has left; raises CallUs when it has left nothing."""
    with run.folder.opened("report", SUMMARY) as stream:
        return msgspec.json.decode(stream.read(), type=Summed)


def _items(facts: RunFacts) -> str:
    """Return the keyed hash of what is to be corrected: which finding on which row, and with which value."""
    try:
        key = fingerprint()
    except SupdataError:
        return ""
    findings = (
        (one.finding.rule, one.where.sis_id or f"{one.where.source}:{one.where.row}", one.value) for one in facts.corrections
    )
    return key.findings(part for one in sorted(findings) for part in one)


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
