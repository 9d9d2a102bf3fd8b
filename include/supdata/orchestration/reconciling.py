"""The reconcile stage: the run counted again from its files and from the ledger."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import msgspec
from msgspec.structs import replace

from supdata.errors import RunStopped, TryLater
from supdata.ledger.rekeying import require_own_key
from supdata.ledger.store import Ledger
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
from supdata.records.shipment import Departed, Receipt
from supdata.records.states import Action, Verdict

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
        _settle(run)
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


def _settle(run: Run) -> None:
    """Let later plans know that nothing of this run is left unanswered; the next one finds out by itself where this cannot."""
    with suppress(TryLater), open_ledger() as ledger:
        ledger.settle(run.institution.uai)


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


class _Place(msgspec.Struct, frozen=True, gc=False):
    """Where a record stands, which is all that matters of most."""

    source: str
    row: int


class _Judged(msgspec.Struct, frozen=True, gc=False):
    source: str
    row: int
    verdict: Verdict


class _Due(msgspec.Struct, frozen=True, gc=False):
    """A planned record without its body."""

    source: str
    row: int
    key: str
    action: Action


@dataclass(frozen=True)
class _Planned:
    """A chunk file, read anew whenever it is iterated."""

    run: Run
    name: str

    def __iter__(self) -> Iterator[_Due]:
        return self.run.folder.read("plan", self.name, _Due)


def _balance(run: Run) -> Balance:
    (plan,) = run.folder.results("plan")
    names = {name: stage for stage, prefix in PUSHES.items() for name in plan.files if name.startswith(prefix)}
    with open_ledger() as ledger:
        require_own_key(ledger, run.ledger_id)
        evidence = Evidence(
            rows=run.folder.read("extract", "rows.jsonl", _Place),
            unreadable=run.folder.read("extract", "unreadable.jsonl", _Place),
            enrolments=run.folder.read("normalise", "enrolments.jsonl", _Place),
            judgements=run.folder.read("validate", "judgements.jsonl", _Judged),
            valid=run.folder.read("validate", "valid.jsonl", _Place),
            unchanged=run.folder.read("plan", "unchanged.jsonl", _Place),
            waiting=run.folder.read("plan", "waiting.jsonl", Receipt),
            departed=run.folder.read("plan", "departed.jsonl", Departed),
            left_out=rows_left_out(run),
            chunks=_Chunks(run, ledger, names),
            strays=_strays(run, ledger, {name.removesuffix(".jsonl") for name in names}),
            superseded=partial(ledger.superseded, run.ledger_id),
        )
        return check(evidence)


@dataclass(frozen=True)
class _Chunks:
    """The chunks of a plan, each looked at when its turn comes; `names` are their files, by the stage that sends them."""

    run: Run
    ledger: Ledger
    names: Mapping[str, str]

    def __iter__(self) -> Iterator[ChunkEvidence]:
        for name, stage in self.names.items():
            sent = self.ledger.receipts(self.run.ledger_id, name.removesuffix(".jsonl"))
            receipts = self.run.folder.read(stage, name, Receipt) if self.run.folder.has(stage, name) else None
            yield ChunkEvidence(_Planned(self.run, name), receipts, held=stage == "push_held", ledger=sent)


def _strays(run: Run, ledger: Ledger, planned: Collection[str]) -> Iterator[Receipt]:
    for chunk in ledger.chunks_sent(run.ledger_id):
        if chunk not in planned:
            yield from ledger.receipts(run.ledger_id, chunk)
