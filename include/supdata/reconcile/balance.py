"""The balance of a run: every row counted again, in exactly one state, from the files and from the ledger.

`supdata.records.states` draws the equations. A sum that a stage reported about itself proves nothing and is not used.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from supdata.errors import BalanceBroken, TryLater
from supdata.reconcile.differences import Difference, Differences, Place
from supdata.reconcile.evidence import ChunkEvidence, Due, Evidence, Placed
from supdata.reconcile.shipping import UNKNOWN_TO_FILES, follow, place_of
from supdata.records.counts import Counts
from supdata.records.row_marks import RowMarks
from supdata.records.shipment import Receipt
from supdata.records.states import Action, Outcome, Verdict

__all__ = ["Balance", "ChunkEvidence", "Difference", "Evidence", "check", "raise_if_broken"]

#: In which lists a row stands.
READ, UNREADABLE, ENROLMENT, JUDGED, JUDGED_VALID, VALID, PLANNED, LEFT_OUT = (1 << bit for bit in range(8))

#: Left side, then what it must be the sum of.
EQUATIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("read",), ("unreadable", "duplicate", "rejected", "provisional", "valid")),
    (("valid",), ("unchanged", "to_create", "to_update")),
    (
        ("to_create", "to_update", "to_close"),
        ("accepted", "refused", "unknown_student", "ambiguous", "held", "not_attempted"),
    ),
    (("accepted",), ("created", "updated", "closed")),
)

#: What the run leaves open, unless a later one has taken it up.
UNSETTLED = frozenset({Outcome.AMBIGUOUS, Outcome.NOT_ATTEMPTED})

#: Receipts that are looked at together where they are in no chunk.
LOT = 10_000


class Balance(msgspec.Struct, frozen=True):
    """How many rows stand in each state, and where that does not add up; no difference means that it closes."""

    counts: Counts
    differences: tuple[Difference, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether every row is in exactly one state."""
        return not self.differences


def check(evidence: Evidence) -> Balance:
    """Count every row of a run and name those that are lost, counted twice, or told differently by files and ledger.

    Each row read must be unreadable or in one judgement, each valid one unchanged, waiting or planned, each closing that of an
    enrolment that has departed, each planned one in one receipt, and each receipt of the files in the ledger, and the other way
    round.
    """
    counting = _Counting(evidence.superseded)
    counting.rows_of(evidence)
    counting.plan_of(evidence)
    counts = counting.counts()
    return Balance(counts, (*counting.misplaced(), *counting.found, *_unbalanced(counts)))


def raise_if_broken(balance: Balance, *, dry_run: bool = False) -> None:
    """Raise unless the run is complete: everything counted, and nothing unsent or of unknown fate.

    What a later run has sent since is that run's to answer for: this one will never send it, and nothing of it is missing.

    Raises BalanceBroken when the balance does not close, TryLater when records were not sent (which is what a dry run is
    for) or their fate is not known.
    """
    if not balance.closes:
        raise BalanceBroken(
            "Counting every row of the run again",
            "; ".join(str(one) for one in balance.differences),
            "Nothing is sent again by itself. Keep the run folder and report it.",
        )
    counts = balance.counts
    left_open = counts.ambiguous if dry_run else counts.ambiguous + counts.not_attempted - counts.superseded
    if left_open:
        later = f" ({counts.superseded} of all these a later run has sent since)" if counts.superseded else ""
        raise TryLater(
            "Counting every row of the run again",
            f"{counts.not_attempted} records were not sent, and of {counts.ambiguous} it is not known whether the registry has "
            f"them{later}",
            "The next run takes them up (records in doubt as `registry.ambiguous` says); clear `push` to do it now.",
        )


