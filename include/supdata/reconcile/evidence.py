"""What a balance is counted from: the records in the run folder and in the ledger, never a stage's own sums."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.records.rows import LeftOutRow, RawRow, UnreadableRow
from supdata.records.shipment import Departed, Known, Planned, Receipt


@dataclass(frozen=True)
class ChunkEvidence:
    """One chunk as planned, and the receipts its push left; None when it left none.

    Without a file the ledger alone tells what became of the chunk: the push did not run, was killed, or a person has not
    approved it (`held`).
    """

    planned: Iterable[Planned]
    receipts: Iterable[Receipt] | None
    held: bool = False


def _nothing(_: Collection[str]) -> Collection[str]:
    return ()


@dataclass(frozen=True)
class Evidence:
    """The records of one run, stage by stage, each iterated once; `ledger` are the ledger's own receipts of the run.

    `superseded` returns those of the given keys that another run has sent since this one was planned.
    """

    rows: Iterable[RawRow] = ()
    unreadable: Iterable[UnreadableRow] = ()
    enrolments: Iterable[Enrolment] = ()
    judgements: Iterable[Judgement] = ()
    valid: Iterable[Enrolment] = ()
    unchanged: Iterable[Known] = ()
    waiting: Iterable[Receipt] = ()
    departed: Iterable[Departed] = ()
    left_out: Iterable[LeftOutRow] = ()
    chunks: Sequence[ChunkEvidence] = field(default=())
    ledger: Iterable[Receipt] = ()
    superseded: Callable[[Collection[str]], Collection[str]] = _nothing
