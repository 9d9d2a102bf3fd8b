"""The rows of a plan meet the ledger: what differs from what was accepted comes back, and nothing of what does not.

A plan has up to a million rows, of which hardly any has changed. They go to the database some ten thousand at a time, which
compares them where what was accepted lies. Whether a row is there at all stays there too, in temporary tables: this process
holds nothing that grows with the school.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Cursor

from supdata.ledger.entries import Entry, Standing
from supdata.ledger.statements import ENTRY
from supdata.ledger.store import Ledger, entry_of

Place = tuple[str, int]

# A lot is looked up in less time than it takes to compile the look-up.
OPEN = """
SET LOCAL jit = off;
CREATE TEMP TABLE lot (n integer, key text, content text, source text, row_no integer) ON COMMIT DROP;
CREATE TEMP TABLE there (key text) ON COMMIT DROP;
CREATE TEMP TABLE moved (key text, source text, row_no integer) ON COMMIT DROP;
CREATE TEMP TABLE outside (key text) ON COMMIT DROP;
CREATE TEMP TABLE gone (key text) ON COMMIT DROP;
CREATE TEMP TABLE left_open ON COMMIT DROP AS
SELECT DISTINCT ON (i.key) i.key, i.id, i.content
FROM supdata.run n JOIN supdata.intent i ON i.run_id = n.run_id
WHERE NOT n.settled AND NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id)
ORDER BY i.key, i.id DESC;
"""

# OFFSET 0 keeps the planner from reading the whole ledger for every ten thousand rows.
MEET = """
SELECT * FROM (
    SELECT w.n, e.key IS NOT NULL AND o.id IS NULL AND NOT e.doubt AND e.replay IS NULL AND e.accepted_content = w.content
                AND e.accepted_birth <> '' AS kept,
           e.key IS NOT NULL
                AND (e.seen_source, e.seen_row, e.present) IS DISTINCT FROM (w.source, w.row_no, true) AS has_moved,
           e.key IS NOT NULL AND e.uai = ANY(%(uais)s) AS of_school,
           e.key IS NOT NULL OR o.id IS NOT NULL AS known, w.key, ENTRY
    FROM lot w
    LEFT JOIN LATERAL (SELECT * FROM supdata.enrolment x WHERE x.key = w.key OFFSET 0) e ON true
    LEFT JOIN left_open o ON o.key = w.key
) met WHERE NOT kept OR has_moved OR NOT of_school
""".replace("ENTRY", ENTRY)

KEEP_MOVED = "INSERT INTO moved SELECT key, source, row_no FROM lot"
KEEP_THERE = "INSERT INTO there SELECT key FROM lot"

GONE_OUTSIDE = (
    "INSERT INTO gone SELECT DISTINCT o.key FROM outside o WHERE NOT EXISTS (SELECT FROM there t WHERE t.key = o.key)"
)

STANDS = "e.accepted_content <> '' AND NOT e.closed AND e.uai = ANY(%(uais)s) AND (e.ends IS NULL OR e.ends > %(ending_after)s)"
COUNT_SCHOOL = """
SELECT count(*), count(*) FILTER (WHERE STANDS) FROM supdata.enrolment e WHERE e.uai = ANY(%(uais)s)
""".replace("STANDS", STANDS)
FIND_GONE = """
INSERT INTO gone SELECT e.key FROM supdata.enrolment e
WHERE e.uai = ANY(%(uais)s) AND NOT EXISTS (SELECT FROM there t WHERE t.key = e.key)
"""
# What is present was seen by the last run that read its school whole, or by a later one that read a part of it.
DEPARTED = """
SELECT e.key, CASE WHEN m.planned_at > coalesce(n.planned_at, '-infinity') THEN m.run_id ELSE e.seen_run END,
       e.seen_source, e.seen_row, greatest(m.planned_at, n.planned_at), e.absent_since
FROM gone g JOIN supdata.enrolment e ON e.key = g.key
LEFT JOIN supdata.run n ON n.run_id = e.seen_run
LEFT JOIN supdata.whole_read v ON v.uai = e.uai AND e.present
LEFT JOIN supdata.run m ON m.run_id = v.run_id
WHERE STANDS
ORDER BY e.seen_source, e.seen_row, e.key
""".replace("STANDS", STANDS)

# Refused or not known and due again, in doubt, or asked for by somebody: its time has come, its row has not.
COUNT_OWED = """
SELECT count(*) FROM supdata.enrolment e
WHERE e.uai = ANY(%(uais)s) AND (e.next_due <= %(now)s OR e.doubt OR e.replay IS NOT NULL)
  AND NOT EXISTS (SELECT FROM there t WHERE t.key = e.key)
"""

# Of rows that are the same enrolment the first counts.
MARK_MOVED = """
UPDATE supdata.enrolment e
SET seen_run = %(run_id)s, seen_source = w.source, seen_row = w.row_no, present = true, absent_since = NULL
FROM (SELECT DISTINCT ON (key) key, source, row_no FROM moved ORDER BY key, source, row_no) w
WHERE w.key = e.key
  AND (NOT %(whole)s OR (e.seen_source, e.seen_row, e.present) IS DISTINCT FROM (w.source, w.row_no, true))
