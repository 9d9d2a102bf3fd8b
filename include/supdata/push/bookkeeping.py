"""Keeps the ledger ahead of the wire: no record leaves before its intent is committed, no answer waits to be written.

One task does both at once: it commits what has been answered together with the next intents, and starts again with whatever
has come in meanwhile. So a slow database makes bigger commits, never a longer queue, and nothing waits for a full batch: at
most an instant, so that a quick database is not asked to commit for every record. A commit begins while what is ready to leave
lasts until its end, as far as the last one tells: requests and commits then never wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from supdata.ledger.entries import Entry, Settlement
from supdata.ledger.recording import Recorder
from supdata.push.calling import NEVER_SENT
from supdata.push.patience import next_due
from supdata.push.watching import Watch
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome
from supdata.registry.answers import Answer

#: Intents without a receipt, per request in flight: the next ones must be ready when an answer comes. After a crash these
#: are what is in doubt.
WINDOW = 3

#: How long an answer may wait for others to be committed with it, as long as enough records are ready to leave.
GATHERING_SECONDS = 0.01

Ticket = tuple[Planned, int]


class Bookkeeper:
    """Hands out records whose intent is committed, and takes their answers."""

    def __init__(
        self,
        planned: Sequence[Planned],
        *,
        recorder: Recorder,
        entries: Mapping[str, Entry],
        retry_days: int,
        concurrency: int,
        watch: Watch,
        now: Callable[[], datetime],
    ) -> None:
        """Keep book of sending `planned`; `entries` tells how often each was sent before."""
        self.receipts: dict[str, Receipt] = {}
        self._pending = deque(planned)
        self._recorder = recorder
        self._entries, self._retry_days = entries, retry_days
        self._concurrency, self._window = concurrency, WINDOW * concurrency
        self._watch, self._now = watch, now
        self._tickets: asyncio.Queue[Ticket | None] = asyncio.Queue()
        self._answers: list[tuple[Ticket, Answer]] = []
        self._answered = asyncio.Event()
        self._running_low = asyncio.Event()
        self._reserve = concurrency  # how many ready records a commit begins with, so that nobody waits for its end
        self._handed_out = 0
        self._open = 0
        self._put_back = 0

    async def next(self) -> Ticket | None:
        """Wait for the next record that may leave; None when there are no more."""
        ticket = self._tickets.get_nowait() if self._tickets.qsize() else await self._tickets.get()
        self._handed_out += 1
        if self._tickets.qsize() < self._reserve:
            self._running_low.set()
        return ticket

    def answered(self, ticket: Ticket, answer: Answer) -> None:
        """Take the answer to a record that was handed out; it is written at once.

        What is to be written is put into words later: answers come in swarms, and their connections wait for the next records.
        """
        self._answers.append((ticket, answer))
        self._answered.set()

    def put_back(self, ticket: Ticket, seconds: float) -> None:
        """Take back the intent of a record that was turned away, and hand it out again after `seconds`.

        Meanwhile the ledger does not count it as in doubt, and it takes nobody's place.
        """
        self._put_back += 1
        self.answered(ticket, NEVER_SENT)
        asyncio.get_running_loop().call_later(seconds, self._is_due, ticket[0])

    def _is_due(self, planned: Planned) -> None:
        self._put_back -= 1
        self._pending.appendleft(planned)
        self._answered.set()

    async def keep(self) -> None:
        """Write until every record is answered, or the push is over and what had been handed out is answered."""
        try:
            while self._open or ((self._pending or self._put_back) and not self._watch.over()):
                await self._gather()
                intended = self._take_pending()
                await self._write(self._take_answers(), intended)
        finally:
            self._take_back()
            await self._write(self._take_answers(), [])  # cancelled half-way: what was answered is known all the same
            for _ in range(self._concurrency):
                self._tickets.put_nowait(None)

    async def _write(self, settled: Sequence[Settlement], intended: Sequence[Planned]) -> None:
        if not settled and not intended:
            return
        before = self._handed_out
        intents = await self._recorder.record(settled=settled, intended=intended, at=self._now())
        # As much as left during this commit will leave during the next one; more than can be told when nothing is left.
        self._reserve = self._concurrency + self._handed_out - before if self._tickets.qsize() else self._window
        self._open += len(intended) - len(settled)
        for planned in intended:
            self._tickets.put_nowait((planned, intents[planned.key]))

    def _take_back(self) -> None:
        """Take back what nobody was handed out: it has not left."""
        while not self._tickets.empty():
            ticket = self._tickets.get_nowait()
            if ticket is not None:
                self._answers.append((ticket, NEVER_SENT))

    async def _gather(self) -> None:
        """Wait until there is something to write, and then for more of it while nobody needs it yet."""
        if not self._may_intend():
            await self._answered.wait()
        if self._answers and self._tickets.qsize() >= self._reserve:
            self._running_low.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHERING_SECONDS):
                    await self._running_low.wait()

    def _may_intend(self) -> bool:
        """Whether a record may be handed out before any other is answered."""
        return bool(self._pending) and not self._watch.over() and self._open - len(self._answers) < self._window

    def _take_pending(self) -> list[Planned]:
        """Return as many records as the window has room for, counting the answers about to be written as room."""
        if self._watch.over():
            return []
        room = self._window - self._open + len(self._answers)
        return [self._pending.popleft() for _ in range(min(room, len(self._pending)))]

    def _take_answers(self) -> list[Settlement]:
        """Return what is to be written of the answers that have come, and keep their receipts."""
        self._answered.clear()
        taken, self._answers = self._answers, []
        for (planned, _), answer in taken:
            if answer.outcome is not Outcome.NOT_ATTEMPTED:
                self.receipts[planned.key] = _receipt(planned, answer)
        return [self._settlement(ticket, answer) for ticket, answer in taken]

    def _settlement(self, ticket: Ticket, answer: Answer) -> Settlement:
        planned, intent = ticket
        return Settlement(
            intent=intent,
            outcome=answer.outcome,
            status=answer.status,
            id_inscription=answer.id_inscription,
            words=answer.words,
            next_due=None if answer.outcome is Outcome.ACCEPTED else self._due(planned, answer.outcome),
        )

    def _due(self, planned: Planned, outcome: Outcome) -> datetime | None:
        entry = self._entries.get(planned.key)
        before = entry.attempts if entry is not None and entry.content == planned.content else 0
        return next_due(self._now(), outcome, attempts=before + 1, retry_days=self._retry_days)


def _receipt(planned: Planned, answer: Answer) -> Receipt:
    return Receipt(
        source=planned.source,
        row=planned.row,
        key=planned.key,
        action=planned.action,
        outcome=answer.outcome,
        status=answer.status,
        id_inscription=answer.id_inscription,
        words=answer.words,
    )
