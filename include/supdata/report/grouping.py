"""Findings gathered by cause, so that a registrar puts right one kind of mistake at a time."""

from collections.abc import Iterable
from dataclasses import replace

from supdata.report.content import Correction, Finding, Group, RowRef, Weight

#: How many different answers of the registry get a paragraph of their own; the work list has them all.
ANSWERS_SHOWN = 20
OTHER_WORDS = "Autres réponses : voir la liste à corriger."
ORDER = tuple(Weight)


def group(corrections: Iterable[Correction]) -> tuple[Group, ...]:
    """Group by finding, by weight, then the most frequent first, then by rule and words so that the order is fixed."""
    rows: dict[Finding, set[RowRef]] = {}
    for correction in corrections:
        rows.setdefault(correction.finding, set()).add(correction.where)
    groups = [Group(finding, tuple(sorted(found))) for finding, found in rows.items()]
    return _with_few_answers(sorted(groups, key=_rank))


def _rank(group: Group) -> tuple[int, int, str, str, str]:
    finding = group.finding
    return (ORDER.index(finding.weight), -len(group.rows), finding.rule, finding.field, finding.words)


def _with_few_answers(groups: list[Group]) -> tuple[Group, ...]:
    """Keep the `ANSWERS_SHOWN` most frequent words of each rule apart, and put the rest of that rule together."""
    kept: list[Group] = []
    rest: dict[Finding, list[RowRef]] = {}
    seen: dict[str, int] = {}
    for one in groups:
        rule = one.finding.rule
        seen[rule] = seen.get(rule, 0) + (one.finding.words != "")
        if seen[rule] <= ANSWERS_SHOWN:
            kept.append(one)
        else:
            rest.setdefault(replace(one.finding, words=OTHER_WORDS), []).extend(one.rows)
    merged = [Group(finding, tuple(sorted(set(rows)))) for finding, rows in rest.items()]
    return tuple(sorted([*kept, *merged], key=_rank))
