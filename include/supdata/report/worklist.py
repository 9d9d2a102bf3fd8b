"""The lines of the list that a registrar corrects from, and may give back: one per student and field.

They hold student data, and are for the registrar's office alone. A line's key says which field of which row it speaks of and
what was found there, by keyed hashes: it tells nobody who does not know already, and is known again another night.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.identity import identity_of_enrolment
from supdata.report.content import Correction, RowRef, RunFacts, Weight
from supdata.report.findings import column_of
from supdata.report.french import field_label

WEIGHTS = tuple(Weight)


@dataclass(frozen=True)
class WorkLine:
    """One line: a field of a row with all that is said of it, or a row without a field to blame.

    `name` is the enrolment's field, "" for a whole row, and `rules` are the ids behind the words. `identity` is what the row is
    known by another night. `key`, `sent` (what was last declared) and `days` (since it was first reported) are filled by
    whoever remembers.
    """

    where: RowRef
    name: str
    weight: Weight
    column: str
    value: str
    proposed: str
    titles: tuple[str, ...]
    explanations: tuple[str, ...]
    fixes: tuple[str, ...]
    words: tuple[str, ...]
    rules: tuple[str, ...]
    identity: tuple[str, ...]
    enrolment: Enrolment | None = field(default=None, repr=False)
    key: str = ""
    sent: str = ""
    days: int = 0

    @property
    def label(self) -> str:
        """The field as a registrar calls it."""
        return field_label(self.name) if self.name else ""

    @property
    def can_be_corrected(self) -> bool:
        """Whether a value given back for this line can be put into its row."""
        return bool(self.name) and self.enrolment is not None


@dataclass(frozen=True)
class Remembered:
    """What is known of lines from other nights: keys, what was declared before, and how long each has been open."""

    key: Callable[[WorkLine], str]
    sent: Mapping[tuple[RowRef, str], str]
    days: Callable[[WorkLine], int]


def work_lines(facts: RunFacts) -> list[WorkLine]:
    """Return the lines of a run in the order of the source; what is only for information has nothing to correct in it."""
    merged: dict[object, WorkLine] = {}
    for number, correction in enumerate(facts.corrections):
        if correction.finding.weight is Weight.INFORMATION:
            continue
        for line in _lines_of(correction, facts.institution):
            at = (line.where, line.name) if line.name else number
            merged[at] = _both(merged[at], line) if at in merged else line
    return list(merged.values())


def with_memory(lines: Iterable[WorkLine], known: Remembered) -> list[WorkLine]:
    """Return the lines with what is remembered of them."""
    return [
        replace(one, key=known.key(one), sent=known.sent.get((one.where, one.name), ""), days=known.days(one)) for one in lines
    ]


def _lines_of(correction: Correction, institution: Institution) -> Iterator[WorkLine]:
    finding, row = correction.finding, correction.enrolment
    fields = [name for name in finding.names if row is not None and hasattr(row, name)]
    for name in fields or [""]:
        yield WorkLine(
            where=correction.where,
            name=name,
            weight=finding.weight,
            column=column_of(name, institution) if name else finding.column,
            value=getattr(row, name) if name else correction.value,
            proposed=correction.proposed,
            titles=(finding.title,),
            explanations=(finding.explanation,),
            fixes=(finding.fix,),
            words=(finding.words,) if finding.words else (),
            rules=(finding.rule,),
            identity=identity_of_enrolment(row) if row is not None else ("place", str(correction.where.row), finding.words),
            enrolment=row,
        )


def _both(first: WorkLine, second: WorkLine) -> WorkLine:
    """Return one line that says what two say of the same field."""
    return replace(
        first,
        weight=min(first.weight, second.weight, key=WEIGHTS.index),
        proposed=first.proposed or second.proposed,
        titles=_joined(first.titles, second.titles),
        explanations=_joined(first.explanations, second.explanations),
        fixes=_joined(first.fixes, second.fixes),
        words=_joined(first.words, second.words),
        rules=_joined(first.rules, second.rules),
    )


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
