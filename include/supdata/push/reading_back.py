"""Looks up records whose fate is not known before they may be sent again, where the school has a read connection.

A record in doubt is found, or gone for good, or cannot be told: found is accepted, gone is sent again, and what cannot be told
is left to the school's policy. "Gone" counts only after a settle delay, since a read side may lag behind the registry.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from supdata.config.read_back import ReadBack
from supdata.ledger.doubting import marked_by, others
from supdata.ledger.entries import Entry, Settlement
from supdata.ledger.store import Ledger
from supdata.records.declared import declared_by
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome
from supdata.registry.presence import Presence, presence
from supdata.registry.reader import ReadEndpoint, open_reader
from supdata.registry.shown import Worth

log = logging.getLogger(__name__)

#: How a receipt says that no answer of the registry is behind it.
FOUND = "retrouvée dans le registre à la relecture"
UNTOLD = "la relecture du registre ne permet pas de conclure"

Kin = Callable[[Sequence[Planned]], Mapping[str, Collection[str]]]


@dataclass(frozen=True)
class ReadSide:
    """A read connection, as of the day `on`, by which the run is dated.

    `kin` returns, by key, the keys of what else may be the same student's at the same place and start. `doubted_by` names in
    the ledger who asks for a record again because it was not shown: it too is looked up first. `everything` is, where the
    ledger may not know what was declared.
    """

    where: ReadEndpoint
    settings: ReadBack
    kin: Kin
    doubted_by: str
    on: date
    everything: bool = False


@dataclass(frozen=True)
class Resolution:
    """What became of records in doubt: `receipts` of those that are settled, by key, and what is to be sent `again`."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    again: list[Planned] = field(default_factory=list)


@dataclass(frozen=True)
class Doubts:
    """The records of one chunk whose fate is not known."""

    read_side: ReadSide
    ledger: Ledger
    run_id: str
    chunk: str
    policy: Literal["repost", "hold"]
    now: Callable[[], datetime]

    def among(self, to_send: Sequence[Planned]) -> list[Planned]:
        """Return those of `to_send` that were sent as they are and never answered, in this run or an earlier one.

        All of them where everything is looked up, but for what this run has had an answer to.
        """
        if self.read_side.everything:
            return list(to_send)
        entries = self.ledger.entries([one.key for one in to_send])
        doubted = marked_by(self.ledger, self.read_side.doubted_by, [one.key for one in to_send])
        return [one for one in to_send if _in_doubt(entries.get(one.key), one.content, doubted=one.key in doubted)]

    async def resolve(self, doubtful: Sequence[Planned], known: Mapping[str, Receipt]) -> Resolution:
        """Look each of `doubtful` up and settle in the ledger what can be; `known` are the receipts of this run by key.

        Raises AccessRefused, FixConfig or TryLater when the read service cannot be used: then nothing is settled or sent.
        """
        judged = await self._judge(doubtful)
        counts = " ".join(f"{one}={count}" for one, count in sorted(Counter(judged.values()).items()))
        log.info("push.read_back chunk=%s %s", self.chunk, counts)
        receipts = self._settle([one for one in doubtful if judged[one.key] is Presence.PRESENT], Outcome.ACCEPTED, FOUND)
        again = [one for one in doubtful if judged[one.key] is Presence.ABSENT or self._repeats(judged, one, known)]
        sent_again = {one.key for one in again}
        left = [one for one in doubtful if one.key not in receipts and one.key not in sent_again]
        shown = self._settle([one for one in left if one.key not in known], Outcome.AMBIGUOUS, UNTOLD)
        return Resolution(receipts | shown, again)

    def _repeats(self, judged: Mapping[str, Presence], one: Planned, known: Mapping[str, Receipt]) -> bool:
        """Whether the policy has a record sent again of which reading could not tell.

        Not in the run in which the registry did answer, however oddly: then it most likely has it.
        """
        if judged[one.key] is not Presence.UNTOLD or self.policy == "hold":
            return False
        status = known[one.key].status if one.key in known else 0
        return status in {0, 408} or status >= 500

    async def _judge(self, doubtful: Sequence[Planned]) -> dict[str, Presence]:
        """Judge once, and once more after the settle delay what was not found at once."""
        kin = self.read_side.kin(doubtful)
        judged = await self._look(doubtful, kin)
        unseen = [one for one in doubtful if judged[one.key] is not Presence.PRESENT]
        delay = self.read_side.settings.settle_seconds
        if unseen and delay:
            await asyncio.sleep(delay)
            judged |= await self._look(unseen, kin)
        return judged

    async def _look(self, wanted: Sequence[Planned], kin: Mapping[str, Collection[str]]) -> dict[str, Presence]:
        settings = self.read_side.settings
        async with open_reader(self.read_side.where, rate=settings.rate, timeout_seconds=settings.timeout_seconds) as reader:
            shown = await reader.look_up({one.body["ine"] for one in wanted})
        # After reading: whatever is shown had its intent in the ledger before it left.
        told = others(self.ledger, {one.key: one.content for one in wanted}, kin)
        judged = {}
        for one in wanted:
            reading = shown[one.body["ine"]]
            declared = declared_by(one.body, statut=one.statut, regime=one.regime)
            found = presence(reading.rows, declared, told[one.key]) if reading.worth is Worth.READ else Presence.UNTOLD
            hidden = found is Presence.ABSENT and not self.read_side.where.shows(declared, self.read_side.on)
            judged[one.key] = Presence.UNTOLD if hidden else found
        return judged

    def _settle(self, records: Sequence[Planned], outcome: Outcome, words: str) -> dict[str, Receipt]:
        """Write what reading has shown as an intent of this run with its receipt, so that run and ledger tell the same."""
        if not records:
            return {}
        intents = self.ledger.record(self.run_id, self.chunk, settled=[], intended=records, at=self.now())
        settled = [Settlement(intent=intents[one.key], outcome=outcome, words=words) for one in records]
        self.ledger.record(self.run_id, self.chunk, settled=settled, intended=[], at=self.now())
        return {one.key: _receipt(one, outcome, words) for one in records}


def _in_doubt(entry: Entry | None, content: str, *, doubted: bool) -> bool:
    if entry is None or entry.content != content:
        return False  # this very content never left: there is nothing to look for
    return entry.state is Outcome.AMBIGUOUS or doubted


def _receipt(planned: Planned, outcome: Outcome, words: str) -> Receipt:
    return Receipt(source=planned.source, row=planned.row, key=planned.key, action=planned.action, outcome=outcome, words=words)
