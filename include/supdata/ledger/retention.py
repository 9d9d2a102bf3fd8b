"""How long the ledger keeps what it knows, and what is held back from that.

Nothing that a later run needs ever goes: an intent without an answer, the last of each enrolment and the one the registry last
accepted stay as long as the enrolment does, and an enrolment stays until long after its year: a source that still held it would
otherwise have it declared again. Which of a school's files were read is kept for the same reason.
Of a school whose file is gone nothing goes until somebody has acknowledged it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec
import psycopg
from psycopg.rows import class_row

from supdata.config.periods import Periods

#: The last intent of an enrolment, and the one the registry last accepted, whose content a closing sends again.
NEEDED = """
    NOT EXISTS (SELECT FROM supdata.intent n WHERE n.key = i.key AND n.id > i.id)
    OR (EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id AND r.outcome = 'accepted')
        AND NOT EXISTS (SELECT FROM supdata.intent n JOIN supdata.receipt r ON r.intent_id = n.id AND r.outcome = 'accepted'
                        WHERE n.key = i.key AND n.id > i.id))
"""
HELD_RUN = """(split_part({run}, '/', 1) = ANY(%(gone)s) OR EXISTS (SELECT FROM supdata.legal_hold h
    WHERE h.uai = split_part({run}, '/', 1) AND (h.run_id = '' OR h.uai || '/' || h.run_id = {run})))"""
HELD_SCHOOL = """({uai} = ANY(%(gone)s)
    OR EXISTS (SELECT FROM supdata.legal_hold h WHERE h.run_id = '' AND h.uai = {uai}))"""

# In this order: what is gone frees what was kept for its sake.
PURGES = {
    "enrolments": f"""
        DELETE FROM supdata.enrolment e
        WHERE e.ends < %(trail)s::date AND e.last_sent < %(trail)s AND e.replay IS NULL
          AND NOT EXISTS (SELECT FROM supdata.intent i WHERE i.key = e.key
                          AND NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id))
          AND NOT {HELD_SCHOOL.format(uai="e.uai")} AND NOT {HELD_RUN.format(run="e.seen_run")}
    """,  # noqa: S608 - parts of this module
    "trail": f"""
        WITH purged AS (
            DELETE FROM supdata.intent i
            WHERE i.at < %(trail)s AND EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id)
              AND (NOT EXISTS (SELECT FROM supdata.enrolment e WHERE e.key = i.key) OR NOT ({NEEDED}))
              AND NOT {HELD_SCHOOL.format(uai="i.uai")} AND NOT {HELD_RUN.format(run="i.run_id")}
            RETURNING i.id
        )
        DELETE FROM supdata.receipt r USING purged WHERE r.intent_id = purged.id
    """,  # noqa: S608 - parts of this module
    "replays": """
        DELETE FROM supdata.replay p
        WHERE p.at < %(trail)s AND NOT EXISTS (
            SELECT FROM supdata.replayed d JOIN supdata.enrolment e ON e.key = d.key WHERE d.replay_id = p.id)
    """,
    "plans": f"""
        DELETE FROM supdata.run n
        WHERE n.planned_at < %(trail)s AND NOT EXISTS (SELECT FROM supdata.intent i WHERE i.run_id = n.run_id)
          AND NOT EXISTS (SELECT FROM supdata.enrolment e WHERE e.seen_run = n.run_id)
          AND NOT EXISTS (SELECT FROM supdata.whole_read w WHERE w.run_id = n.run_id)
          AND NOT {HELD_RUN.format(run="n.run_id")}
    """,  # noqa: S608 - parts of this module
    "corrections": f"""
        DELETE FROM supdata.work_item w WHERE w.closed_at < %(trail)s AND NOT {HELD_SCHOOL.format(uai="w.uai")}
    """,  # noqa: S608 - parts of this module
    "sign_offs": f"""
        DELETE FROM supdata.sign_off s
        WHERE s.at < %(history)s AND NOT {HELD_RUN.format(run="s.uai || '/' || s.run_id")}
    """,  # noqa: S608 - parts of this module
    "history": f"""
        DELETE FROM supdata.run_summary s
        WHERE s.due < %(history)s AND NOT {HELD_RUN.format(run="s.uai || '/' || s.run_id")}
    """,  # noqa: S608 - parts of this module
}

# What a closing would have to find again: where it stands what was declared of each enrolment that may still leave.
STANDING_IN = """
SELECT DISTINCT run_id, chunk FROM (
    SELECT DISTINCT ON (e.key) i.run_id, i.chunk FROM supdata.enrolment e
    JOIN supdata.intent i ON i.key = e.key AND i.content = e.accepted_content
    JOIN supdata.receipt r ON r.intent_id = i.id AND r.outcome = 'accepted'
    WHERE NOT e.closed AND (e.ends IS NULL OR e.ends >= %(today)s)
    ORDER BY e.key, i.id DESC
) AS accepted
"""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """What must not be deleted: one run of a school, by Airflow's id, or with "" all that is the school's."""

    uai: str
    run_id: str
    author: str
    reason: str
    at: datetime


def purge(
    connection: psycopg.Connection, periods: Periods, now: datetime, gone: Collection[str], *, dry_run: bool
) -> dict[str, int]:
    """Delete from the ledger what is past its period, and return how many rows of each kind; in a dry run none stay gone.

    `gone` are the schools whose file is missing and whose removal nobody has acknowledged: theirs stays.
    """
    given = {
        "trail": now - timedelta(days=periods.trail),
        "history": now - timedelta(days=periods.history),
        "gone": list(gone),
    }
    with connection.transaction(force_rollback=dry_run):
        return {name: connection.execute(statement, given).rowcount for name, statement in PURGES.items()}


def standing_in(connection: psycopg.Connection, now: datetime) -> frozenset[tuple[str, str]]:
    """Return the runs and chunks in whose files stands what the registry last accepted of enrolments that may still leave."""
    return frozenset(connection.execute(STANDING_IN, {"today": now.date()}).fetchall())


def hold(connection: psycopg.Connection, held: Hold) -> None:
    """Keep from now on what `held` says; the last reason given counts."""
    connection.execute(
        "INSERT INTO supdata.legal_hold (uai, run_id, author, reason, at)"
        " VALUES (%(uai)s, %(run_id)s, %(author)s, %(reason)s, %(at)s)"
        " ON CONFLICT (uai, run_id) DO UPDATE SET author = excluded.author, reason = excluded.reason, at = excluded.at",
        msgspec.structs.asdict(held),
    )


def release(connection: psycopg.Connection, uai: str, run_id: str) -> bool:
    """End a hold, and say whether there was one."""
    names: Mapping[str, str] = {"uai": uai, "run_id": run_id}
    statement = "DELETE FROM supdata.legal_hold WHERE uai = %(uai)s AND run_id = %(run_id)s"
    return connection.execute(statement, names).rowcount > 0


def holds(connection: psycopg.Connection) -> list[Hold]:
    """Return what is held, by school."""
    with connection.cursor(row_factory=class_row(Hold)) as cursor:
        return cursor.execute("SELECT uai, run_id, author, reason, at FROM supdata.legal_hold ORDER BY uai, run_id").fetchall()
