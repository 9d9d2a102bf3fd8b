"""Keeps a push from asking more than the registry takes: pauses everybody when told to, and finds the bearable rate."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Throttle:
    """Lets at most `limit` requests be under way: halved when the registry says "too many", regained answer by answer.

    The same rule by which TCP shares a line (additive increase, multiplicative decrease). Not for several event loops.
    """

    def __init__(self, concurrency: int) -> None:
        """Start at full `concurrency`."""
        self._most = float(concurrency)
        self._limit = float(concurrency)
        self._under_way = 0
        self._resume_at = 0.0
        self._changed = asyncio.Condition()

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return int(self._limit)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, hold it for one request."""
        await self._take()
        try:
            yield
        finally:
            async with self._changed:
                self._under_way -= 1
                self._changed.notify(2)  # one for the turn given back, one more because the limit may have grown

    async def _take(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._under_way < self.limit)
                rest = self._resume_at - clock()
                if rest <= 0:
                    self._under_way += 1
                    return
            await asyncio.sleep(rest)

    def slow_down(self, seconds: float) -> bool:
        """Let nobody start for `seconds`, and half as many afterwards; return whether this began a pause.

        Those already under way when a pause begins are told the same: that prolongs the pause and begins no other.
        """
        now = asyncio.get_running_loop().time()
        begins = now >= self._resume_at
        if begins:
            self._limit = max(1.0, self._limit / 2)
        self._resume_at = max(self._resume_at, now + seconds)
        return begins

    def went_well(self) -> None:
        """Allow a little more: one request more for each full round of answers."""
        self._limit = min(self._most, self._limit + 1 / self._limit)
