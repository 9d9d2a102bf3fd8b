"""A plan with its records in memory, for tests that look at both."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from supdata.config.models import Institution
from supdata.ledger.entries import Entry
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.meeting import Met
from supdata.ledger.store import Ledger
from supdata.plan.against_ledger import Source, plan_against_ledger
from supdata.plan.deciding import Circumstances
from supdata.plan.draft import Leaving
from supdata.plan.lots import Lot, read_lots
from supdata.plan.planning import Departures, Plan, finish_plan
from supdata.plan.sorting import Sorter
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, RulesInForce
from supdata.records.lines import read_lines, write_lines
from supdata.records.shipment import Known, Planned, Receipt


class Drafted:
    """A `supdata.plan.draft.Draft`; once it is made, `made` says what the plan says of itself."""

    def __init__(self) -> None:
        self.kept: list[Known] = []
        self.waits: list[Receipt] = []
        self.findings: list[Judgement] = []
        self.chunks: list[list[Planned]] = []
        self.held: list[list[Planned]] = []
        self.made = Plan()
        self._leaving: list[Leaving] = []

    def unchanged(self, lines: bytes) -> None:
        self.kept += read_lines(io.BytesIO(lines), Known)

    def waiting(self, receipt: Receipt) -> None:
        self.waits.append(receipt)

    def leaving(self, one: Leaving) -> None:
        self._leaving.append(one)

    def all_leaving(self) -> Iterator[Leaving]:
        return iter(self._leaving)

    def finding(self, judgement: Judgement) -> None:
        self.findings.append(judgement)

    def chunk(self, records: Sequence[Planned], *, held: bool) -> None:
        (self.held if held else self.chunks).append(list(records))

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


def in_order(valid: Iterable[Enrolment]) -> bytes:
    """The file that validation leaves of these."""
    return as_given(*sorted(valid, key=lambda one: (one.source, one.row)))


def drafted(
    valid: Iterable[Enrolment],
    institution: Institution,
    *,
    fingerprint: Fingerprint,
    rules: RulesInForce,
    entries: Mapping[str, Entry],
    mode: Any,
    now: datetime,
    read: int,
    rejected: int,
    departures: Departures | None = None,
) -> Drafted:
    """Plan without a database: `entries` are what the ledger knows, by key."""
    lines, draft = in_order(valid), Drafted()

    def lots() -> Iterator[Lot]:
        return read_lots(io.BytesIO(lines), institution, fingerprint)

    circumstances = Circumstances(mode, institution.registry.ambiguous, now, rules, reads=institution.registry.read is not None)
    met = ((lot, [Met(n, entries.get(key)) for n, key in enumerate(lot.keys) if not _kept(lot, n, entries)]) for lot in lots())
    found = Sorter(institution, fingerprint, circumstances, draft).sort(met, lots)
    draft.made = finish_plan(
        found, departures or Departures(), institution, draft=draft, rules=rules, now=now, read=read, rejected=rejected
    )
    return draft


def _kept(lot: Lot, number: int, entries: Mapping[str, Entry]) -> bool:
    """What the ledger says of a row in SQL."""
    entry = entries.get(lot.keys[number])
    if entry is None or entry.doubt or entry.replay or not entry.accepted.birth:
        return False
    return entry.accepted_content == lot.contents[number]


def drafted_against(
    ledger: Ledger,
    valid: Sequence[Enrolment],
    institution: Institution,
    *,
    fingerprint: Fingerprint,
    rules: RulesInForce,
    run_id: str,
    now: datetime,
    **source: Any,
) -> Drafted:
    """Plan a run that has read these rows and no others, all valid."""
    lines, draft = in_order(valid), Drafted()
    draft.made = plan_against_ledger(
        Source(**{"valid": lambda: closing(io.BytesIO(lines)), "read": len(valid), **source}),
        institution,
        draft=draft,
        ledger=ledger,
        fingerprint=fingerprint,
        rules=rules,
        run_id=run_id,
        mode="delta",
        now=now,
    )
    return draft


def as_given(*records: Enrolment) -> bytes:
    """Lines as they are given, in whatever order."""
    lines = io.BytesIO()
    write_lines(lines, records)
    return lines.getvalue()
