"""What each school has been asked to correct: since when, and what a run no longer found. Keyed hashes and rules, no value."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec
import psycopg
from psycopg import Cursor

#: What was settled this long ago is forgotten: nobody compares with it any more.
KEPT = timedelta(days=400)

NEWER = """
SELECT EXISTS (SELECT FROM supdata.work_item WHERE uai = %(uai)s AND greatest(last_seen, closed_at) > %(due)s)
"""
# What was settled by another run and is back is a new matter; settled by this very run, which is told again, it never was.
SEE = """
INSERT INTO supdata.work_item AS w (uai, identity, field, rule, first_seen, last_seen, last_run)
SELECT DISTINCT %(uai)s, s.identity, s.field, s.rule, %(due)s::timestamptz, %(due)s::timestamptz, %(run_id)s FROM seen s
ON CONFLICT (uai, identity, field, rule) DO UPDATE
SET first_seen = CASE WHEN w.closed_run <> excluded.last_run THEN excluded.first_seen ELSE w.first_seen END,
    last_seen = excluded.last_seen, last_run = excluded.last_run, closed_at = NULL, closed_run = NULL
"""
SETTLE = """
UPDATE supdata.work_item w SET closed_at = %(due)s, closed_run = %(run_id)s
WHERE w.uai = %(uai)s AND w.closed_at IS NULL AND NOT EXISTS (
    SELECT FROM seen s WHERE s.identity = w.identity AND s.field = w.field AND s.rule = w.rule
)
"""
FORGET = "DELETE FROM supdata.work_item WHERE uai = %(uai)s AND closed_at < %(before)s"
OPEN = """
SELECT identity, field, min(first_seen) FROM supdata.work_item WHERE uai = %(uai)s AND closed_at IS NULL
GROUP BY identity, field
"""
SETTLED = """
SELECT rule, count(*) FROM supdata.work_item WHERE uai = %(uai)s AND closed_run = %(run_id)s GROUP BY rule ORDER BY rule
"""
KNOWN = """
SELECT DISTINCT w.identity, w.field FROM supdata.work_item w
JOIN unnest(%(identities)s::text[], %(fields)s::text[]) AS a (identity, field) USING (identity, field) WHERE w.uai = %(uai)s
"""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to correct: the keyed hash of what its row is known by, the field ("" for the whole row), and the rule."""

    identity: str
    field: str
    rule: str


class WorkItems:
    """The items behind one connection to the ledger, which commits by itself (as `open_ledger_at` gives it)."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Take `connection`; nothing is asked yet."""
        self._connection = connection

    def keep(self, uai: str, run_id: str, due: datetime, items: Iterable[Item], *, complete: bool) -> None:
        """Note what a run found; when it has read and judged everything, what was open and is not among it is settled.

        The same run may be told again. One that is older than what is known changes nothing.
        """
        facts = {"uai": uai, "run_id": run_id, "due": due, "before": due - KEPT}
        with self._seen(items) as cursor:
            if cursor.execute(NEWER, facts).fetchone() == (True,):
                return
            cursor.execute(SEE, facts)
            if complete:
                cursor.execute(SETTLE, facts)
            cursor.execute(FORGET, facts)

    def opened(self, uai: str) -> dict[tuple[str, str], datetime]:
        """Return since when each row and field of a school has been open, by its identity and field."""
        rows = self._connection.execute(OPEN, {"uai": uai})
        return {(identity, field): since for identity, field, since in rows}

    def settled_by(self, uai: str, run_id: str) -> dict[str, int]:
        """Return by rule how many items the run no longer found."""
        return dict(self._connection.execute(SETTLED, {"uai": uai, "run_id": run_id}).fetchall())

    def known(self, uai: str, places: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of `places` (identity and field) that the school was ever asked to correct."""
        columns = {"identities": [one for one, _ in places], "fields": [field for _, field in places]}
        return set(self._connection.execute(KNOWN, {"uai": uai, **columns}).fetchall())

    @contextmanager
    def _seen(self, items: Iterable[Item]) -> Iterator[Cursor]:
        """Offer a temporary table `seen`: COPY takes a hundred thousand items in a second."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE seen (identity text, field text, rule text) ON COMMIT DROP")
            with cursor.copy("COPY seen (identity, field, rule) FROM STDIN") as copy:
                for one in items:
                    copy.write_row((one.identity, one.field, one.rule))
            cursor.execute("ANALYZE seen")
            yield cursor