"""
MARK_ABSENT = """
UPDATE supdata.enrolment e
SET present = false, absent_since = (SELECT planned_at FROM supdata.run WHERE run_id = %(run_id)s),
    seen_run = CASE WHEN e.present THEN coalesce((
        SELECT m.run_id FROM supdata.whole_read v JOIN supdata.run m ON m.run_id = v.run_id
        LEFT JOIN supdata.run n ON n.run_id = e.seen_run
        WHERE v.uai = e.uai AND m.planned_at > coalesce(n.planned_at, '-infinity')), e.seen_run) ELSE e.seen_run END
FROM gone g WHERE g.key = e.key AND (e.present OR e.absent_since IS NULL)
"""
MARK_READ = """
INSERT INTO supdata.whole_read (uai, run_id) SELECT u, %(run_id)s FROM unnest(%(uais)s::text[]) AS u
ON CONFLICT (uai) DO UPDATE SET run_id = excluded.run_id
"""


@dataclass(frozen=True)
class Met:
    """One row whose record is not simply kept: its number in the lot, and what is known of it, None for nothing."""

    number: int
    entry: Entry | None


class Meeting:
    """One plan's rows before the ledger; everything is in one transaction, which the plan's end commits."""

    def __init__(self, cursor: Cursor, uais: Sequence[str], *, whole: bool) -> None:
        """Take what `meeting` has opened; `whole` says that who is not met of `uais` has left."""
        self._cursor, self._uais, self._whole = cursor, list(uais), whole
        self._standing: int | None = None
        self._met = 0

    def meet(self, lot: bytes) -> list[Met]:
        """Return those of a lot that are not simply kept, in the order of their numbers.

        Kept is what the registry has accepted as it is, without doubt, and of which all is known that is compared. A lot is
        lines of COPY text: number, key, content, source, row; no two lines, of all lots, have one key. Lines in the order of
        their keys are looked up in half the time.
        """
        self._cursor.execute("TRUNCATE lot")
        with self._cursor.copy("COPY lot FROM STDIN") as copy:
            copy.write(lot)
        size = self._cursor.execute(KEEP_THERE).rowcount
        rows = sorted(self._cursor.execute(MEET, {"uais": self._uais}).fetchall())
        self._met += size - sum(not row[3] for row in rows)
        if not self._whole or any(row[2] for row in rows):
            self._cursor.execute(KEEP_MOVED)
        return [Met(row[0], entry_of(row[5:]) if row[4] else None) for row in rows if not row[1]]

    def add(self, rows: Iterable[tuple[str, Place]]) -> None:
        """Take in rows that are in the source and not to be sent, by key; once, before any lot is met."""
        with self._cursor.copy("COPY moved FROM STDIN") as copy:
            for key, (source, row) in rows:
                copy.write_row((key, source, row))
        self._cursor.execute("INSERT INTO there SELECT key FROM moved")

    def leave_out(self, keys: Iterable[str]) -> None:
        """Take in keys of rows that the source gives for no enrolment (any more)."""
        with self._cursor.copy("COPY outside FROM STDIN") as copy:
            for key in keys:
                copy.write_row((key,))

    def standing(self, ending_after: date) -> int:
        """Return how many enrolments of the school stand in the registry and end after a date: those of the year declared."""
        if self._standing is None:
            _, self._standing = self._school(ending_after)
        return self._standing

    def departed(self, ending_after: date) -> list[Standing]:
        """Return who of those that stand is gone from the source; to be asked once, after all are met.

        Gone is what was not met, and what was left out; the latter alone where not everything was read. Where as many were met
        as there are, nobody is looked for.
        """
        if self._whole:
            known, self._standing = self._school(ending_after)
            if known != self._met:
                self._cursor.execute(FIND_GONE, {"uais": self._uais})
        else:
            self._cursor.execute(GONE_OUTSIDE)
        rows = self._cursor.execute(DEPARTED, {"uais": self._uais, "ending_after": ending_after}).fetchall()
        return [Standing(**dict(zip(Standing.__struct_fields__, row, strict=True))) for row in rows]

    def owed(self, now: datetime) -> int:
        """Return how many records were to be asked for again by now and were not met, where not everything was read."""
        if self._whole:
            return 0
        (count,) = self._cursor.execute(COUNT_OWED, {"uais": self._uais, "now": now}).fetchone() or (0,)
        return int(count)

    def mark_seen(self, run_id: str) -> None:
        """Note where the source holds each enrolment, and, when all was read, which are absent; after `departed`."""
        names = {"run_id": run_id, "uais": self._uais, "whole": self._whole}
        self._cursor.execute(MARK_MOVED, names)
        if self._whole:
            self._cursor.execute(MARK_ABSENT, names)
            self._cursor.execute(MARK_READ, names)

    def _school(self, ending_after: date) -> tuple[int, int]:
        """Return of how many enrolments of the school anything is known, and how many of them stand."""
        names = {"uais": self._uais, "ending_after": ending_after}
        known, standing = self._cursor.execute(COUNT_SCHOOL, names).fetchone() or (0, 0)
        return known, standing


@contextmanager
def meeting(ledger: Ledger, uais: Sequence[str], *, whole: bool) -> Iterator[Meeting]:
    """Open a meeting of the school `uais`; what it and the ledger are told meanwhile is committed together at the end."""
    with ledger.connection.transaction(), ledger.connection.cursor() as cursor:
        cursor.execute(OPEN)
        yield Meeting(cursor, uais, whole=whole)
