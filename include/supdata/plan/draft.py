"""Where a plan is written while it is made: it may be larger than memory."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from supdata.plan.comparing import Finding
from supdata.records.judgement import Judgement
from supdata.records.shipment import Planned, Receipt


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is to be sent, and what is noteworthy in it."""

    planned: Planned
    findings: tuple[Finding, ...] = ()


class Draft(Protocol):
    """Takes each part of a plan in its order."""

    def unchanged(self, lines: bytes) -> None:
        """Take lines of `Known`: rows that stand in the registry as they are."""

    def waiting(self, receipt: Receipt) -> None:
        """Take what stands for a record that does not leave."""

    def leaving(self, one: Leaving) -> None:
        """Take a record that leaves; which of them are held is known when all have been taken."""

    def all_leaving(self) -> Iterator[Leaving]:
        """Yield what leaves, in its order, once."""

    def finding(self, judgement: Judgement) -> None:
        """Take what is noteworthy in a row to send."""

    def chunk(self, records: Sequence[Planned], *, held: bool) -> None:
        """Take the next chunk of what is sent, or of what is held."""
