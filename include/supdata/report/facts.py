"""Gathers what is known of a run, well ended or not, into the facts that the page and the work list are written from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from supdata.config.models import Institution
from supdata.config.windows import Window
from supdata.records.counts import Counts
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.records.reading import Reading
from supdata.records.rows import UnreadableRow
from supdata.records.ruling import Ruling
from supdata.records.shipment import Departed, Receipt
from supdata.records.states import Action, Outcome, Verdict
from supdata.report.adjustments import adjustments
from supdata.report.content import Correction, RowRef, RunFacts, Weight
from supdata.report.findings import (
    CAUSE_OF_OUTCOME,
    Place,
    from_departed,
    from_judgements,
    from_receipts,
    from_unreadable,
    is_spoken_of,
    released,
)
from supdata.report.grouping import group
from supdata.report.rule_texts import RuleText, Suggest, nothing_to_suggest

#: Which states each stage establishes, in the order of the stages: a stage that failed leaves its own and all later ones open.
ESTABLISHED: Mapping[str, tuple[str, ...]] = {
    "extract": ("read", "unreadable", "left_out"),
    "normalise": (),
    "validate": ("duplicate", "rejected", "provisional", "valid"),
    "plan": ("unchanged", "to_create", "to_update", "to_close", "departed"),
    # A push that failed half-way has established what it was answered: these are known as soon as there was a plan.
    "push": (),
}
#: Outcomes of a record that has not left.
UNSENT = frozenset({Outcome.HELD, Outcome.NOT_ATTEMPTED})
ANSWERED = (
    *("accepted", "created", "updated", "closed", "refused", "unknown_student", "ambiguous"),
    *("held", "postponed", "not_attempted"),
)
ACCEPTED_AS = {Action.CREATE: "created", Action.UPDATE: "updated", Action.CLOSE: "closed"}
#: What only a balance can tell, because no record that the report is given says it.
ONLY_IN_BALANCE = frozenset(
    {"left_out", "unchanged", "to_create", "to_update", "to_close", "held", "postponed", "not_attempted"}
)


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a run went, as a whole.

    `run_id` is Airflow's; `run_date` the day the run is dated, in the institution's time zone: the clock is never read here.
    `counts` are the balance's, None when no balance could be made: then what the records say is counted. `differences` has one
    sentence per equation of the balance that does not close. `failed_stage` is the first that failed, by its task id, and
    `failure` what it said, for the technical team; a message of `supdata.errors`. In a `dry_run` nothing was meant to be sent.
    `rulings` say what became of each rule that the institution has set otherwise than the catalogue, `answer` what a person
    answered about the held batch (see `RunFacts`), `window` which time of little or no sending the run fell into, `readings`
    how the school's files turned out to be written, in their order. `partial` says that only what has changed was read.
    """

    institution: Institution
    run_id: str
    run_date: date
    counts: Counts | None
    differences: Sequence[str] = ()
    failed_stage: str | None = None
    failure: str = ""
    dry_run: bool = False
    rulings: Sequence[Ruling] = ()
    answer: str = ""
    window: Window | None = None
    readings: Sequence[Reading] = ()
    partial: bool = False


@dataclass(frozen=True, kw_only=True)
class Records:
    """What a run has left record by record; each is read once, in any order.

    One of `judgements` per enrolment, none when validation did not get that far; all `enrolments`, for the values found, of
    which those in fault alone are kept; all `receipts`, answers carried over from the ledger among them; what the registry
    knows and the source no longer holds; rows that could not be read; and as `findings` what is noteworthy against the ledger,
    one judgement per row that is sent or held.
    """

    judgements: Iterable[Judgement]
    enrolments: Iterable[Enrolment]
    receipts: Iterable[Receipt]
    departed: Iterable[Departed]
    unreadable: Iterable[UnreadableRow]
    findings: Iterable[Judgement] = ()


