"""How long a push insists, and when it gives up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from supdata.records.states import Outcome

#: A night's run starts at the same minute as the last one, its pushes a little later: half a day's grace keeps them in step.
GRACE = timedelta(hours=12)
LONGEST_WAIT_DAYS = 32


@dataclass(frozen=True)
class Patience:
    """Bounds of insisting; the defaults are for a registry that is asked at night.

    Attributes:
        reposts: How often a record whose fate is not known is sent again within one call.
        rounds: How many pauses in a row may end without any record settled before the registry counts as away; and how many
            unsettled answers in a row, per request in flight, before it counts as out of order.
        first_pause_seconds: Upper bound of the first pause before trying again; it doubles, and the pause is drawn below it.
        longest_pause_seconds: Where doubling ends. A longer Retry-After ends the push instead: Airflow waits better.
    """

    reposts: int = 3
    rounds: int = 6
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 60.0

    def pause(self, tries: int) -> float:
        """Return seconds to wait after `tries` failures (1 or more): drawn, so that callers do not come back as one."""
        bound = min(self.longest_pause_seconds, self.first_pause_seconds * 2.0 ** min(tries - 1, 16))
        return SystemRandom().uniform(bound / 2, bound)


def next_due(sent: datetime, outcome: Outcome, *, attempts: int, retry_days: int) -> datetime | None:
    """Return when a record that was not accepted is asked for again though nothing has changed; None where that is no matter.

    A student the registry did not know may be known tomorrow: the wait doubles with each attempt (1 or more), from `retry_days`
    up to the longest. What was refused stays so until the record or the registry's rules change, and of these nobody tells:
    it is asked again at the longest wait.
    """
    match outcome:
        case Outcome.UNKNOWN_STUDENT:
            days = min(LONGEST_WAIT_DAYS, retry_days * 2 ** min(attempts - 1, 10))
        case Outcome.REFUSED:
            days = LONGEST_WAIT_DAYS
        case _:
            return None
    return sent + timedelta(days=days) - GRACE
