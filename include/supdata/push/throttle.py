"""Keeps a push from asking more than the registry takes: pauses everybody when told to, and finds the bearable rate."""

import asyncio
from collections import deque


class Throttle:
    """Lets at most `limit` requests be under way, and starts at most `rate` a second.

    The limit falls with each request that is turned away and rises with each that goes well, so that it settles where few are
    turned away: a whole round turned away halves it, a whole round that went well adds one. It is the rule by which TCP shares
    a line, with the decrease in proportion to what was lost (RFC 8257). Not for several event loops.
    """

    def __init__(self, concurrency: int, rate: float | None = None) -> None:
        """Start at full `concurrency`; `rate` is in requests a second, None for as many as there are answers."""
        self._most = float(concurrency)
        self._limit = float(concurrency)
        self._interval = 1.0 / rate if rate else 0.0
        self._under_way = 0
        self._resume_at = 0.0
        self._next_start = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return int(self._limit)

    async def take_turn(self) -> None:
        """Wait until one more request may start; it is under way until `give_back`."""
        loop = asyncio.get_running_loop()
        while True:
            while self._under_way >= self.limit:
                turn = loop.create_future()
                self._waiting.append(turn)
                await turn
            now = loop.time()
            rest = max(self._resume_at, self._next_start) - now
            if rest <= 0:
                self._under_way += 1
                self._next_start = now + self._interval
                return
            await asyncio.sleep(rest)

    def give_back(self) -> None:
        """End a turn, and wake those who may start: one for this turn, one more because the limit may have grown."""
        self._under_way -= 1
        woken = 0
        while self._waiting and woken < 2:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                woken += 1

    def pause(self, seconds: float) -> bool:
        """Let nobody start for `seconds`, and half as many afterwards; return whether this began a pause.

        Those already under way when a pause begins are told the same: that prolongs the pause and begins no other.
        """
        now = asyncio.get_running_loop().time()
        begins = now >= self._resume_at
        if begins:
            self._limit = max(1.0, self._limit / 2)
        self._resume_at = max(self._resume_at, now + seconds)
        return begins

    def turned_away(self) -> None:
        """Allow a little less: half a request for each that was one too many."""
        self._limit = max(1.0, self._limit - 0.5)

    def went_well(self) -> None:
        """Allow a little more: one request more for each full round of answers."""
        if self._limit < self._most:
            self._limit = min(self._most, self._limit + 1 / self._limit)