def gather(course: Course, records: Records, rules: Mapping[str, RuleText], suggest: Suggest = nothing_to_suggest) -> RunFacts:
    """Gather the facts of one run; `rules` are the texts by rule id, `suggest` proposes a value for a row and a rule."""
    tally: Counter[str] = Counter()
    unread = list(records.unreadable)
    gone = sorted((RowRef(one.seen_source, one.seen_row), one.reason) for one in records.departed)
    corrections = _corrections(records, unread, tally, _Texts(course.institution, rules, suggest))
    return RunFacts(
        institution=course.institution,
        run_id=course.run_id,
        run_date=course.run_date,
        dry_run=course.dry_run,
        counts=course.counts or _counts_of(tally, unreadable=len(unread), departed=len(gone)),
        known=_known_states(course.failed_stage, balanced=course.counts is not None),
        failed_stage=course.failed_stage,
        failure=course.failure,
        differences=tuple(course.differences),
        corrections=_in_order(*corrections, *from_departed(gone, course.institution, rules)),
        groups=group(corrections),
        departed=tuple(where for where, _ in gone),
        left_out={where: reason for where, reason in gone if reason},
        to_correct=len(_places_in_fault(corrections)),
        adjustments=tuple(adjustments(course.rulings, rules)),
        rulings=tuple(course.rulings),
        answer=course.answer,
        window=course.window,
        readings=tuple(course.readings),
        partial=course.partial,
    )


class _Texts(NamedTuple):
    """What a correction is worded from."""

    institution: Institution
    rules: Mapping[str, RuleText]
    suggest: Suggest


def _corrections(
    records: Records, unread: Sequence[UnreadableRow], tally: Counter[str], texts: _Texts
) -> tuple[Correction, ...]:
    """Return what is to be corrected in rows of this run's source, in its order; what is read on the way goes into `tally`."""
    spoken_of = [one for one in _tallied_judgements(records.judgements, tally) if is_spoken_of(one)]
    noted = {_place(one): one for one in records.findings}
    answers, sent = [], set()
    for receipt in _tallied_receipts(records.receipts, tally):
        if _place(receipt) in noted and receipt.outcome not in UNSENT:
            sent.add(_place(receipt))
        if receipt.outcome in CAUSE_OF_OUTCOME:
            answers.append(receipt)
    compared = [released(one) if place in sent else one for place, one in noted.items()]
    values = _only(records.enrolments, {*map(_place, spoken_of), *map(_place, answers), *noted})
    return _in_order(
        *from_unreadable(unread, texts.institution),
        *from_judgements(spoken_of, values, *texts),
        *from_judgements(compared, values, *texts),
        *from_receipts(answers, values, texts.institution),
    )


def _place(record: Judgement | Receipt | Enrolment) -> Place:
    return (record.source, record.row)


def _only(enrolments: Iterable[Enrolment], places: set[Place]) -> dict[Place, Enrolment]:
    return {_place(one): one for one in enrolments if _place(one) in places}


def _tallied_judgements(judgements: Iterable[Judgement], tally: Counter[str]) -> Iterable[Judgement]:
    for judgement in judgements:
        tally[judgement.verdict.value] += 1
        yield judgement


def _tallied_receipts(receipts: Iterable[Receipt], tally: Counter[str]) -> Iterable[Receipt]:
    for receipt in receipts:
        tally[receipt.outcome.value] += 1
        if receipt.outcome is Outcome.ACCEPTED:
            tally[ACCEPTED_AS[receipt.action]] += 1
        yield receipt


def _counts_of(tally: Counter[str], *, unreadable: int, departed: int) -> Counts:
    """Return what the records alone say; `_known_states` tells which of these numbers may be shown."""
    states = {name: tally[name] for name in (*Verdict, *Outcome, *ACCEPTED_AS.values())}
    read = unreadable + sum(tally[verdict] for verdict in Verdict)
    return Counts(**states, read=read, unreadable=unreadable, departed=departed)


def _known_states(failed_stage: str | None, *, balanced: bool) -> frozenset[str]:
    known: list[str] = []
    passed = set()
    for stage, states in ESTABLISHED.items():
        if stage == failed_stage:
            break
        passed.add(stage)
        known.extend(states)
    if "plan" in passed:
        known.extend(ANSWERED)
    if balanced:
        return frozenset(known)
    unsure = ONLY_IN_BALANCE | (frozenset() if "validate" in passed else {"read"})
    return frozenset(known) - unsure


def _in_order(*corrections: Correction) -> tuple[Correction, ...]:
    """Order by place in the source, so that the same findings give the same bytes whatever order they came in."""
    return tuple(
        sorted(corrections, key=lambda one: (one.where, one.finding.rule, one.finding.field, one.finding.words, one.value))
    )


def _places_in_fault(corrections: Iterable[Correction]) -> set[Place]:
    """Return the rows that are not declared and that the school can put right."""
    return {(one.where.source, one.where.row) for one in corrections if one.finding.weight is Weight.BLOCKING}


__all__ = ["Course", "Records", "RunFacts", "gather"]
