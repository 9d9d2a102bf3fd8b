"""One record to the registry: asked until the answer is final, or until there is no point in asking again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from supdata.errors import SupdataError
from supdata.push.patience import Patience
from supdata.push.watching import Watch
from supdata.records.states import Outcome
from supdata.registry.answers import Again, Answer

NEVER_SENT = Answer(Outcome.NOT_ATTEMPTED, 0)


@dataclass(frozen=True, slots=True)
class Later:
    """The registry did not take the record, and it may not be asked for before `seconds` have passed; others may."""

    seconds: float


class Declares(Protocol):
    """The part of the registry's client that a push needs."""

    async def declare(self, body: Mapping[str, str]) -> Answer:
        """Send one enrolment; raise a SupdataError when every further call would fail too."""


class Caller:
    """Asks the registry for one record at a time, on behalf of a push under watch."""

    def __init__(self, client: Declares, watch: Watch, patience: Patience, reposts: int) -> None:
        """Send a record whose fate is not known up to `reposts` times again."""
        self._client = client
        self._watch = watch
        self._patience = patience
        self._reposts = reposts

    async def call(self, body: Mapping[str, str]) -> Answer | Later:
        """Return the answer that stands, or when to come again.

        NOT_ATTEMPTED and Later only where no request for this record can have been received.
        """
        doubt: Answer | None = None
        reposts = 0
        while (answer := await self._ask(body)) is not None:
            if answer.again is Again.NO:
                self._watch.settled(answer)
                return doubt if doubt is not None and answer.outcome is Outcome.NOT_ATTEMPTED else answer
            if answer.again is Again.SAFE:
                wait = self._watch.turned_away(answer)
                if doubt is None:
                    return NEVER_SENT if self._watch.over() else Later(wait)
                await asyncio.sleep(0 if self._watch.over() else wait)
                continue
            doubt, reposts = answer, reposts + 1
            self._watch.in_doubt(answer)
            if reposts > self._reposts:
                return answer
            await asyncio.sleep(self._pause(answer, reposts))
        return doubt or NEVER_SENT

    def _pause(self, answer: Answer, reposts: int) -> float:
        asked = min(answer.retry_after_seconds or 0.0, self._patience.longest_pause_seconds)
        return max(asked, self._patience.pause(reposts))

    async def _ask(self, body: Mapping[str, str]) -> Answer | None:
        """Ask once, in turn; None when the push is over."""
        if self._watch.over():
            return None
        await self._watch.throttle.take_turn()
        try:
            if self._watch.over():  # it may have ended while we waited
                return None
            return await self._client.declare(body)
        except SupdataError as refusal:
            self._watch.stop(refusal)
            return None
        finally:
            self._watch.throttle.give_back()
