"""Sorts the valid rows of a run: what leaves, what waits, what stays as it is."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np
import numpy.typing as npt

from supdata.config.models import Institution
from supdata.errors import BalanceBroken
from supdata.ledger.entries import Entry, Facts
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.meeting import Met
from supdata.plan.comparing import facts_of, findings_for
from supdata.plan.deciding import Circumstances, Decision, action_of, decide
from supdata.plan.draft import Draft, Leaving
from supdata.plan.lots import Lot
from supdata.plan.wire import as_planned
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Action, Outcome


@dataclass
class Sorted:
    """How many rows went where. Of those that are `leaving`, `changed` are among the `declared`.

    `concerned` counts the rows that leave by the rule that finds them noteworthy; `learned` are facts the ledger does not know.
    """

    declared: int = 0
    leaving: int = 0
    changed: int = 0
    unchanged: int = 0
    waiting: int = 0
    concerned: Counter[str] = field(default_factory=Counter)
    learned: dict[str, Facts] = field(default_factory=dict)


@dataclass(frozen=True)
class Sorter:
    """Decides on every valid row of one institution, and writes what becomes of it to the draft."""

    institution: Institution
    fingerprint: Fingerprint
    circumstances: Circumstances
    draft: Draft

    def sort(self, met: Iterable[tuple[Lot, Sequence[Met]]], again: Callable[[], Iterator[Lot]]) -> Sorted:
        """Sort lots, each with what differs in it from the ledger.

        Raises BalanceBroken when two rows share a key: the registry inserts whatever it gets. `again` reads the lots once more
        to name the two.
        """
        found, beginnings = Sorted(), list[npt.NDArray[np.uint64]]()
        for lot, differing in met:
            beginnings.append(_beginnings(lot))
            self._sort_lot(lot, differing, found)
        _require_distinct(beginnings, again)
        return found

    def _sort_lot(self, lot: Lot, differing: Sequence[Met], found: Sorted) -> None:
        others = [one.number for one in differing if not self._stays(lot, one, found)]
        self.draft.unchanged(lot.known(others))
        found.unchanged += len(lot) - len(others)
        found.declared += len(lot) - len(differing)

    def _stays(self, lot: Lot, met: Met, found: Sorted) -> bool:
        entry, action = met.entry, action_of(met.entry)
        key, content = lot.keys[met.number], lot.contents[met.number]
        planned = as_planned(lot.enrolment(met.number), key, self.institution, self.fingerprint, action, content=content)
        found.declared += action is Action.UPDATE
        decision = decide(entry, content, self.circumstances)
        match decision:
            case Decision.SEND:
                found.leaving += 1
                found.changed += action is Action.UPDATE
                findings = findings_for(entry, planned)
                found.concerned.update(one.rule for one in findings)
                self.draft.leaving(Leaving(planned=planned, findings=findings))
            case Decision.WAIT:
                assert entry is not None, "what was never sent cannot wait for an answer"  # noqa: S101 - narrows the type
                found.waiting += 1
                self.draft.waiting(carried(planned, entry))
            case Decision.KEEP:
                if entry is not None and not entry.accepted.birth:
                    found.learned[planned.key] = facts_of(planned)
            case _ as never:
                assert_never(never)
        return decision is Decision.KEEP


def carried(planned: Planned, entry: Entry) -> Receipt:
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


def _beginnings(lot: Lot) -> npt.NDArray[np.uint64]:
    """Return the first half of each key: enough to see that no two are the same, in an eighth of the memory."""
    return np.frombuffer(bytes.fromhex("".join(lot.keys)), dtype=np.uint64)[::2].copy()


def _require_distinct(beginnings: Sequence[npt.NDArray[np.uint64]], again: Callable[[], Iterator[Lot]]) -> None:
    if not beginnings:
        return
    every = np.concatenate(beginnings)
    every.sort()
    twice = set(every[1:][every[1:] == every[:-1]].tolist())
    if twice:
        _refuse_doubles(again(), twice)


def _refuse_doubles(lots: Iterable[Lot], twice: set[int]) -> None:
    """Raise BalanceBroken with the first two rows of one key, unless only the beginnings of keys are the same."""
    first: dict[str, tuple[str, int]] = {}
    for lot in lots:
        places = lot.columns.select("source", "row").rows()
        for number, beginning in enumerate(_beginnings(lot).tolist()):
            if beginning not in twice:
                continue
            (source, row), (other, before) = places[number], first.setdefault(lot.keys[number], places[number])
            if (source, row) != (other, before):
                raise BalanceBroken(
                    "Planning what to send",
                    f"row {before} of {other} and row {row} of {source} are the same enrolment",
                    "Nothing was sent. Keep the run folder and report it: validation lets one of two such rows through.",
                )
