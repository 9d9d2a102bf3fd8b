"""Watches how a push goes, and decides when to stop it."""

from supdata.errors import SupdataError, TryLater
from supdata.push.patience import Patience
from supdata.push.throttle import Throttle
from supdata.records.states import Outcome
from supdata.registry.answers import Answer

TOO_MANY = 429
SETTLED = frozenset({Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN_STUDENT})


class Watch:
    """What all requests of one push have in common: the throttle, and the reason to stop once there is one."""

    def __init__(self, chunk: str, concurrency: int, patience: Patience, rate: float | None = None) -> None:
        """Watch over a push of `chunk` with `concurrency` requests in flight, `rate` a second at most."""
        self.failure: SupdataError | None = None
        self.throttle = Throttle(concurrency, rate)
        self._chunk = chunk
        self._patience = patience
        self._pauses = 0
        self._unsettled = 0
        self._turned_away = 0
        self._most_unsettled = patience.rounds * concurrency

    def over(self) -> bool:
        """Whether nothing may leave any more."""
        return self.failure is not None

    def stop(self, failure: SupdataError) -> None:
        """Let nothing leave any more; the first reason is the one that is told."""
        self.failure = self.failure or failure

    def settled(self, answer: Answer) -> None:
        """Note an answer after which the record will not be asked for again in this push."""
        if answer.outcome in SETTLED:
            self._pauses = self._unsettled = self._turned_away = 0
            self.throttle.went_well()
        else:
            self.in_doubt(answer)

    def in_doubt(self, answer: Answer) -> None:
        """Note an answer that settled nothing; too many in a row mean that the registry is out of order."""
        self._unsettled += 1
        if self._unsettled >= self._most_unsettled:
            found = f"{self._unsettled} answers in a row settled nothing (the last one: status {answer.status or 'none'})"
            self.stop(self._try_later(found))

    def turned_away(self, answer: Answer) -> float:
        """Note that the registry did not take a request; return the seconds after which the record may be asked for again.

        A Retry-After binds the record it answers, always. Whom else it binds depends on who speaks. A 503 speaks for the
        server, and nobody at all answers where no connection is made: everybody pauses. A 429 speaks for the caller's quota
        (RFC 6585), and leaves open how it is counted: while others of the same key are still accepted, the quota is not spent,
        and they go on, a little fewer at a time. Once a whole round was turned away it is spent: everybody pauses.
        """
        asked = answer.retry_after_seconds or 0.0
        wait = max(asked, self._patience.pause(self._pauses + 1))
        if asked > self._patience.longest_pause_seconds:
            self.stop(self._try_later(f"it asks to be left alone for {asked:.0f} seconds"))
        elif answer.status != TOO_MANY or self._is_whole_round():
            self._everybody_pauses(wait, answer)
        return wait

    def _is_whole_round(self) -> bool:
        """Count a 429; say whether as many came in a row as may be under way."""
        self._turned_away += 1
        whole = self._turned_away >= self.throttle.limit
        self.throttle.turned_away()
        return whole

    def _everybody_pauses(self, seconds: float, answer: Answer) -> None:
        self._turned_away = 0
        if self.throttle.pause(seconds):
            self._pauses += 1
            if self._pauses > self._patience.rounds:
                how = f"it answers {answer.status}" if answer.status else "it cannot be reached"
                self.stop(self._try_later(f"{how}, {self._pauses} times in a row"))

    def _try_later(self, found: str) -> TryLater:
        return TryLater(
            f"Declaring {self._chunk} to the registry",
            found,
            "What was answered is kept; the rest is sent when the task is tried again or cleared.",
        )
