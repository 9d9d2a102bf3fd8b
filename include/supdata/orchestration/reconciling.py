"""The reconcile stage: the run counted again from its files and from the ledger."""

from functools import partial

from msgspec.structs import replace

from supdata.errors import RunStopped
from supdata.orchestration.approval import decision_of
from supdata.orchestration.confirming import confirm
from supdata.orchestration.extraction import rows_left_out
from supdata.orchestration.files_read import keep_files_read
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.reading_since import keep_read
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult, as_json
from supdata.reconcile.balance import Balance, ChunkEvidence, Evidence, check, raise_if_broken
from supdata.reconcile.confirming import raise_if_different
from supdata.records.counts import Counts
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.records.rows import RawRow, UnreadableRow
from supdata.records.shipment import Departed, Known, Planned, Receipt

BALANCE = "balance.json"
#: Which of the plan's files each push sends.
PUSHES = {"push": "chunk-", "push_held": "held-"}
#: Without these the run has no plan, and nothing to count against.
BEFORE_PUSH = ("extract", "normalise", "validate", "plan")


def reconcile_run(run: Run) -> Counts:
    """Count the run again, leave the balance in the run folder, and return the counts.

    Raises RunStopped when a stage before the push did not end well, BalanceBroken when the balance does not close, TryLater
    when records were not sent or their fate is not known; and what `confirm` raises, where the school has a read connection.
    """
    with run.stage("reconcile") as result:
        _require_a_plan(run)
        balance = _balance(run)
        _leave(run, result, balance)
        result.files.append(BALANCE)
        raise_if_broken(balance, dry_run=run.dry_run)
        _require_all_pushes(run)
        result.notes += keep_files_read(run)
        keep_read(run)
        confirmation = confirm(run, result)
        counts = replace(balance.counts, looked_up=confirmation.looked_up, missing=confirmation.to_heal)
        balance = replace(balance, counts=counts)
        _leave(run, result, balance)
        raise_if_different(confirmation)
    return balance.counts


def _leave(run: Run, result: StageResult, balance: Balance) -> None:
    run.folder.write_bytes("reconcile", BALANCE, as_json(balance))
    result.counts.update({name: getattr(balance.counts, name) for name in Counts.__struct_fields__})


def _require_a_plan(run: Run) -> None:
    for stage in BEFORE_PUSH:
        results = run.folder.results(stage)
        if not results or not results[0].success:
            raise _stopped(f"`{stage}` did not end well" if results else f"`{stage}` did not run", stage)


def _require_all_pushes(run: Run) -> None:
    """Refuse a run whose push is red though the ledger has every answer, as after a worker killed at its last record.

    And one that holds a batch about which nobody was asked, because `approve` itself failed.
    """
    (plan,) = run.folder.results("plan")
    if not run.dry_run and any(name.startswith("held-") for name in plan.files) and decision_of(run) is None:
        raise _stopped("`approve` has left no decision on what is held", "approve")
    for stage, prefix in PUSHES.items():
        ended_well = {name for one in run.folder.results(stage) if one.success for name in one.files}
        begun = {name for one in run.folder.results(stage) for name in one.files}
        due = {name for name in plan.files if name.startswith(prefix)} if stage == "push" else begun
        if left := sorted(due - ended_well):
            raise _stopped(f"`{stage}` did not end well for {', '.join(left)}", stage)


def _stopped(found: str, stage: str) -> RunStopped:
    return RunStopped("Counting every row of the run again", found, f"Mend `{stage}`, clear it, and this task runs again.")


def _balance(run: Run) -> Balance:
    (plan,) = run.folder.results("plan")
    with open_ledger() as ledger:
        evidence = Evidence(
            rows=run.folder.read("extract", "rows.jsonl", RawRow),
            unreadable=run.folder.read("extract", "unreadable.jsonl", UnreadableRow),
            enrolments=run.folder.read("normalise", "enrolments.jsonl", Enrolment),
            judgements=run.folder.read("validate", "judgements.jsonl", Judgement),
            valid=run.folder.read("validate", "valid.jsonl", Enrolment),
            unchanged=run.folder.read("plan", "unchanged.jsonl", Known),
            waiting=run.folder.read("plan", "waiting.jsonl", Receipt),
            departed=run.folder.read("plan", "departed.jsonl", Departed),
            left_out=rows_left_out(run),
            chunks=[
                _chunk(run, name, stage, held=stage == "push_held")
                for stage, prefix in PUSHES.items()
                for name in plan.files
                if name.startswith(prefix)
            ],
            ledger=ledger.receipts(run.ledger_id),
            superseded=partial(ledger.superseded, run.ledger_id),
        )
        return check(evidence)


def _chunk(run: Run, name: str, stage: str, *, held: bool = False) -> ChunkEvidence:
    receipts = run.folder.read(stage, name, Receipt) if run.folder.has(stage, name) else None
    return ChunkEvidence(planned=run.folder.read("plan", name, Planned), receipts=receipts, held=held)
