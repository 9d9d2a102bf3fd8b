"""Holds calls back, so that whoever breaks something can do so while exactly known calls are under way."""

import asyncio


class Gate:
    """Lets so many calls pass, and holds those that follow until it is opened; 0 lets all pass."""

    def __init__(self, passing: int) -> None:
        self.held = 0
        self._left = passing
        self._opened = asyncio.Event()
        if not passing:
            self._opened.set()

    def arrive(self) -> int:
        """Return 0 for a call that may pass, else its place among those held: 1 for the first."""
        if self._opened.is_set():
            return 0
        if self._left:
            self._left -= 1
            return 0
        self.held += 1
        return self.held

    async def wait(self) -> None:
        """Wait until it is opened."""
        await self._opened.wait()

    def open(self) -> None:
        """Let everybody go on."""
        self.held = 0
        self._opened.set()