@dataclass
class _Counting:
    """The evidence read once: marks of rows, counts, and what became of what was to be sent."""

    superseded_among: Callable[[Sequence[str]], Iterable[str]]
    marks: RowMarks = field(default_factory=RowMarks)
    listed: Counter[int] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    actions: Counter[Action] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    accepted: Counter[Action] = field(default_factory=Counter)
    unchanged: int = 0
    postponed: int = 0
    superseded: int = 0
    departed: set[str] = field(default_factory=set)
    twice: Differences = field(default_factory=Differences)
    found: Differences = field(default_factory=Differences)

    def rows_of(self, evidence: Evidence) -> None:
        """Mark the rows from the source to the valid ones."""
        self._mark(READ, evidence.rows, "the rows read")
        self._mark(UNREADABLE, evidence.unreadable, "the unreadable rows")
        self._mark(LEFT_OUT, evidence.left_out, "the rows left out")
        self._mark(ENROLMENT, evidence.enrolments, "the enrolments")
        for one in evidence.judgements:
            self.verdicts[one.verdict] += 1
            self._mark(JUDGED, (one,), "the judgements")
            if one.verdict is Verdict.VALID:
                self._mark(JUDGED_VALID, (one,), "the valid judgements")
        self._mark(VALID, evidence.valid, "the valid rows")

    def plan_of(self, evidence: Evidence) -> None:
        """Mark what the plan made of the valid rows, and count what became of what was to be sent."""
        self.departed.update(one.key for one in evidence.departed)
        for one in evidence.unchanged:
            self.unchanged += 1
            self._mark(PLANNED, (one,), "the plan")
        waiting: list[Receipt] = []
        for receipt in evidence.waiting:
            self._planned(receipt)
            self.postponed += receipt.outcome is Outcome.HELD
            waiting.append(receipt)
            if len(waiting) == LOT:
                self._ended(waiting)
                waiting = []
        self._ended(waiting)
        keys = _KeysSeen()
        for chunk in evidence.chunks:
            planned = list(chunk.planned)
            for one in planned:
                self._planned(one)
                keys.add(one.key)
            self._ended(follow(chunk, planned, self.found))
        self.found.add("the same enrolment planned twice", keys.doubled(evidence.chunks))
        self.found.add(UNKNOWN_TO_FILES, map(place_of, evidence.strays))

    def _mark(self, mark: int, records: Iterable[Placed], called: str) -> None:
        for one in records:
            self.listed[mark] += 1
            if not self.marks.add(mark, one.source, one.row):
                self.twice.add(f"more than once in {called}", [(one.source, one.row)])

    def _planned(self, one: Due) -> None:
        self.actions[one.action] += 1
        if one.action is not Action.CLOSE:
            self._mark(PLANNED, (one,), "the plan")
        elif one.key not in self.departed:
            self.found.add("closed, and not departed", [place_of(one)])

    def _ended(self, fates: Sequence[Receipt]) -> None:
        self.outcomes.update(one.outcome for one in fates)
        self.accepted.update(one.action for one in fates if one.outcome is Outcome.ACCEPTED)
        unsettled = [one.key for one in fates if one.outcome in UNSETTLED]
        self.superseded += len(list(self.superseded_among(unsettled))) if unsettled else 0

    def counts(self) -> Counts:
        """Return how many rows stand in each state."""
        return Counts(
            read=self.listed[READ] + self.listed[UNREADABLE],
            unreadable=self.listed[UNREADABLE],
            unchanged=self.unchanged,
            to_create=self.actions[Action.CREATE],
            to_update=self.actions[Action.UPDATE],
            to_close=self.actions[Action.CLOSE],
            created=self.accepted[Action.CREATE],
            updated=self.accepted[Action.UPDATE],
            closed=self.accepted[Action.CLOSE],
            departed=len(self.departed),
            left_out=self.listed[LEFT_OUT],
            superseded=self.superseded,
            postponed=self.postponed,
            **{verdict.value: self.verdicts[verdict] for verdict in Verdict},
            **{outcome.value: self.outcomes[outcome] for outcome in Outcome},
        )

    def misplaced(self) -> Iterator[Difference]:
        """Yield where rows are lost or doubled on their way from stage to stage."""
        found = Differences()
        found.add("both read and unreadable", self.marks.of((READ | UNREADABLE, READ | UNREADABLE)))
        left_out = ((mark | LEFT_OUT, mark | LEFT_OUT) for mark in (READ, UNREADABLE))
        found.add("both read and left out", self.marks.of(*left_out))
        yield from found
        yield from self.twice
        yield from self._compared(READ, ENROLMENT, "the rows read", "the enrolments")
        yield from self._compared(READ, JUDGED, "the rows read", "the judgements")
        yield from self._compared(JUDGED_VALID, VALID, "the valid judgements", "the valid rows")
        yield from self._compared(VALID, PLANNED, "the valid rows", "the plan")

    def _compared(self, before: int, after: int, one: str, other: str) -> Iterator[Difference]:
        found = Differences()
        found.add(f"in {one}, missing from {other}", self.marks.of((before | after, before)))
        found.add(f"in {other}, missing from {one}", self.marks.of((before | after, after)))
        return iter(found)


class _KeysSeen:
    """Keys of which none may come twice; of each the first half is kept, which tells nearly all of them apart."""

    def __init__(self) -> None:
        self._beginnings = array("Q")

    def add(self, key: str) -> None:
        """Take a key: hexadecimal digits."""
        self._beginnings.append(int(key[:16], 16))

    def doubled(self, chunks: Iterable[ChunkEvidence]) -> Iterator[Place]:
        """Yield each place whose key another place has had before it."""
        beginnings = np.frombuffer(self._beginnings, dtype=np.uint64)
        beginnings.sort()  # where it stands: no second copy
        twice = set(beginnings[1:][beginnings[1:] == beginnings[:-1]].tolist())
        first: dict[str, Place] = {}
        for one in (one for chunk in chunks for one in chunk.planned) if twice else ():
            if int(one.key[:16], 16) in twice and first.setdefault(one.key, place_of(one)) != place_of(one):
                yield place_of(one)


def _unbalanced(counts: Counts) -> Iterator[Difference]:
    """Yield the equations that do not hold: with every row named above, one that still fails is an error of this count."""
    for left, right in EQUATIONS:
        found, wanted = (sum(getattr(counts, state) for state in side) for side in (left, right))
        if found != wanted:
            yield Difference(f"{' + '.join(left)} = {found}, but {' + '.join(right)} = {wanted}")
