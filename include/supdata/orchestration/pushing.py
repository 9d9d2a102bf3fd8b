"""The push stage: one chunk to the registry, its receipts into the ledger as they come and into the run folder at the end."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from supdata.config.windows import Window
from supdata.errors import SupdataError, TryLater
from supdata.ledger.rekeying import require_own_key
from supdata.ledger.store import Ledger
from supdata.orchestration.hook import SupdataHook
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.reading_back import read_side_of
from supdata.orchestration.run import Run
from supdata.plan.batch import HELD_BATCH, HeldBatch, check_release
from supdata.plan.windows import passes, told, window_at
from supdata.push.sending import push_chunk, receipts_so_far
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome


def push_chunk_of(run: Run, stage: str, chunk: str, approved: str | None = None) -> dict[str, int]:
    """Declare one chunk and return how many records ended in each outcome.

    In a dry run nothing leaves and every record is `not_attempted`. When the push raises, the receipts so far are written all
    the same, so that the run folder tells what the ledger tells. `approved` is the hash of the batch that a person approved,
    for a held chunk: RunStopped is raised, and nothing sent, when the chunk is not part of it. TryLater is raised when a window
    has begun since the plan was made: what it lets through is sent first, and what it does not is left.
    """
    planned = list(run.folder.read("plan", f"{chunk}.jsonl", Planned))
    with run.stage(stage, chunk) as result:
        result.files.append(f"{chunk}.jsonl")
        if approved is not None:
            check_release(_held_batch(run), approved=approved, chunk=chunk, records=planned)
        receipts = _not_sent(planned) if run.dry_run else _send(run, stage, chunk, planned)
        run.folder.write(stage, f"{chunk}.jsonl", receipts)
        result.counts.update(Counter(str(one.outcome) for one in receipts))
    return result.counts


def _held_batch(run: Run) -> HeldBatch:
    return msgspec.json.decode(run.folder.read_bytes("plan", HELD_BATCH), type=HeldBatch)


def label_of(run: Run, chunk: str) -> str:
    """Return what the grid shows for a chunk: which rows it holds."""
    rows = [one.row for one in run.folder.read("plan", f"{chunk}.jsonl", Planned)]
    return f"{chunk}: {len(rows)} records, rows {min(rows)} to {max(rows)}"


def _send(run: Run, stage: str, chunk: str, planned: Sequence[Planned]) -> list[Receipt]:
    window = window_at(run.institution, _now())
    may = [one for one in planned if passes(one, window)]
    if window is not None and not may:
        raise _closed(chunk, window, len(planned))
    endpoint = SupdataHook(run.institution.registry.connection).endpoint()
    with open_ledger() as ledger:
        require_own_key(ledger, run.ledger_id)
        try:
            receipts = push_chunk(
                may,
                endpoint=endpoint,
                settings=run.institution.registry,
                ledger=ledger,
                run_id=run.ledger_id,
                chunk=chunk,
                now=_now,
                read_side=read_side_of(run, ledger),
            )
            if window is not None and len(may) < len(planned):
                raise _closed(chunk, window, len(planned) - len(may))
        except SupdataError:
            _keep_answers(run, stage, chunk, planned, ledger)
            raise
    return receipts


def _closed(chunk: str, window: Window, waiting: int) -> TryLater:
    return TryLater(
        f"Sending the chunk {chunk}",
        f"in this window {told(window)}: {waiting} records wait",
        "The first run after the window sends what waits; or clear this task then.",
    )


def _keep_answers(run: Run, stage: str, chunk: str, planned: Sequence[Planned], ledger: Ledger) -> None:
    so_far = receipts_so_far(planned, ledger=ledger, run_id=run.ledger_id, chunk=chunk)
    run.folder.write(stage, f"{chunk}.jsonl", so_far)


def _now() -> datetime:
    return datetime.now(UTC)


def _not_sent(planned: Sequence[Planned]) -> list[Receipt]:
    return [
        Receipt(source=one.source, row=one.row, key=one.key, action=one.action, outcome=Outcome.NOT_ATTEMPTED)
        for one in planned
    ]
