"""A ledger from a backup does not know what was declared since: any record of a school, until it has had a green run."""

from datetime import datetime

import psycopg

# A run that began before the backup was restored has looked up nothing, however late it ends.
RECOVERING = """
SELECT EXISTS (
    SELECT FROM supdata.restored r WHERE NOT EXISTS (
        SELECT FROM supdata.run_summary s
        WHERE s.uai = %(uai)s AND s.state = 'success' AND NOT s.dry_run AND NOT s.partial AND s.started >= r.at))
"""


def note_restored(connection: psycopg.Connection, author: str, at: datetime) -> None:
    """Note that the ledger was restored: each school looks up what it would send, as far as it can read, until a green run."""
    connection.execute("INSERT INTO supdata.restored (at, author) VALUES (%s, %s)", (at, author))


def is_recovering(connection: psycopg.Connection, uai: str) -> bool:
    """Whether the ledger was restored and the school has had no green run since that read everything."""
    return connection.execute(RECOVERING, {"uai": uai}).fetchone() == (True,)
