"""What became of every record, counted from sides that know nothing of one another: registry, its POSTs, ledger, plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql

from chaos.posts import Posts
from chaos.school import truth
from supdata.records.lines import read_lines
from supdata.records.shipment import Planned
from supdata.records.states import Outcome
from supdata.sandbox.registry.declarations import FIELDS

Body = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What the count found.

    Attributes:
        lost: Records that the registry has not got, and that the ledger does not show as in doubt either.
        duplicated: Rows of the registry that are there once more than they should be.
        unavoidable: Those of them whose sender could not know: nobody had been told what became of the POST before.
        posts: How many POSTs came, whatever was answered: that the faults were met shows here.
        needless: POSTs that came although whoever sent them had been told an end, or had another one under way.
        ambiguous: Records whose fate the ledger says is not known.
        wrong_state: Records of which the ledger says what is not so; None for a peer that keeps no record of each body.
    """

    lost: int
    duplicated: int
    ambiguous: int
    wrong_state: int | None
    unavoidable: int = 0
    posts: int = 0
    needless: int = 0


def planned_in(root: Path) -> dict[str, Planned]:
    """Return what the first plan in a run folder sent, by key: it planned every record."""
    first = min(root.glob("*/*/plan"), key=lambda path: path.parent.name)
    found: dict[str, Planned] = {}
    for file in sorted(first.glob("chunk-*.jsonl")):
        with file.open("rb") as stream:
            found.update((one.key, one) for one in read_lines(stream, Planned))
    return found


def count(planned: Mapping[str, Planned], *, registry: str, posts: Posts, ledger: str, read_back: bool = False) -> Found:
    """Count what the registry holds against what was planned, what came to it and what the ledger says.

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
        unavoidable=_unavoidable(rows, {bodies[key]: msgspec.json.encode(one.body) for key, one in planned.items()}, posts),
        posts=posts.total,
        needless=posts.needless,
    )


def _unavoidable(rows: Mapping[Body, list[str]], sent: Mapping[Body, bytes], posts: Posts) -> int:
    """Count the rows too many that came of a POST whose sender did not know what had become of the one before."""
    double = {body: len(numbers) - 1 for body, numbers in rows.items() if len(numbers) > 1 and body in sent}
    return sum(min(more, posts.again_in_doubt(sent[body])) for body, more in double.items())


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
    bodies: Sequence[Mapping[str, str]],
    wire: Sequence[bytes],
    due: Collection[int],
    told: Collection[int] | None,
    *,
    registry: str,
    posts: Posts,
) -> Found:
    """Count what the registry holds of bodies.

    Args:
        bodies: What a peer was given.
        wire: How it sends each.
        due: Where in `bodies` those are that should be there.
        told: Where those are of which the peer says that they are.
    """
    rows = _rows(registry)
    there = {at for at, body in enumerate(bodies) if _body(body) in rows}
    return Found(
        lost=len(set(due) - there),
        duplicated=sum(len(numbers) - 1 for numbers in rows.values()),
        ambiguous=0,
        wrong_state=None if told is None else len(there ^ set(told)),
        unavoidable=_unavoidable(rows, {_body(body): sent for body, sent in zip(bodies, wire, strict=True)}, posts),
        posts=posts.total,
        needless=posts.needless,
    )
