"""What a person asks the ledger: how many records stand where, which ones, and what one of them has been through.

These questions read whole schools and are for a person's patience; what runs every night is in `store`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from supdata.records.states import Outcome

#: Every record ever sent, and what it stands at: an intent without an answer is in doubt, whatever was known before.
KNOWN = """
WITH open AS (
    SELECT DISTINCT ON (i.key) i.key, i.uai, i.at, i.source, i.row_no FROM supdata.intent i
    WHERE NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id)
    ORDER BY i.key, i.id DESC
), known AS (
    SELECT e.key, e.uai, CASE WHEN o.key IS NULL THEN e.state ELSE 'ambiguous' END AS state,
           e.attempts + (o.key IS NOT NULL)::int AS attempts, e.first_sent, greatest(e.last_sent, o.at) AS last_sent,
           CASE WHEN o.key IS NULL THEN e.next_due END AS next_due, e.id_inscription, e.status, e.words,
           e.seen_source AS source, e.seen_row AS row, e.present, e.replay IS NOT NULL AS replay
    FROM supdata.enrolment e LEFT JOIN open o ON o.key = e.key
    UNION ALL
    SELECT o.key, o.uai, 'ambiguous', 1, o.at, o.at, NULL, '', 0, '', o.source, o.row_no, true, false
    FROM open o WHERE NOT EXISTS (SELECT FROM supdata.enrolment e WHERE e.key = o.key)
)
"""

TRAIL = """
SELECT i.at, 'sent' AS what, i.id, i.run_id AS run, i.chunk, i.action, i.content, i.source, i.row_no AS row,
       '' AS outcome, 0 AS status, '' AS id_inscription, '' AS words, '' AS author
FROM supdata.intent i WHERE i.key = %(key)s
UNION ALL
SELECT r.at, 'answered', i.id, i.run_id, i.chunk, i.action, i.content, i.source, i.row_no,
       r.outcome, r.status, r.id_inscription, r.words, ''
FROM supdata.receipt r JOIN supdata.intent i ON i.id = r.intent_id WHERE i.key = %(key)s
UNION ALL
SELECT p.at, 'replay', p.id, '', '', '', '', '', 0, '', 0, '', p.reason, p.author
FROM supdata.replay p JOIN supdata.replayed d ON d.replay_id = p.id WHERE d.key = %(key)s
ORDER BY at, id, what DESC
"""

#: The schools whose runs send what stands under a UAI: their senders are the ones to wait for.
SENDERS = """
SELECT DISTINCT n.uai FROM supdata.enrolment e JOIN supdata.run n ON n.run_id = e.seen_run WHERE e.uai = %(uai)s
"""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which records: each condition that is given narrows it, none means all.

    `due_by`: only what is asked again by itself by that moment. `row` and `source`: where the source last held it. `keys`: the
    records' fingerprints, of which the first digits are enough.
    """

    uai: str = ""
    states: Sequence[Outcome] = ()
    due_by: datetime | None = None
    source: str = ""
    row: int | None = None
    keys: Sequence[str] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record as it stands; no value of the student is in it.

    `next_due` is when it is asked for again though nothing has changed. `words` are the registry's, cleaned of what it echoed.
    `present` says whether the source held it when it was last read whole, `replay` that somebody has asked for it again.
    """

    key: str
    uai: str
    state: str
    attempts: int
    first_sent: datetime
    last_sent: datetime
    next_due: datetime | None
    id_inscription: str
    status: int
    words: str
    source: str
    row: int
    present: bool
    replay: bool


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many records of a school stand in a state; `due` of them are asked again by the moment that was given."""

    uai: str
    state: str
    records: int
    absent: int
    replay: int
    due: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to a record: it was `sent`, it was `answered`, or somebody asked for a `replay`.

    Of a replay, `words` is the reason. `id` joins an answer to what was sent.
    """

    at: datetime
    what: str
    id: int
    run: str
    chunk: str
    action: str
    content: str
    source: str
    row: int
    outcome: str
    status: int
    id_inscription: str
    words: str
    author: str


def tally(connection: psycopg.Connection, choice: Choice, now: datetime) -> list[Tally]:
    """Count the records of a choice by school and state."""
    statement = sql.SQL(
        "{known} SELECT uai, state, count(*) AS records, count(*) FILTER (WHERE NOT present) AS absent,"
        " count(*) FILTER (WHERE replay) AS replay, count(*) FILTER (WHERE next_due <= %(now)s) AS due"
        " FROM known {where} GROUP BY uai, state ORDER BY uai, state"
    ).format(known=sql.SQL(KNOWN), where=_where(choice))
    with connection.cursor(row_factory=class_row(Tally)) as cursor:
        return cursor.execute(statement, _values(choice) | {"now": now}).fetchall()


def records(connection: psycopg.Connection, choice: Choice, limit: int | None = None) -> list[Record]:
    """Return the records of a choice, what was sent last first; at most `limit` of them."""
    statement = sql.SQL("{known} SELECT * FROM known {where} ORDER BY last_sent DESC, source, row, key LIMIT %(limit)s").format(
        known=sql.SQL(KNOWN), where=_where(choice)
    )
    with connection.cursor(row_factory=class_row(Record)) as cursor:
        return cursor.execute(statement, _values(choice) | {"limit": limit}).fetchall()


def trail(connection: psycopg.Connection, key: str) -> list[Event]:
    """Return all that happened to the record of a whole key, in the order of time."""
    with connection.cursor(row_factory=class_row(Event)) as cursor:
        return cursor.execute(TRAIL, {"key": key}).fetchall()


def senders(connection: psycopg.Connection, uai: str) -> list[str]:
    """Return the schools whose runs have read the records of `uai`, itself among them."""
    return sorted({uai, *(one for (one,) in connection.execute(SENDERS, {"uai": uai}))})


def _where(choice: Choice) -> sql.SQL:
    """Return the conditions that were given; their values go by name and never into the text."""
    # No digit comes after `f`: what lies between is what begins so, and the index finds it.
    begins = " OR ".join(f"key BETWEEN %(key{number})s AND %(key{number})s || 'g'" for number in range(len(choice.keys)))
    conditions = (
        (choice.uai, "uai = %(uai)s"),
        (choice.states, "state = ANY(%(states)s)"),
        (choice.due_by, "next_due <= %(due_by)s"),
        (choice.source, "source = %(source)s"),
        (choice.row is not None, "row = %(row)s"),
        (begins, f"({begins})"),
    )
    given = [condition for is_given, condition in conditions if is_given]
    return sql.SQL(f"WHERE {' AND '.join(given)}" if given else "")


def _values(choice: Choice) -> dict[str, Any]:
    return {
        "uai": choice.uai,
        "states": [str(one) for one in choice.states],
        "due_by": choice.due_by,
        "source": choice.source,
        "row": choice.row,
        **{f"key{number}": start for number, start in enumerate(choice.keys)},
    }
