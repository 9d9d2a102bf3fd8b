"""From verdicts and answers to findings: which row is spoken of, for what reason, and in which words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.ine import has_right_key
from supdata.records.judgement import Judgement, Reason
from supdata.records.rows import UnreadableRow
from supdata.records.shipment import Receipt
from supdata.records.states import Action, Outcome, Severity, Verdict
from supdata.report.content import Correction, Finding, RowRef, Weight
from supdata.report.french import field_label
from supdata.report.rule_texts import (
    AMBIGUOUS,
    AMBIGUOUS_RULE,
    CLOSING,
    CLOSING_RULE,
    DEPARTED_RULE,
    NOTHING_TO_FIX,
    REFUSED,
    REFUSED_RULE,
    UNKNOWN,
    UNKNOWN_RULE,
    UNREADABLE,
    UNREADABLE_RULE,
    RuleText,
    Suggest,
    nothing_to_suggest,
    text_of,
)


@dataclass(frozen=True)
class Cause:
    """Why rows are spoken of, before it is told in terms of one school: `fields` are those in question, parted by blanks."""

    rule: str
    fields: str
    weight: Weight
    text: RuleText


WEIGHT_OF_SEVERITY = {Severity.REJECT: Weight.BLOCKING, Severity.HOLD: Weight.WAITING, Severity.WARN: Weight.CHECK}
CAUSE_OF_OUTCOME: Mapping[Outcome, Cause] = {
    Outcome.REFUSED: Cause(REFUSED_RULE, "", Weight.BLOCKING, REFUSED),
    Outcome.UNKNOWN_STUDENT: Cause(UNKNOWN_RULE, "ine dateNaissance", Weight.BLOCKING, UNKNOWN),
    Outcome.AMBIGUOUS: Cause(AMBIGUOUS_RULE, "", Weight.INFORMATION, AMBIGUOUS),
}
#: Of a closing, whatever the registry answered: its row is not in the source any more, so there is nothing to correct.
CAUSE_CLOSING = Cause(CLOSING_RULE, "", Weight.INFORMATION, CLOSING)
CAUSE_UNREADABLE = Cause(UNREADABLE_RULE, "", Weight.BLOCKING, UNREADABLE)

#: A row's address inside one run.
Place = tuple[str, int]


def from_judgements(
    judgements: Iterable[Judgement],
    enrolments: Mapping[Place, Enrolment],
    institution: Institution,
    rules: Mapping[str, RuleText],
    suggest: Suggest = nothing_to_suggest,
) -> Iterator[Correction]:
    """Yield one correction per reason of each row that has any, with what `suggest` proposes for it.

    Identical duplicates are left out: the row they repeat already carries the reasons.
    """
    for judgement in judgements:
        enrolment = enrolments.get((judgement.source, judgement.row))
        where = _where(judgement.source, judgement.row, enrolment)
        for reason in _reasons_that_matter(judgement):
            finding = _finding(_cause(reason, rules), institution)
            proposed = suggest(enrolment, reason.rule) if enrolment is not None else ""
            yield Correction(where, finding, value_found(enrolment, reason.field), proposed, enrolment)


def from_receipts(
    receipts: Iterable[Receipt], enrolments: Mapping[Place, Enrolment], institution: Institution
) -> Iterator[Correction]:
    """Yield one correction per record that the registry did not take, or did not answer for."""
    for receipt in receipts:
        cause = CAUSE_OF_OUTCOME.get(receipt.outcome)
        if cause is None:
            continue
        if receipt.action is Action.CLOSE:
            cause = CAUSE_CLOSING
        enrolment = enrolments.get((receipt.source, receipt.row))
        finding = _finding(cause, institution, without_identity(receipt.words, enrolment))
        where = _where(receipt.source, receipt.row, enrolment)
        yield Correction(where, finding, value_found(enrolment, cause.fields), enrolment=enrolment)


def from_unreadable(unreadable: Iterable[UnreadableRow], institution: Institution) -> Iterator[Correction]:
    """Yield one correction per row that could not be read; the reader's own reason stands where the registry's words would."""
    for row in unreadable:
        yield Correction(RowRef(row.source, row.row), _finding(CAUSE_UNREADABLE, institution, row.reason), "")


def from_departed(
    departed: Iterable[tuple[RowRef, str]], institution: Institution, rules: Mapping[str, RuleText]
) -> Iterator[Correction]:
    """Yield one correction per declared enrolment that is no longer in the source, at the place where it was last seen.

    What the source says of it where it only leaves it out (COLUMN=value) stands where the value found would.
    """
    finding = _finding(Cause(DEPARTED_RULE, "", Weight.CHECK, text_of(DEPARTED_RULE, rules)), institution)
    for where, reason in departed:
        yield Correction(where, finding, reason)


def released(judgement: Judgement) -> Judgement:
    """Return a judgement on a row that was held and has been sent since: what made it wait is left to be checked."""
    warnings = tuple(msgspec.structs.replace(one, severity=Severity.WARN) for one in judgement.reasons)
    return msgspec.structs.replace(judgement, reasons=warnings)


def is_spoken_of(judgement: Judgement) -> bool:
    """Whether the report says anything of this row on the strength of its verdict."""
    return bool(_reasons_that_matter(judgement))


def value_found(enrolment: Enrolment | None, fields: str) -> str:
    """Return what the row holds in `fields` (names parted by blanks or commas), parted by ` / `."""
    names = [name for name in _field_names(fields) if name in Enrolment.__struct_fields__]
    return "" if enrolment is None else " / ".join(str(getattr(enrolment, name)) for name in names)


def without_identity(words: str, enrolment: Enrolment | None) -> str:
    """Take the student's INE and birth date out of the registry's words.

    The registry echoes both in its errors. They are removed where the answer is read; this page is passed from hand to
    hand, so it does not rest on that alone.
    """
    if enrolment is None:
        return words
    born = enrolment.dateNaissance
    identity = {enrolment.ine, born, "/".join(reversed(born.split("-"))), born.replace("-", "")} - {""}
    # Longest first: a value that holds another must go as a whole.
    for value in sorted(identity, key=lambda text: (-len(text), text)):
        words = re.sub(re.escape(value), "…", words, flags=re.IGNORECASE)
    return words


def _reasons_that_matter(judgement: Judgement) -> tuple[Reason, ...]:
    """Return the reasons to show: for a row that must not be declared at all, that one alone."""
    if judgement.verdict is Verdict.DUPLICATE:
        return ()
    return tuple(filter(_closes_the_matter, judgement.reasons)) or judgement.reasons


def _closes_the_matter(reason: Reason) -> bool:
    return reason.rule in NOTHING_TO_FIX and reason.severity is Severity.REJECT


def _cause(reason: Reason, rules: Mapping[str, RuleText]) -> Cause:
    weight = Weight.INFORMATION if _closes_the_matter(reason) else WEIGHT_OF_SEVERITY[reason.severity]
    return Cause(reason.rule, reason.field, weight, text_of(reason.rule, rules))


def _finding(cause: Cause, institution: Institution, words: str = "") -> Finding:
    names = tuple(_field_names(cause.fields))
    return Finding(
        rule=cause.rule,
        field=" / ".join(field_label(name) for name in names),
        column=" / ".join(filter(None, (column_of(name, institution) for name in names))),
        weight=cause.weight,
        title=cause.text.title,
        explanation=cause.text.explanation,
        fix=cause.text.fix,
        words=words,
        names=names,
    )


def _field_names(fields: str) -> list[str]:
    return re.findall(r"\w+", fields)


def column_of(field: str, institution: Institution) -> str:
    """Return the school's own column names behind `field`, which is what its registrar can look for."""
    mapping = institution.columns.mapped().get(field)
    return "" if mapping is None else " + ".join(mapping.columns) or " ou ".join(mapping.first_of)


def _where(source: str, row: int, enrolment: Enrolment | None) -> RowRef:
    """Name a row by source, number and the school's student number.

    A school that maps its student number to the INE, or has exchanged two columns, would put INEs on the page: then the number
    is left out. Eleven digits are a number like another: only a letter and a right key make an INE of it.
    """
    if enrolment is None or enrolment.sisId.upper() == enrolment.ine.upper():
        return RowRef(source, row)
    number = "".join(enrolment.sisId.split()).upper()
    return RowRef(source, row, "" if has_right_key(number) and not number.isdigit() else enrolment.sisId)
