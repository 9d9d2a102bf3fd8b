"""Sends one chunk to the registry, so that whatever happens the ledger knows what may have been received."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from supdata.config.models import Registry
from supdata.errors import SupdataError
from supdata.ledger.store import Ledger
from supdata.push.bookkeeping import Bookkeeper
from supdata.push.calling import Caller, Later
from supdata.push.patience import Patience
from supdata.push.reading_back import Doubts, ReadSide
from supdata.push.resuming import remainder, with_the_rest
from supdata.push.running import run_apart
from supdata.push.watching import Watch
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome
from supdata.registry.client import Endpoint, open_registry

log = logging.getLogger(__name__)

DEFAULT_PATIENCE = Patience()


def push_chunk(
    planned: Sequence[Planned],
    *,
    endpoint: Endpoint,
    settings: Registry,
    ledger: Ledger,
    run_id: str,
    chunk: str,
    now: Callable[[], datetime],
    patience: Patience = DEFAULT_PATIENCE,
    read_side: ReadSide | None = None,
) -> list[Receipt]:
    """Declare a chunk and return one receipt per record, in its order.

    May be called again for the same `run_id` and `chunk`, after any end of the call before: what has a final answer is not
    sent again. What was in flight when a process died is looked up through `read_side` before it is sent again; without one,
    and where reading cannot tell, it is sent again or stays ambiguous, as `settings.ambiguous` says. A record that a later
    run has sent since this one was planned stays NOT_ATTEMPTED.

    Args:
        planned: The chunk, no two records with one key.
        endpoint: The registry and the school's key.
        settings: Concurrency, rate, time limit, policies and wire codes.
        ledger: Where the run was planned; nobody else may use its connection meanwhile.
        run_id: The run, unique among those of all schools.
        chunk: The chunk's name in the run.
        now: The clock, with its time zone.
        patience: How long to insist.
        read_side: The school's read connection, if it has one.

    Raises AccessRefused when the registry refuses the key, FixConfig when it redirects, TryLater when it is away or when
    somebody else is sending this chunk; and the same when records are in doubt and the read side cannot be used. In each
    case all that was answered is in the ledger: `receipts_so_far` tells it.
    """
    push = _Push(endpoint, settings, ledger, run_id, chunk, now, patience, read_side)
    with ledger.sole_sender(run_id, chunk):
        before, to_send = push.take_up(planned)
        sent, failure = run_apart(push.send_and_read_back(to_send, before))
    counts = " ".join(f"{outcome}={count}" for outcome, count in sorted(Counter(one.outcome for one in sent.values()).items()))
    log.info("push.chunk_done chunk=%s %s", chunk, counts)
    if failure is not None:
        log.warning("push.chunk_stopped chunk=%s error=%s", chunk, type(failure).__name__)
        raise failure
    return with_the_rest(planned, {**before, **sent})


def receipts_so_far(planned: Sequence[Planned], *, ledger: Ledger, run_id: str, chunk: str) -> list[Receipt]:
    """Return one receipt per record of a chunk as the ledger has them; NOT_ATTEMPTED for what has not left.

    For the run folder after a push that raised.
    """
    return with_the_rest(planned, {one.key: one for one in ledger.receipts(run_id, chunk)})


@dataclass(frozen=True)
class _Push:
    """One call of `push_chunk` under way."""

    endpoint: Endpoint
    settings: Registry
    ledger: Ledger
    run_id: str
    chunk: str
    now: Callable[[], datetime]
    patience: Patience
    read_side: ReadSide | None

    def take_up(self, planned: Sequence[Planned]) -> tuple[dict[str, Receipt], list[Planned]]:
        """Return the receipts that an earlier call has left, by key, and what is to be sent now."""
        self.ledger.close_unanswered([one.key for one in planned], self.now())
        before = {one.key: one for one in self.ledger.receipts(self.run_id, self.chunk)}
        superseded = self.ledger.superseded(self.run_id, [one.key for one in planned])
        policy = "repost" if self.read_side else self.settings.ambiguous
        to_send = remainder(planned, before, superseded=superseded, ambiguous=policy).to_send
        log.info("push.chunk_begun chunk=%s records=%d to_send=%d", self.chunk, len(planned), len(to_send))
        return before, to_send

    async def send_and_read_back(
        self, to_send: Sequence[Planned], before: Mapping[str, Receipt]
    ) -> tuple[dict[str, Receipt], SupdataError | None]:
        """Send what is in no doubt, then look up what is and send again what is not found, a bounded number of times."""
        if self.read_side is None:
            return await self.send(to_send)
        doubts = Doubts(self.read_side, self.ledger, self.run_id, self.chunk, self.settings.ambiguous, self.now)
        doubtful = doubts.among(to_send)
        unsure = {one.key for one in doubtful}
        sent, failure = await self.send([one for one in to_send if one.key not in unsure])
        doubtful += [one for one in to_send if one.key in sent and sent[one.key].outcome is Outcome.AMBIGUOUS]
        for left in range(self.patience.reposts, -1, -1):
            if failure is not None or not doubtful:
                break
            try:
                resolved = await doubts.resolve(doubtful, {**before, **sent})
            except SupdataError as away:
                return sent, away
            sent |= resolved.receipts
            if left == 0:
                break  # what is still in doubt stays so, and shows
            again, failure = await self.send(resolved.again)
            sent |= again
            doubtful = [one for one in resolved.again if one.key in again and again[one.key].outcome is Outcome.AMBIGUOUS]
        return sent, failure

    async def send(self, to_send: Sequence[Planned]) -> tuple[dict[str, Receipt], SupdataError | None]:
        """Send records and return the receipts of those that may have left, by key, and why it stopped if it did."""
        if not to_send:
            return {}, None
        concurrency = min(self.settings.concurrency, len(to_send))
        watch = Watch(self.chunk, concurrency, self.patience, self.settings.rate)
        book = Bookkeeper(
            to_send,
            recorder=self.ledger.recorder(self.run_id, self.chunk),
            entries=self.ledger.entries([one.key for one in to_send]),
            retry_days=self.settings.retry_days,
            concurrency=concurrency,
            watch=watch,
            now=self.now,
        )
        await self._run(book, watch, concurrency)
        return book.receipts, watch.failure

    async def _run(self, book: Bookkeeper, watch: Watch, concurrency: int) -> None:
        settings = self.settings
        reposts = self.patience.reposts if settings.ambiguous == "repost" and self.read_side is None else 0
        try:
            async with (
                open_registry(self.endpoint, concurrency, settings.timeout_seconds, codes=settings.codes) as client,
                asyncio.TaskGroup() as group,
            ):
                caller = Caller(client, watch, self.patience, reposts)
                group.create_task(book.keep())
                for _ in range(concurrency):
                    group.create_task(_work(caller, book))
        except ExceptionGroup as several:  # nobody outside can know that tasks were at work
            raise several.exceptions[0] from several


async def _work(caller: Caller, book: Bookkeeper) -> None:
    """Send one record after the other until there are no more."""
    while (ticket := await book.next()) is not None:
        answer = await caller.call(ticket[0].body)
        if isinstance(answer, Later):
            book.put_back(ticket, answer.seconds)
        else:
            book.answered(ticket, answer)
