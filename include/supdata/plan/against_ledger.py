"""Plans a run against the ledger: the one place of this room that reads or writes it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, Literal

from supdata.config.models import Institution
from supdata.ledger.entries import Standing
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.meeting import Meeting, Met, meeting
from supdata.ledger.store import Ledger
from supdata.plan.closing import Closing, Recall, close
from supdata.plan.deciding import Circumstances
from supdata.plan.draft import Draft
from supdata.plan.lots import Lot, beside, read_lots
from supdata.plan.planning import Departures, Plan, finish_plan
from supdata.plan.sorting import Sorted, Sorter
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import RulesInForce
from supdata.records.rows import LeftOutRow


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a run has read.

    Attributes:
        valid: Opens the valid enrolments: lines sorted by source and row, no two with one natural key.
        others: All other rows that were read: one with a fault is not a student who left.
        left_out: Rows that the source gives for no enrolment (any more), each as the enrolment it would be.
        read: How many rows there were, unreadable ones included.
        unreadable: How many could not be read: any of them may be anybody's.
        rejected: How many a rule rejected.
        limited: Whether not all was read: then nobody has departed but those that the source itself leaves out.
    """

    valid: Callable[[], AbstractContextManager[BinaryIO]]
    others: Iterable[Enrolment] = ()
    left_out: Iterable[tuple[Enrolment, LeftOutRow]] = ()
    read: int
    unreadable: int = 0
    rejected: int = 0
    limited: bool = False


def plan_against_ledger(
    source: Source,
    institution: Institution,
    *,
    draft: Draft,
    ledger: Ledger,
    fingerprint: Fingerprint,
    rules: RulesInForce,
    run_id: str,
    mode: Literal["delta", "full"],
    now: datetime,
    recall: Recall | None = None,
) -> Plan:
    """Plan the run `run_id`, and note in the ledger that it is planned and where the source holds each enrolment.

    `recall` finds what was declared of enrolments that have left, where the institution closes these. `mode` full asks again
    for what was refused or unknown; `now` is the moment of the run. The records are written to `draft`.

    The run is opened before anything is read: what another process sends in between then counts as sent after the plan.
    Raises TryLater while anybody sends for this school: a record in flight would be planned as one in doubt. Raises
    BalanceBroken when two valid rows share a key, CallUs when a valid row cannot be written for the registry.
    """
    ledger.open_run(run_id, institution.uai, now, rules.version)
    ledger.require_silence(institution.uai)
    ledger.settle(institution.uai)
    circumstances = Circumstances(mode, institution.registry.ambiguous, now, rules, reads=institution.registry.read is not None)
    with meeting(ledger, [institution.uai, *institution.also], whole=not source.limited) as rows:
        planning = _Planning(source, institution, draft, ledger, fingerprint, circumstances, rows)
        found = planning.sort()
        departures = planning.departures(recall)
        plan = finish_plan(
            found, departures, institution, draft=draft, rules=rules, now=now, read=source.read, rejected=source.rejected
        )
        ledger.learn(plan.learned)
        rows.mark_seen(run_id)
        return replace(plan, owed=rows.owed(now))


@dataclass
class _Planning:
    """One plan being made; `faulty` are the school's own numbers of students of whom only rows with a fault were read."""

    source: Source
    institution: Institution
    draft: Draft
    ledger: Ledger
    fingerprint: Fingerprint
    circumstances: Circumstances
    rows: Meeting
    faulty: set[str] = field(default_factory=set)

    @property
    def closes(self) -> bool:
        return self.institution.departed == "close" and not self.source.limited

    def sort(self) -> Sorted:
        self.rows.add(self._others())
        sorter = Sorter(self.institution, self.fingerprint, self.circumstances, self.draft)
        return sorter.sort(beside(self._lots(), self._meet), self._lots)

    def departures(self, recall: Recall | None) -> Departures:
        """Ask who is gone, now that all rows have been met."""
        left_out = {self.fingerprint.key(one.natural_key): row for one, row in self.source.left_out}
        self.rows.leave_out(left_out)
        left = self.rows.departed(self.institution.year.start)
        standing = self.rows.standing(self.institution.year.start)
        ended = [one for one in left if one.key not in left_out or not left_out[one.key].held]
        closing = self._closing(ended, recall) if recall is not None and self.closes else None
        return Departures(left=left, standing=standing, closing=closing, left_out=left_out)

    def _closing(self, ended: list[Standing], recall: Recall) -> Closing:
        """Close nobody while a row could not be read: it may be that of any of them."""
        if not ended or self.source.unreadable:
            return Closing(doubtful=len(ended))
        return close(
            ended,
            self.institution,
            fingerprint=self.fingerprint,
            entries=self.ledger.entries([one.key for one in ended]),
            recall=recall,
            circumstances=self.circumstances,
            faulty=self.faulty,
        )

    def _others(self) -> Iterator[tuple[str, tuple[str, int]]]:
        for one in self.source.others:
            if self.closes:
                self.faulty.add(one.sisId)
            yield self.fingerprint.key(one.natural_key), (one.source, one.row)

    def _lots(self) -> Iterator[Lot]:
        with self.source.valid() as lines:
            for lot in read_lots(lines, self.institution, self.fingerprint):
                if self.faulty:
                    self.faulty.difference_update(lot.columns["sisId"])
                yield lot

    def _meet(self, lot: Lot) -> list[Met]:
        return self.rows.meet(lot.copy_text())
