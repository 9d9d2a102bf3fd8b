"""Says what is being done and what is being waited for, with the seconds since the start."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Narrator:
    """One line per step on the terminal; a spinner while a step lasts, where there is a terminal."""

    def __init__(self, console: Console) -> None:
        """Start the clock."""
        self.console = console
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """Print one line with the time."""
        self.console.print(f"[dim]{self.seconds:5.0f} s[/dim]  {text}", highlight=False, soft_wrap=True)

    @property
    def seconds(self) -> float:
        """The seconds since the start."""
        return time.monotonic() - self._began

    @contextmanager
    def doing(self, text: str) -> Iterator[None]:
        """Say what begins, and how long it took when it was long enough to be noticed."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(f"{text}…"):
                yield
        else:
            self.say(f"{text}…")
            yield
        took = time.monotonic() - began
        self.say(f"{text}: done in {took:.1f} s")
