"""What is remembered of the lines of a work list: their keys, what was declared before, since when each is open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from supdata.errors import SupdataError
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.store import Ledger
from supdata.ledger.work_items import Item, WorkItems
from supdata.orchestration.ledger_access import fingerprint, open_ledger
from supdata.orchestration.recalling import Recollection
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult
from supdata.records.given_back import key_of
from supdata.records.shipment import Planned
from supdata.report.content import RowRef, RunFacts
from supdata.report.worklist import Remembered, WorkLine, with_memory

#: Fields of which the wire body holds the registry's code, and the plan the word that the list shows.
IN_WORDS = frozenset({"statut", "regime"})


@dataclass(frozen=True)
class Memory:
    """The lines of a run with what is remembered of them; `no_longer` counts by rule what is settled, None if not known."""

    lines: Sequence[WorkLine]
    no_longer: Mapping[str, int] | None = None


def remember(run: Run, facts: RunFacts, lines: Sequence[WorkLine], result: StageResult) -> Memory:
    """Note what a run found to correct, and return its lines with what is remembered of them.

    Without the ledger or its key the lines stay as they are: they can be read, and a note says that they cannot be given back.
    """
    try:
        mark = fingerprint()
        with open_ledger() as ledger:
            return _remembered(run, facts, lines, ledger, mark)
    except SupdataError as error:
        result.notes.append(f"the work list comes without keys and without memory: {type(error).__name__}")
        return Memory(lines)


def _remembered(run: Run, facts: RunFacts, lines: Sequence[WorkLine], ledger: Ledger, mark: Fingerprint) -> Memory:
    uai, items = run.institution.uai, WorkItems(ledger.connection)
    identity = _identities(uai, mark)
    judged = "rejected" in facts.known
    settles = judged and not run.dry_run and _read_everything(run, facts)
    if judged:  # a dry run's list too is given back by whoever tries a school: its lines must be known
        found = (Item(identity=identity(one.identity), field=one.name, rule=rule) for one in lines for rule in one.rules)
        items.keep(uai, run.run_id, run.started, found, complete=settles)
    since = items.opened(uai)
    known = Remembered(
        key=lambda line: _key(line, uai, identity, mark),
        sent=_sent_before(run, lines, ledger, mark),
        days=lambda line: _days(since.get((identity(line.identity), line.name)), run),
    )
    settled = items.settled_by(uai, run.run_id) if settles else None
    return Memory(with_memory(lines, known), settled)


def _identities(uai: str, mark: Fingerprint) -> Callable[[tuple[str, ...]], str]:
    return cache(lambda identity: mark.identity(uai, identity))


def _read_everything(run: Run, facts: RunFacts) -> bool:
    """Whether what is not found any more is settled: all stages ended well, and nobody was left out of the read."""
    return facts.failed_stage is None and not facts.differences and not facts.partial and run.limit is None


def _key(line: WorkLine, uai: str, identity: Callable[[tuple[str, ...]], str], mark: Fingerprint) -> str:
    if not line.can_be_corrected:
        return ""
    row = identity(line.identity)
    return key_of(uai, line.name, row, mark.value(row, line.name, line.value))


def _days(since: datetime | None, run: Run) -> int:
    return max((run.started - since).days, 0) if since is not None else 0


def _sent_before(run: Run, lines: Iterable[WorkLine], ledger: Ledger, mark: Fingerprint) -> dict[tuple[RowRef, str], str]:
    """Return what the registry last accepted for each line's field, where the run folder that holds it is still there."""
    keys = {id(one): mark.key(one.enrolment.natural_key) for one in lines if one.enrolment is not None and one.name}
    entries = ledger.entries(set(keys.values()))
    accepted = {key: entry.accepted_content for key, entry in entries.items() if entry.accepted_content}
    declared = Recollection(run, ledger, mark).as_sent(accepted)
    return {(one.where, one.name): _said(declared[keys[id(one)]], one.name) for one in lines if keys.get(id(one)) in declared}


def _said(declared: Planned, field: str) -> str:
    told = getattr(declared, field) if field in IN_WORDS else ""
    return str(told) or declared.body.get(field, "")
