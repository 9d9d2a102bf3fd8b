"""Schools whose institution file is gone, and who has said that this was meant.

A file may be gone by a merge, a bad mount or a typing error. Until somebody acknowledges it, the ledger keeps all that it knows
of the school: a source that came back would otherwise have everyone declared again.
"""

from collections.abc import Collection
from datetime import datetime

import msgspec
import psycopg
from psycopg.rows import class_row

# Schools are found by leaping from one to the next along the index: reading all enrolments would grow with the years.
KNOWN = """
WITH RECURSIVE school AS (
    (SELECT uai FROM supdata.{table} ORDER BY uai LIMIT 1)
    UNION ALL
    SELECT (SELECT n.uai FROM supdata.{table} n WHERE n.uai > school.uai ORDER BY n.uai LIMIT 1)
    FROM school WHERE school.uai IS NOT NULL
)
SELECT uai FROM school WHERE uai IS NOT NULL
"""


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's word that a school was taken out on purpose."""

    uai: str
    author: str
    reason: str
    at: datetime


def acknowledge(connection: psycopg.Connection, removal: Removal) -> None:
    """Note that the school was removed on purpose; the last word counts."""
    connection.execute(
        "INSERT INTO supdata.removal (uai, author, reason, at) VALUES (%(uai)s, %(author)s, %(reason)s, %(at)s)"
        " ON CONFLICT (uai) DO UPDATE SET author = excluded.author, reason = excluded.reason, at = excluded.at",
        msgspec.structs.asdict(removal),
    )


def acknowledged(connection: psycopg.Connection) -> list[Removal]:
    """Return the removals that were acknowledged, by school."""
    with connection.cursor(row_factory=class_row(Removal)) as cursor:
        return cursor.execute("SELECT uai, author, reason, at FROM supdata.removal ORDER BY uai").fetchall()


def forget_returned(connection: psycopg.Connection, present: Collection[str]) -> None:
    """Forget the word about schools that are there again: another removal wants another word."""
    connection.execute("DELETE FROM supdata.removal WHERE uai = ANY(%s)", (list(present),))


def known_schools(connection: psycopg.Connection) -> frozenset[str]:
    """Return every school that the ledger knows an enrolment or a run of."""
    found: set[str] = set()
    for table in ("enrolment", "run_summary"):
        found |= {uai for (uai,) in connection.execute(KNOWN.format(table=table))}
    return frozenset(found)
