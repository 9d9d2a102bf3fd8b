"""The plan of a run: what leaves, in chunks, what waits for a person, what stays as it is, and what is gone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from supdata.config.models import Institution
from supdata.config.windows import Window
from supdata.ledger.entries import Facts, Standing
from supdata.plan.batch import batch_hash, digest
from supdata.plan.closing import Closing
from supdata.plan.comparing import DEPARTED, MASS_CHANGE, Finding, reasons_of
from supdata.plan.draft import Draft, Leaving
from supdata.plan.severity import weigh_findings
from supdata.plan.sorting import Sorted, carried
from supdata.plan.surprise import surprises
from supdata.plan.windows import passes, told, window_at
from supdata.records.judgement import Judgement, Reason, RulesInForce
from supdata.records.rows import LeftOutRow
from supdata.records.ruling import Ruling
from supdata.records.shipment import Departed, Planned, Receipt
from supdata.records.states import Action, Outcome, Severity, Verdict

#: A run has so many push tasks at most, and one more where some of its records are held: a task costs Airflow half a second of
#: CPU and a row each in its tables, whatever it sends.
MOST_CHUNKS = 100


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run will do, beside the records themselves, which stand in its draft.

    Every valid row is in exactly one place of the draft: unchanged, waiting, or in a chunk that is sent or held. What waits has
    the registry's last answer from the ledger, since nothing has changed. `leaving` counts by action what is to be sent, held
    records included, of which there are `held` and, kept back by a window, `postponed`; `held_actions` counts the former.
    `held_why` says for the whole batch what was surprising, "" when at most single rows are held. The draft has one judgement
    for each row to send that is noteworthy against the ledger; the row itself is valid. `batch_hash` names the held batch, so
    that an approval is of that batch alone, and `digests` its chunks. `learned` are the facts of enrolments that stand as they
    were accepted, where the ledger does not know them. Closings of what has `departed` are in the draft too; `lost` counts
    those that should be closed and of which what was declared is found nowhere, `doubtful` those whose student may still be
    there in a row with a fault. `owed` counts the records whose time to be asked for again has come, and which are not among
    the rows of a read of a part. `window` tells of the time in which less is sent than usual, "" outside of any.
    `rulings` say what became of the institution's settings of the rules that compare with the ledger.
    """

    unchanged: int = 0
    waiting: int = 0
    leaving: Mapping[Action, int] = field(default_factory=dict)
    held: int = 0
    held_actions: Mapping[Action, int] = field(default_factory=dict)
    postponed: int = 0
    held_why: str = ""
    batch_hash: str = ""
    digests: list[str] = field(default_factory=list)
    departed: list[Departed] = field(default_factory=list)
    learned: dict[str, Facts] = field(default_factory=dict)
    lost: int = 0
    doubtful: int = 0
    owed: int = 0
    window: str = ""
    rulings: list[Ruling] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Departures:
    """Who is gone, of how many who stand in the registry, and what is sent of it.

    `closing` is None where the institution leaves what has departed as it is. `left_out` are rows that the source gives for no
    enrolment (any more), by key.
    """

    left: Sequence[Standing] = ()
    standing: int = 0
    closing: Closing | None = None
    left_out: Mapping[str, LeftOutRow] = field(default_factory=dict)


def finish_plan(
    found: Sorted,
    departures: Departures,
    institution: Institution,
    *,
    draft: Draft,
    rules: RulesInForce,
    now: datetime,
    read: int,
    rejected: int,
) -> Plan:
    """Decide on what leaves as a whole, and cut it into chunks. The same arguments and draft give the same plan.

    Args:
        found: What the valid rows came to; the draft has them.
        departures: Who is gone.
        institution: Its chunk size, limits and windows.
        draft: Where the plan is written.
        rules: The rules in force, those against the ledger included.
        now: The moment of the run.
        read: Rows of the source, unreadable ones included.
        rejected: Rows that a rule rejected.
    """
    closing = departures.closing or Closing()
    for planned, entry in closing.waiting:
        draft.waiting(carried(planned, entry))
    for planned in closing.leaving:
        draft.leaving(Leaving(planned=planned))
    why = _surprises(found, departures, institution, read=read, rejected=rejected)
    changes = found.changed + len(closing.leaving)
    concerned = found.concerned + Counter({DEPARTED: len(departures.left), MASS_CHANGE: changes if why else 0})
    severities, rulings = weigh_findings(concerned, institution, rules, of=read)
    leaving = ((one.planned, reasons_of(_findings(one, mass=bool(why)), severities)) for one in draft.all_leaving())
    window = window_at(institution, now)
    size = records_in_chunk(institution.registry.chunk_size, found.leaving + len(closing.leaving))
    cut = _Cutting(draft, size, window).cut(leaving)
    plan = _planned(found, departures, closing, cut)
    return replace(
        plan,
        held_why="; ".join(why) if cut.holds_all else "",
        window=told(window) if window else "",
        rulings=rulings,
    )


