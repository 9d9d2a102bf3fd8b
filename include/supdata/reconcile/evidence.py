"""What a balance is counted from: the records in the run folder and in the ledger, never a stage's own sums."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from supdata.records.shipment import Departed, Receipt
from supdata.records.states import Action, Verdict


class Placed(Protocol):
    """A record of which only its place matters here."""

    @property
    def source(self) -> str:
        """Name the file, endpoint or query."""

    @property
    def row(self) -> int:
        """Number the row in it."""


class Due(Placed, Protocol):
    """A record that is to be sent: of its body nothing matters here."""

    @property
    def key(self) -> str:
        """Name the enrolment, as the ledger does."""

    @property
    def action(self) -> Action:
        """What the registry is to be told."""


class Judged(Placed, Protocol):
    """A row with its verdict."""

    @property
    def verdict(self) -> Verdict:
        """What validation says of it."""


@dataclass(frozen=True)
class ChunkEvidence:
    """One chunk as planned, the receipts its push left (None when it left none), and the ledger's own of this chunk.

    Without a file the ledger alone tells what became of the chunk: the push did not run, was killed, or a person has not
    approved it (`held`). `planned` can be iterated more than once.
    """

    planned: Iterable[Due]
    receipts: Iterable[Receipt] | None
    held: bool = False
    ledger: Iterable[Receipt] = ()


def _nothing(_: Collection[str]) -> Collection[str]:
    return ()


@dataclass(frozen=True)
class Evidence:
    """The records of one run, stage by stage; none is held longer than it is looked at, but those of one chunk.

    `strays` are the ledger's receipts of this run in chunks that the plan does not have. `superseded` returns those of the
    given keys that another run has sent since this one was planned.
    """

    rows: Iterable[Placed] = ()
    unreadable: Iterable[Placed] = ()
    enrolments: Iterable[Placed] = ()
    judgements: Iterable[Judged] = ()
    valid: Iterable[Placed] = ()
    unchanged: Iterable[Placed] = ()
    waiting: Iterable[Receipt] = ()
    departed: Iterable[Departed] = ()
    left_out: Iterable[Placed] = ()
    chunks: Iterable[ChunkEvidence] = ()
    strays: Iterable[Receipt] = ()
    superseded: Callable[[Collection[str]], Collection[str]] = _nothing
