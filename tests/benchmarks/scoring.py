"""What the rules made of injected mistakes, counted: recall, precision, right reason, right suggestion."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.corpus import enrolments
from benchmarks.injecting import FIRST_ROW, Mark, Served
from benchmarks.kinds import Ending, Kind
from benchmarks.suggesting import suggestions
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.records.states import Verdict

#: The verdict of each ending; a line that is warned of is valid, and so are those in which nothing can be seen.
VERDICTS = {Ending.REJECTED: Verdict.REJECTED, Ending.HELD: Verdict.PROVISIONAL, Ending.DUPLICATE: Verdict.DUPLICATE}


@dataclass
class Score:
    """The counts of one kind, or of all kinds together."""

    kind: str
    lines: int = 0
    caught: int = 0
    alarms: int = 0
    named: int = 0
    named_right: int = 0
    suggestible: int = 0
    suggested_right: int = 0
    suggested_wrong: int = 0

    @property
    def recall(self) -> float:
        """Share of the lines that ended as they must."""
        return _share(self.caught, self.lines)

    @property
    def precision(self) -> float:
        """Share of the lines that were stopped or warned of, and had to be."""
        return _share(self.caught, self.caught + self.alarms)

    @property
    def right_reason(self) -> float:
        """Share of the caught lines whose reasons hold the right one, and none that is untrue."""
        return _share(self.named_right, self.named)

    @property
    def right_suggestion(self) -> float:
        """Share of the values that can be computed, and were suggested."""
        return _share(self.suggested_right, self.suggestible)

    def add(self, other: "Score") -> None:
        """Add the counts of another score."""
        for name in ("lines", "caught", "alarms", "named", "named_right", "suggestible", "suggested_right", "suggested_wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def figures(self) -> dict[str, object]:
        """Return counts and shares, for the JSON file."""
        shares = {name: getattr(self, name) for name in ("recall", "precision", "right_reason", "right_suggestion")}
        return {**vars(self), **{name: round(share, 5) for name, share in shares.items()}}


@dataclass(frozen=True)
class Odd:
    """One line that did not end as it must, or was given a wrong reason."""

    kind: str
    row: int
    ending: str
    verdict: str
    reasons: tuple[str, ...]


#: The rules that name each clean row when nothing is wrong in the file, by its place in the lot: an overseas commune is one.
Already = Sequence[frozenset[str]]


def already(clean: Sequence[Judgement]) -> Already:
    """Return what is said of clean rows, to tell it from what is said of a mistake."""
    return [rules_of(one) for one in clean]


def rules_of(judgement: Judgement) -> frozenset[str]:
    """Return the rules that a judgement names."""
    return frozenset(reason.rule for reason in judgement.reasons)


def score(served: Served, judgements: Sequence[Judgement], said: Already) -> tuple[dict[str, Score], list[Odd]]:
    """Count what `judgements` made of each kind in `served`; a clean row that is named counts against every kind in it."""
    rows = dict(zip(range(FIRST_ROW, FIRST_ROW + len(served.rows)), enrolments(served.lot, served.rows), strict=True))
    right = _normalised(served)
    suggest = suggestions(served.lot.institution, rows.values())
    scores: dict[str, Score] = {}
    odd: list[Odd] = []
    false = 0
    for one in judgements:
        mark, before = served.marks.get(one.row), said[served.places[one.row]]
        if mark is None:
            if wrongly_named(one, before):
                false += 1
                odd.append(_odd("clean", Ending.VALID, one))
            continue
        counts = scores.setdefault(mark.kind.name, Score(mark.kind.name))
        _count_suggestions(counts, mark, suggest(rows[one.row], one), right[one.row])
        if not _count(counts, mark, one.verdict, rules_of(one) - before):
            odd.append(_odd(mark.kind.name, mark.ending, one))
    for counts in scores.values():
        counts.alarms += false
    return scores, odd


def _odd(kind: str, ending: Ending, one: Judgement) -> Odd:
    return Odd(kind, one.row, ending, one.verdict, tuple(reason.rule for reason in one.reasons))


def wrongly_named(judgement: Judgement, before: frozenset[str]) -> bool:
    """Whether a clean row was stopped, or said to be what it was not before there were mistakes in the file."""
    return judgement.verdict in {Verdict.REJECTED, Verdict.DUPLICATE} or not rules_of(judgement) <= before


def total(scores: Iterable[Score], kinds: Mapping[str, Kind], name: str) -> Score:
    """Return the sum over the kinds that can be decided."""
    found = Score(name)
    for one in scores:
        if kinds[one.kind].ending is not Ending.UNSEEN:
            found.add(one)
    return found


def _normalised(served: Served) -> dict[int, Enrolment]:
    """Return the right row behind each marked line, as normalisation reads it."""
    numbers = list(served.marks)
    right = enrolments(served.lot, tuple(served.marks[number].right for number in numbers))
    return dict(zip(numbers, right, strict=True))


def _count(counts: Score, mark: Mark, verdict: Verdict, new: frozenset[str]) -> bool:
    """Count one marked line, of which the rules `new` speak; return whether it ended as it must, for the right reason."""
    counts.lines += 1
    ended = _ended(mark.ending, verdict, new)
    counts.caught += ended
    counts.alarms += mark.ending is Ending.VALID and not ended
    if not ended or mark.ending in {Ending.VALID, Ending.UNSEEN, Ending.DUPLICATE}:
        return ended
    known = bool(new & {*mark.kind.rules}) and new <= {*mark.kind.rules, *mark.kind.beside}
    counts.named += 1
    counts.named_right += known
    return known


def _count_suggestions(counts: Score, mark: Mark, offered: Mapping[str, set[str]], right: Enrolment) -> None:
    """Count the fields whose true value should be suggested, and what is suggested wrongly; the line that is right has none."""
    counts.suggested_wrong += any(values - {getattr(right, field)} for field, values in offered.items())
    for field in mark.kind.suggests if mark.ending is not Ending.VALID else ():
        counts.suggestible += 1
        counts.suggested_right += getattr(right, field) in offered.get(field, set())


def _ended(ending: Ending, verdict: Verdict, new: frozenset[str]) -> bool:
    if ending in VERDICTS:
        return verdict is VERDICTS[ending]
    if ending is Ending.VALID:
        return verdict is Verdict.VALID and not new
    return bool(new)  # warned; an unseen mistake counts as caught where some rule speaks all the same


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def by_kind(scores: Iterable[Mapping[str, Score]]) -> dict[str, Score]:
    """Add up the scores of several lots."""
    found: dict[str, Score] = defaultdict(lambda: Score(""))
    for lot in scores:
        for name, one in lot.items():
            found[name].kind = name
            found[name].add(one)
    return dict(found)
