"""The balance of a run: every row counted again, in exactly one state, from the files and from the ledger.

`supdata.records.states` draws the equations. A sum that a stage reported about itself proves nothing and is not used.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from supdata.errors import BalanceBroken, TryLater
from supdata.reconcile.differences import Difference, Place, compare, name
from supdata.reconcile.evidence import ChunkEvidence, Evidence
from supdata.reconcile.shipping import Shipped, follow
from supdata.records.counts import Counts
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.records.rows import LeftOutRow, RawRow, UnreadableRow
from supdata.records.shipment import Known, Planned, Receipt
from supdata.records.states import Action, Outcome, Verdict

__all__ = ["Balance", "ChunkEvidence", "Difference", "Evidence", "check", "raise_if_broken"]

Placed = RawRow | UnreadableRow | LeftOutRow | Enrolment | Judgement | Known | Planned | Receipt

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


class Balance(msgspec.Struct, frozen=True):
    """How many rows stand in each state, and where that does not add up; no difference means that it closes."""

    counts: Counts
    differences: tuple[Difference, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether every row is in exactly one state."""
        return not self.differences


@dataclass(frozen=True)
class _Findings:
    """The evidence read once: places of rows, and what became of what was to be sent."""

    rows: list[Place]
    unreadable: list[Place]
    enrolments: list[Place]
    judged: list[tuple[Place, Verdict]]
    valid: list[Place]
    unchanged: list[Place]
    waiting: list[Receipt]
    planned: list[Planned]
    shipped: Shipped
    departed: set[str]
    left_out: list[Place]
    superseded: int


def check(evidence: Evidence) -> Balance:
    """Count every row of a run and name those that are lost, counted twice, or told differently by files and ledger.

    Each row read must be unreadable or in one judgement, each valid one unchanged, waiting or planned, each closing that of an
    enrolment that has departed, each planned one in one receipt, and each receipt of the files in the ledger, and the other way
    round.
    """
    findings = _read(evidence)
    counts = _count(findings)
    return Balance(counts, (*_misplaced(findings), *findings.shipped.differences, *_unbalanced(counts)))


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


def _read(evidence: Evidence) -> _Findings:
    chunks = [ChunkEvidence(list(one.planned), one.receipts, one.held) for one in evidence.chunks]
    shipped, waiting = follow(chunks, evidence.ledger), list(evidence.waiting)
    unsettled = [one.key for one in (*shipped.fates, *waiting) if one.outcome in UNSETTLED]
    return _Findings(
        rows=_places(evidence.rows),
        unreadable=_places(evidence.unreadable),
        enrolments=_places(evidence.enrolments),
        judged=[((one.source, one.row), one.verdict) for one in evidence.judgements],
        valid=_places(evidence.valid),
        unchanged=_places(evidence.unchanged),
        waiting=waiting,
        planned=[one for chunk in chunks for one in chunk.planned],
        shipped=shipped,
        departed={one.key for one in evidence.departed},
        left_out=_places(evidence.left_out),
        superseded=len(evidence.superseded(unsettled)) if unsettled else 0,
    )


def _places(records: Iterable[Placed]) -> list[Place]:
    return [(one.source, one.row) for one in records]


def _count(findings: _Findings) -> Counts:
    verdicts = Counter(verdict for _, verdict in findings.judged)
    actions = Counter(one.action for one in findings.planned) + Counter(one.action for one in findings.waiting)
    fates = [*findings.shipped.fates, *findings.waiting]
    outcomes = Counter(one.outcome for one in fates)
    accepted = Counter(one.action for one in fates if one.outcome is Outcome.ACCEPTED)
    return Counts(
        read=len(findings.rows) + len(findings.unreadable),
        unreadable=len(findings.unreadable),
        unchanged=len(findings.unchanged),
        to_create=actions[Action.CREATE],
        to_update=actions[Action.UPDATE],
        to_close=actions[Action.CLOSE],
        created=accepted[Action.CREATE],
        updated=accepted[Action.UPDATE],
        closed=accepted[Action.CLOSE],
        departed=len(findings.departed),
        left_out=len(findings.left_out),
        superseded=findings.superseded,
        postponed=sum(one.outcome is Outcome.HELD for one in findings.waiting),
        **{verdict.value: verdicts[verdict] for verdict in Verdict},
        **{outcome.value: outcomes[outcome] for outcome in Outcome},
    )


def _misplaced(findings: _Findings) -> Iterator[Difference]:
    """Yield where rows are lost or doubled on their way from stage to stage."""
    judged = [place for place, _ in findings.judged]
    valid = [place for place, verdict in findings.judged if verdict is Verdict.VALID]
    sent: list[Planned | Receipt] = [*findings.waiting, *findings.planned]
    planned = [*findings.unchanged, *_places(one for one in sent if one.action is not Action.CLOSE)]
    yield from name("both read and unreadable", set(findings.rows) & set(findings.unreadable))
    yield from name("both read and left out", {*findings.rows, *findings.unreadable} & set(findings.left_out))
    yield from compare(findings.rows, findings.enrolments, one="the rows read", other="the enrolments")
    yield from compare(findings.rows, judged, one="the rows read", other="the judgements")
    yield from compare(valid, findings.valid, one="the valid judgements", other="the valid rows")
    yield from compare(findings.valid, planned, one="the valid rows", other="the plan")
    closed = [one for one in sent if one.action is Action.CLOSE and one.key not in findings.departed]
    yield from name("closed, and not departed", _places(closed))


def _unbalanced(counts: Counts) -> Iterator[Difference]:
    """Yield the equations that do not hold: with every row named above, one that still fails is an error of this count."""
    for left, right in EQUATIONS:
        found, wanted = (sum(getattr(counts, state) for state in side) for side in (left, right))
        if found != wanted:
            yield Difference(f"{' + '.join(left)} = {found}, but {' + '.join(right)} = {wanted}")
