"""How long and how often a REST API that is busy or away is asked again."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from secrets import SystemRandom
from typing import TypeVar

from supdata.errors import TryLater

TRIES = 5
LONGEST_WAIT = 60.0  # seconds; a server that asks for more is left to the task's own retry
FIRST_WAIT = 2.0  # seconds, where the server does not say; doubled each time

Found = TypeVar("Found")


@dataclass(frozen=True)
class Wait:
    """The API is away or busy: what it did, and how many seconds it asks to be left alone, None where it does not say."""

    why: str
    seconds: float | None = None


@dataclass(frozen=True)
class Patience:
    """What to wait with and until when; `attempted` opens every message.

    `until` is a moment of `clock`, in seconds. `draw` returns a number from 0 to 1: schools whose runs begin at one moment must
    not come back at one moment.
    """

    attempted: str
    until: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = SystemRandom().random

    def insist(self, once: Callable[[], Found | Wait]) -> Found:
        """Return what `once` does, asked again as long as it is told to wait: reading twice harms nobody.

        Raises TryLater when the API stays away or busy, asks for a longer wait than is worth a worker, or time is over.
        """
        why = ""
        for tried in range(TRIES):
            self.check_time()
            found = once()
            if not isinstance(found, Wait):
                return found
            why, seconds = found.why, self._seconds(found, tried)
            if tried == TRIES - 1 or seconds > LONGEST_WAIT or self.clock() + seconds > self.until:
                break
            self.sleep(seconds)
        raise TryLater(self.attempted, why, "It is tried again; else call the school.")

    def check_time(self) -> None:
        """Raise TryLater when the time for reading is over."""
        if self.clock() > self.until:
            found = "reading takes longer than `source.deadline_minutes`"
            raise TryLater(self.attempted, found, "It is tried again; else raise that, or ask for larger pages.")

    def _seconds(self, wait: Wait, tried: int) -> float:
        """Return what the server asks for and never less; where it asks for nothing, ever longer waits, each cut at random."""
        return wait.seconds if wait.seconds is not None else FIRST_WAIT * 2**tried * (0.5 + self.draw() / 2)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as a number or as a date; None when it says neither.

    A date is read against the answer's own `Date`, so that no clock but the server's has a say (RFC 9110, 10.2.3).
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        until, now = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one of the two without a time zone
        return None
