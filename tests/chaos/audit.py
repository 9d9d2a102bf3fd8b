"""What became of every record, counted from three sides that know nothing of one another: registry, ledger, plan."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from chaos.school import truth
from supdata.records.lines import read_lines
from supdata.records.shipment import Planned
from supdata.records.states import Outcome
from supdata.sandbox.registry.declarations import FIELDS
from supdata.sandbox.registry.faults import Fault, FaultDraw, FaultPlan

Body = tuple[str, ...]
WRITTEN_ALL_THE_SAME = frozenset({Fault.ERROR_AFTER, Fault.RESET_AFTER, Fault.STALL_AFTER})


@dataclass(frozen=True)
class Found:
    """What the count found. `lost`: the registry has not got it, and the ledger does not show it as in doubt either.

    `wrong_state` is None for a peer that keeps no record of each body.
    """

    lost: int
    duplicated: int
    ambiguous: int
    wrong_state: int | None


def planned_in(root: Path) -> dict[str, Planned]:
    """Return what the first plan in a run folder sent, by key: it planned every record."""
    first = min(root.glob("*/*/plan"), key=lambda path: path.parent.name)
    found: dict[str, Planned] = {}
    for file in sorted(first.glob("chunk-*.jsonl")):
        with file.open("rb") as stream:
            found.update((one.key, one) for one in read_lines(stream, Planned))
    return found


def count(planned: Mapping[str, Planned], *, registry: str, ledger: str, read_back: bool = False) -> Found:
    """Count what the registry holds against what was planned and what the ledger says.

    What was `read_back` may be known as accepted without its number, which the read service does not tell.
    """
    rows = _rows(registry)
    states = _states(ledger)
    bodies = {key: _body(one.body) for key, one in planned.items()}
    due = {key for key, one in planned.items() if truth(one.row) is Outcome.ACCEPTED}
    absent = {key for key in due if not rows.get(bodies[key])}
    doubtful = {key for key, (state, _) in states.items() if state == "ambiguous"}
    strangers = rows.keys() - {bodies[key] for key in due}
    untold = [""] if read_back else []
    numbers = {key: [*rows[bodies[key]], *untold] if bodies[key] in rows else [] for key in planned}
    wrong = [one for key, one in planned.items() if _is_wrong(one, states.get(key), numbers[key])]
    return Found(
        lost=len(absent - doubtful),
        duplicated=sum(len(told) - 1 for told in rows.values()),
        ambiguous=len(doubtful) + _unanswered(ledger),
        wrong_state=len(strangers) + len(wrong),
    )


def _is_wrong(planned: Planned, state: tuple[str, str] | None, numbers: Sequence[str]) -> bool:
    """Whether the ledger says of a record what is not so; "in doubt" says nothing, and is counted on its own."""
    if state is None:
        return True
    said, number = state
    if said == "ambiguous":
        return False
    right_number = number in numbers if said == "accepted" else not number
    return said != truth(planned.row) or not right_number


def _rows(registry: str) -> dict[Body, list[str]]:
    """Return the numbers of the registry's rows, by what was declared."""
    columns = sql.SQL(", ").join(map(sql.Identifier, FIELDS))
    query = sql.SQL("SELECT array_agg(id_inscription::text), {} FROM inscription GROUP BY {}").format(columns, columns)
    with psycopg.connect(registry) as connection:
        return {tuple(row[1:]): row[0] for row in connection.execute(query)}


def _states(ledger: str) -> dict[str, tuple[str, str]]:
    """Return the ledger's state and number of each enrolment."""
    query = "SELECT key, CASE WHEN doubt THEN 'ambiguous' ELSE state END, id_inscription FROM supdata.enrolment"
    with psycopg.connect(ledger) as connection:
        return {key: (state, number) for key, state, number in connection.execute(query)}


def _unanswered(ledger: str) -> int:
    """Count the intents left open: whoever sent them never came back."""
    query = "SELECT count(*) FROM supdata.intent i WHERE NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id)"
    with psycopg.connect(ledger) as connection:
        found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0


def _body(body: Mapping[str, str]) -> Body:
    return tuple(body.get(name, "") for name in FIELDS)


def count_of_peer(
    bodies: Sequence[Mapping[str, str]], due: Collection[int], told: Collection[int] | None, registry: str
) -> Found:
    """Count what the registry holds of `bodies`: those at `due` should be there, those at `told` a peer says are."""
    rows = _rows(registry)
    there = {at for at, body in enumerate(bodies) if _body(body) in rows}
    return Found(
        lost=len(set(due) - there),
        duplicated=sum(len(numbers) - 1 for numbers in rows.values()),
        ambiguous=0,
        wrong_state=None if told is None else len(there ^ set(told)),
    )


def sent_when_due(planned: Mapping[str, Planned]) -> list[bytes]:
    """Return the bodies of what the registry is to accept, as they are sent."""
    return [msgspec.json.encode(one.body) for one in planned.values() if truth(one.row) is Outcome.ACCEPTED]


def unknowable(bodies: Iterable[bytes], faults: Mapping[str, Any]) -> int:
    """Return how many of `bodies` the faults alone make double under `repost`: those written although nobody was told.

    The registry's draws are repeated here: they depend on nothing but the seed, the body and how often it came.
    """
    draw = FaultDraw(FaultPlan(**faults))
    drawn: Counter[Fault] = Counter()
    for body in bodies:
        drawn.update(_until_answered(draw, body))
    return sum(drawn[fault] for fault in WRITTEN_ALL_THE_SAME)


def _until_answered(draw: FaultDraw, body: bytes) -> list[Fault]:
    fates: list[Fault] = []
    while (fault := draw.draw(body)) is not Fault.NONE:
        fates.append(fault)
    return fates
