"""What a page of all schools asks of the ledger: small questions, whatever the years have left there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from supdata.ledger.history import SELECTED, summary_of
from supdata.records.summary import RunSummary

# Schools are found by leaping from one to the next along the index: reading all that is past would grow with the years.
NEWEST = f"""
WITH RECURSIVE school AS (
    (SELECT uai FROM supdata.run_summary ORDER BY uai LIMIT 1)
    UNION ALL
    SELECT (SELECT n.uai FROM supdata.run_summary n WHERE n.uai > school.uai ORDER BY n.uai LIMIT 1)
    FROM school WHERE school.uai IS NOT NULL
)
SELECT {SELECTED} FROM school CROSS JOIN LATERAL (
    SELECT * FROM supdata.run_summary r WHERE r.uai = school.uai AND NOT r.dry_run ORDER BY r.due DESC, r.run_id DESC LIMIT 1
) s
"""  # noqa: S608 - names of our own columns
OF_EACH = f"""
SELECT {SELECTED} FROM unnest(%(uais)s::text[]) school (uai) CROSS JOIN LATERAL (
    SELECT * FROM supdata.run_summary r WHERE r.uai = school.uai AND NOT r.dry_run
    ORDER BY r.due DESC, r.run_id DESC LIMIT %(last)s
) s ORDER BY s.uai, s.due DESC, s.run_id DESC
"""  # noqa: S608
OLDEST_DOUBT = """
SELECT uai, min(at) FROM (
    SELECT e.uai, e.last_sent AS at FROM supdata.enrolment e WHERE e.state = 'ambiguous' AND e.uai = ANY(%(uais)s)
    UNION ALL
    SELECT n.uai, i.at FROM supdata.intent i JOIN supdata.run n ON n.run_id = i.run_id
    WHERE i.run_id = ANY(%(runs)s) AND NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id)
) doubtful GROUP BY uai
"""
# Two parts, because two small indexes find them: what is accepted, and all the rest.
STANDING = """
SELECT state, count(*) AS records, count(*) FILTER (WHERE NOT present) AS absent, count(replay) AS replay,
       min(last_sent) AS oldest, min(next_due) AS next_due
FROM (
    SELECT state, present, replay, last_sent, next_due FROM supdata.enrolment
    WHERE uai = %(uai)s AND state = 'accepted' AND accepted_content <> ''
    UNION ALL
    SELECT state, present, replay, last_sent, next_due FROM supdata.enrolment WHERE uai = %(uai)s AND state <> 'accepted'
) known GROUP BY state ORDER BY state
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many records of a school stand in a state.

    `absent` are no longer in the source, for `replay` somebody has asked. `oldest` is when the first of them was last sent, and
    `next_due` when the first of them is asked again by itself.
    """

    state: str
    records: int
    absent: int
    replay: int
    oldest: datetime
    next_due: datetime | None


def standing(connection: psycopg.Connection, uai: str) -> list[Standing]:
    """Return where a school's records stand, as of the answers that were noted: a run under way has more to come."""
    with connection.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(STANDING, {"uai": uai}).fetchall()


def newest_in_earnest(connection: psycopg.Connection) -> dict[str, RunSummary]:
    """Return the newest run of every school that was no dry run."""
    return {one.uai: one for one in map(summary_of, connection.execute(NEWEST))}


def last_in_earnest(connection: psycopg.Connection, uais: Collection[str], last: int = 30) -> dict[str, list[RunSummary]]:
    """Return the last runs of some schools that were no dry runs, the newest first."""
    found: dict[str, list[RunSummary]] = {uai: [] for uai in uais}
    for row in connection.execute(OF_EACH, {"uais": list(uais), "last": last}):
        one = summary_of(row)
        found[one.uai].append(one)
    return found


def oldest_doubts(connection: psycopg.Connection, newest: Iterable[RunSummary]) -> dict[str, datetime]:
    """Return since when a school's oldest record in doubt is so, for the schools whose newest run tells of any.

    What a run has sent and was killed before it noted an answer counts as well, as far as the newest run goes.
    """
    doubtful = [one for one in newest if one.counts["ambiguous"]]
    if not doubtful:
        return {}
    values = {"uais": [one.uai for one in doubtful], "runs": list(_ledger_ids(doubtful))}
    return dict(connection.execute(OLDEST_DOUBT, values).fetchall())


def _ledger_ids(summaries: Iterable[RunSummary]) -> Iterable[str]:
    """Return the runs' names in the tables where all schools meet."""
    return (f"{one.uai}/{one.run_id}" for one in summaries)