def _surprises(found: Sorted, departures: Departures, institution: Institution, *, read: int, rejected: int) -> tuple[str, ...]:
    return surprises(
        institution.limits,
        rejected=rejected,
        read=read,
        changed=found.changed,
        declared=found.declared,
        departed=len(departures.left),
        standing=departures.standing,
        closing=departures.closing is not None,
    )


def _planned(found: Sorted, departures: Departures, closing: Closing, cut: "_Cutting") -> Plan:
    """Return what is known of the plan once it has been cut."""
    return Plan(
        unchanged=found.unchanged,
        waiting=found.waiting + len(closing.waiting) + cut.postponed,
        leaving=cut.leaving,
        held=sum(cut.held_actions.values()),
        held_actions=cut.held_actions,
        postponed=cut.postponed,
        batch_hash=batch_hash(cut.digests),
        digests=cut.digests,
        departed=[_departed(one, departures.left_out) for one in departures.left],
        learned=found.learned,
        lost=closing.lost,
        doubtful=closing.doubtful,
    )


def records_in_chunk(wanted: int, leaving: int) -> int:
    """Return how many records a chunk holds of `leaving`: as many as are wanted, and more where that made too many chunks."""
    return max(wanted, -(-leaving // MOST_CHUNKS))


@dataclass
class _Cutting:
    """Cuts what is to be sent: in chunks, held in chunks, or waiting for the end of a window."""

    draft: Draft
    size: int
    window: Window | None
    leaving: Counter[Action] = field(default_factory=Counter)
    held_actions: Counter[Action] = field(default_factory=Counter)
    postponed: int = 0
    holds_all: bool = False
    digests: list[str] = field(default_factory=list)
    _begun: dict[bool, list[Planned]] = field(default_factory=lambda: {False: [], True: []})

    def cut(self, leaving: Iterable[tuple[Planned, tuple[Reason, ...]]]) -> "_Cutting":
        for planned, reasons in leaving:
            if passes(planned, self.window):
                self._send(planned, reasons)
            else:
                self.postponed += 1
                self.draft.waiting(_postponed(planned))
        for held in (False, True):
            self._end(held=held)
        return self

    def _send(self, planned: Planned, reasons: tuple[Reason, ...]) -> None:
        holding = [one.rule for one in reasons if one.severity is Severity.HOLD]
        self.leaving[planned.action] += 1
        self.held_actions[planned.action] += bool(holding)
        self.holds_all |= MASS_CHANGE in holding
        if reasons:
            self.draft.finding(_finding(planned, reasons))
        self._begun[bool(holding)].append(planned)
        if len(self._begun[bool(holding)]) == self.size:
            self._end(held=bool(holding))

    def _end(self, *, held: bool) -> None:
        records, self._begun[held] = self._begun[held], []
        if not records:
            return
        self.draft.chunk(records, held=held)
        if held:
            self.digests.append(digest(records))


def _findings(one: Leaving, *, mass: bool) -> tuple[Finding, ...]:
    """Return what is noteworthy in a record; of every change, that the batch as a whole is. What is new is not concerned."""
    return (*one.findings, Finding(MASS_CHANGE)) if mass and one.planned.action is not Action.CREATE else one.findings


def _postponed(planned: Planned) -> Receipt:
    """Return what stands for a record that waits for the end of a window: it has no answer, and leaves with a later run."""
    return Receipt(source=planned.source, row=planned.row, key=planned.key, action=planned.action, outcome=Outcome.HELD)


def _departed(one: Standing, left_out: Mapping[str, LeftOutRow]) -> Departed:
    reason = left_out[one.key].reason if one.key in left_out else ""
    return Departed(key=one.key, seen_run=one.seen_run, seen_source=one.seen_source, seen_row=one.seen_row, reason=reason)


def _finding(planned: Planned, reasons: tuple[Reason, ...]) -> Judgement:
    return Judgement(source=planned.source, row=planned.row, verdict=Verdict.VALID, reasons=reasons)
