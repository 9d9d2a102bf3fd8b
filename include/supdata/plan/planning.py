"""The plan of a run: what leaves, in chunks, what waits for a person, what stays as it is, and what is gone."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, assert_never

from supdata.config.models import Institution
from supdata.errors import BalanceBroken
from supdata.ledger.entries import Entry, Facts, Standing
from supdata.ledger.fingerprint import Fingerprint
from supdata.plan.batch import batch_hash, digest
from supdata.plan.closing import Closing, Recall, close, gone
from supdata.plan.comparing import DEPARTED, MASS_CHANGE, Finding, facts_of, findings_for, reasons_of
from supdata.plan.deciding import Circumstances, Decision, action_of, decide
from supdata.plan.severity import weigh_findings
from supdata.plan.surprise import surprises
from supdata.plan.windows import divide, told, window_at
from supdata.plan.wire import as_planned
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, Reason, RulesInForce
from supdata.records.rows import LeftOutRow
from supdata.records.ruling import Ruling
from supdata.records.shipment import Departed, Known, Planned, Receipt
from supdata.records.states import Action, Outcome, Severity, Verdict


@dataclass(frozen=True)
class Plan:
    """What a run will do with each valid row; every one is in exactly one of `chunks`, `held`, `unchanged` and `waiting`.

    `waiting` carries the registry's last answer from the ledger: nothing has changed since. `held_why` says for the whole batch
    what was surprising, "" when at most single rows are held. `findings` has one judgement for each row to send that is
    noteworthy against the ledger; the row itself is valid. `batch_hash` names the held batch, so that an approval is of that
    batch alone. `learned` are the facts of enrolments that stand as they were accepted, where the ledger does not know them.
    Closings of what has `departed` are in `chunks`, `held` and `waiting` too; `lost` counts those that should be closed and
    of which what was declared is found nowhere, `doubtful` those whose student is still there in a row with a fault.
    `window` tells of the time in which less is sent than usual, "" outside of any: what it keeps back is held, in
    `waiting`, and asked of nobody. `rulings` say what became of the institution's settings of the rules that compare with
    the ledger.
    """

    chunks: list[list[Planned]]
    held: list[list[Planned]]
    held_why: str
    waiting: list[Receipt]
    findings: list[Judgement]
    batch_hash: str
    unchanged: list[Known] = field(default_factory=list)
    departed: list[Departed] = field(default_factory=list)
    learned: dict[str, Facts] = field(default_factory=dict)
    lost: int = 0
    doubtful: int = 0
    window: str = ""
    rulings: list[Ruling] = field(default_factory=list)


@dataclass
class _Sorting:
    """Where the rows go as they are decided."""

    leaving: list[tuple[Planned, tuple[Finding, ...]]] = field(default_factory=list)
    unchanged: list[Known] = field(default_factory=list)
    waiting: list[Receipt] = field(default_factory=list)
    learned: dict[str, Facts] = field(default_factory=dict)
    declared: int = 0


def make_plan(
    valid: Sequence[Enrolment],
    institution: Institution,
    *,
    fingerprint: Fingerprint,
    rules: RulesInForce,
    entries: Mapping[str, Entry],
    standing: Iterable[Standing],
    present: Collection[str] | None,
    left_out: Mapping[str, LeftOutRow] = MappingProxyType({}),
    mode: Literal["delta", "full"],
    now: datetime,
    read: int,
    rejected: int,
    recall: Recall | None = None,
    faulty: Collection[str] = (),
) -> Plan:
    """Plan a run. The same arguments give the same plan, whatever the order of rows.

    Args:
        valid: The valid enrolments, no two with one natural key.
        institution: Its codes, chunk size, limits and policy for ambiguous records.
        fingerprint: The ledger's keyed hash.
        rules: The rules in force, those against the ledger included.
        entries: What the ledger knows, by key, of the valid enrolments, and of those that have left where these are closed.
        standing: The accepted enrolments of the year.
        present: The keys of all rows read, rejected ones included; None when not all rows were read: then nobody has departed.
        left_out: Rows that the source gives for no enrolment (any more), by key and not among `present`; one that is held is no
            reason to close what was declared.
        mode: `full` asks again for what was refused or unknown.
        now: The moment of the run.
        read: Rows of the source, unreadable ones included.
        rejected: Rows that a rule rejected.
        recall: Finds what was declared of enrolments that have left, where these are closed; None leaves them as they are.
        faulty: The school's own numbers of students of whom only rows with a fault were read: nothing of theirs is closed.

    Raises BalanceBroken when two valid rows share a key, CallUs when a valid row cannot be written for the registry.
    """
    circumstances = Circumstances(mode, institution.registry.ambiguous, now, rules, reads=institution.registry.read is not None)
    sorting = _sort(valid, institution, fingerprint, entries, circumstances)
    stood = list(standing)
    left = gone(stood, present, left_out)
    ended = [one for one in left if one.key not in left_out or not left_out[one.key].held]
    closing = Closing()
    if recall is not None and ended:
        closing = close(
            ended,
            institution,
            fingerprint=fingerprint,
            entries=entries,
            recall=recall,
            circumstances=circumstances,
            faulty=faulty,
        )
    why = surprises(
        institution.limits,
        rejected=rejected,
        read=read,
        changed=sum(one.action is Action.UPDATE for one, _ in sorting.leaving),
        declared=sorting.declared,
        departed=len(left),
        standing=len(stood),
        closing=recall is not None,
    )
    leaving = [*sorting.leaving, *((one, ()) for one in closing.leaving)]
    if why:
        leaving = _with_mass_change(leaving)
    concerned = Counter(one.rule for _, findings in leaving for one in findings) + Counter({DEPARTED: len(left)})
    severities, rulings = weigh_findings(concerned, institution, rules, of=read)
    plan = _cut_up([(one, reasons_of(findings, severities)) for one, findings in leaving], institution, now, why)
    answered = [*sorting.waiting, *(_carried(planned, entry) for planned, entry in closing.waiting)]
    return replace(
        plan,
        unchanged=sorting.unchanged,
        waiting=[*answered, *plan.waiting],
        departed=[_departed(one, left_out) for one in left],
        learned=sorting.learned,
        lost=closing.lost,
        doubtful=closing.doubtful,
        rulings=rulings,
    )


def _cut_up(
    leaving: Sequence[tuple[Planned, tuple[Reason, ...]]], institution: Institution, now: datetime, why: Sequence[str]
) -> Plan:
    """Return the plan of what is to be sent: in chunks, held in chunks, or waiting for the end of a window."""
    size, window = institution.registry.chunk_size, window_at(institution, now)
    may, postponed = divide(leaving, window)
    held = _cut([one for one, reasons in may if _is_held(reasons)], size)
    holding = [one for _, reasons in may for one in reasons if one.severity is Severity.HOLD]
    return Plan(
        chunks=_cut([one for one, reasons in may if not _is_held(reasons)], size),
        held=held,
        held_why="; ".join(why) if any(one.rule == MASS_CHANGE for one in holding) else "",
        waiting=[_postponed(one) for one in postponed],
        findings=[_finding(one, reasons) for one, reasons in may if reasons],
        batch_hash=batch_hash(map(digest, held)),
        window=told(window) if window else "",
    )


def _sort(
    valid: Sequence[Enrolment],
    institution: Institution,
    fingerprint: Fingerprint,
    entries: Mapping[str, Entry],
    circumstances: Circumstances,
) -> _Sorting:
    sorting, taken = _Sorting(), dict[str, Enrolment]()
    for enrolment in sorted(valid, key=lambda one: (one.source, one.row)):
        key = fingerprint.key(enrolment.natural_key)
        _claim(taken, key, enrolment)
        planned = as_planned(enrolment, key, institution, fingerprint, action_of(entries.get(key)))
        _place(sorting, planned, entries.get(key), circumstances)
    return sorting


def _claim(taken: dict[str, Enrolment], key: str, enrolment: Enrolment) -> None:
    """Let no key be planned twice: the registry inserts whatever it gets."""
    first = taken.setdefault(key, enrolment)
    if first is not enrolment:
        raise BalanceBroken(
            "Planning what to send",
            f"row {first.row} of {first.source} and row {enrolment.row} of {enrolment.source} are the same enrolment",
            "Nothing was sent. Keep the run folder and report it: validation lets one of two such rows through at most.",
        )


def _place(sorting: _Sorting, planned: Planned, entry: Entry | None, circumstances: Circumstances) -> None:
    sorting.declared += planned.action is Action.UPDATE
    decision = decide(entry, planned.content, circumstances)
    match decision:
        case Decision.SEND:
            sorting.leaving.append((planned, findings_for(entry, planned)))
        case Decision.KEEP:
            sorting.unchanged.append(Known(source=planned.source, row=planned.row, key=planned.key))
            if entry is not None and not entry.accepted.birth:
                sorting.learned[planned.key] = facts_of(planned)
        case Decision.WAIT:
            assert entry is not None, "what was never sent cannot wait for an answer"  # noqa: S101 - narrows the type
            sorting.waiting.append(_carried(planned, entry))
        case _ as never:
            assert_never(never)


def _carried(planned: Planned, entry: Entry) -> Receipt:
    """Return the registry's last answer as the receipt of this run's row; a record in doubt stays ambiguous."""
    return Receipt(
        source=planned.source,
        row=planned.row,
        key=planned.key,
        action=planned.action,
        outcome=Outcome.AMBIGUOUS if entry.doubt else entry.state,
        status=entry.status,
        words=entry.words,
    )


def _postponed(planned: Planned) -> Receipt:
    """Return what stands for a record that waits for the end of a window: it has no answer, and leaves with a later run."""
    return Receipt(source=planned.source, row=planned.row, key=planned.key, action=planned.action, outcome=Outcome.HELD)


def _departed(one: Standing, left_out: Mapping[str, LeftOutRow]) -> Departed:
    reason = left_out[one.key].reason if one.key in left_out else ""
    return Departed(key=one.key, seen_run=one.seen_run, seen_source=one.seen_source, seen_row=one.seen_row, reason=reason)


def _cut(planned: Sequence[Planned], size: int) -> list[list[Planned]]:
    return [list(planned[start : start + size]) for start in range(0, len(planned), size)]


def _with_mass_change(
    leaving: Iterable[tuple[Planned, tuple[Finding, ...]]],
) -> list[tuple[Planned, tuple[Finding, ...]]]:
    """Add to every change that the batch as a whole is out of the ordinary; what is new is not concerned."""
    mass = Finding(MASS_CHANGE)
    return [(one, (*found, mass) if one.action is not Action.CREATE else found) for one, found in leaving]


def _is_held(reasons: Iterable[Reason]) -> bool:
    return any(one.severity is Severity.HOLD for one in reasons)


def _finding(planned: Planned, reasons: tuple[Reason, ...]) -> Judgement:
    return Judgement(source=planned.source, row=planned.row, verdict=Verdict.VALID, reasons=reasons)
