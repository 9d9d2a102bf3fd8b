import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from supdata.ledger.entries import Settlement
from supdata.ledger.recording import Recorder
from supdata.push.bookkeeping import WINDOW, Bookkeeper
from supdata.push.patience import Patience
from supdata.push.watching import Watch
from supdata.records.shipment import Planned
from supdata.records.states import Action, Outcome
from supdata.registry.answers import Answer

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
CONCURRENCY = 4


class SlowLedger(Recorder):
    """Commits after some turns of the loop; notes how many records were ready and how many answered when it began."""

    ready: Callable[[], int]

    def __init__(self, turns: int) -> None:
        self.turns = turns
        self.open, self.most_open = 0, 0
        self.batches: list[tuple[int, int]] = []

    async def record(self, *, settled: Sequence[Settlement], intended: Sequence[Planned], at: datetime) -> dict[str, int]:
        if self.batches and intended:
            self.batches.append((self.ready(), len(settled)))
        for _ in range(self.turns):
            await asyncio.sleep(0)
        self.batches = self.batches or [(0, 0)]
        self.open += len(intended) - len(settled)
        self.most_open = max(self.most_open, self.open)
        return {one.key: number for number, one in enumerate(intended)}


def a_planned(number: int) -> Planned:
    key = f"{number:032x}"
    return Planned(source="a.csv", row=number, sisId="", key=key, content=key, action=Action.CREATE, body={})


async def push(records: int, turns: int, wire_seconds: float) -> tuple[Bookkeeper, SlowLedger]:
    ledger = SlowLedger(turns)
    book = Bookkeeper(
        [a_planned(number) for number in range(records)],
        recorder=ledger,
        entries={},
        retry_days=1,
        concurrency=CONCURRENCY,
        watch=Watch("chunk-0001", CONCURRENCY, Patience()),
        now=lambda: NOW,
    )
    ledger.ready = book._tickets.qsize

    async def work() -> None:
        while (ticket := await book.next()) is not None:
            await asyncio.sleep(wire_seconds)
            book.answered(ticket, Answer(Outcome.ACCEPTED, 200, "1"))

    async with asyncio.TaskGroup() as group:
        group.create_task(book.keep())
        for _ in range(CONCURRENCY):
            group.create_task(work())
    return book, ledger


def test_no_more_is_ever_in_doubt_than_the_window_and_all_is_answered() -> None:
    for turns, wire in ((0, 0), (50, 0), (1, 0.001)):
        book, ledger = asyncio.run(push(200, turns, wire))
        assert len(book.receipts) == 200
        assert (ledger.open, ledger.most_open) == (0, WINDOW * CONCURRENCY)


def test_a_slow_ledger_begins_again_at_once_while_records_are_ready_to_leave() -> None:
    _, ledger = asyncio.run(push(200, 50, 0))
    ready = [ready for ready, _ in ledger.batches[1:-2]]
    assert min(ready) >= CONCURRENCY, "nobody waits for a commit that could have begun before"


def test_a_quick_ledger_is_not_asked_to_commit_for_every_record() -> None:
    _, ledger = asyncio.run(push(200, 0, 0.001))
    settled = [settled for _, settled in ledger.batches[2:-4]]
    assert sum(settled) / len(settled) > 2
