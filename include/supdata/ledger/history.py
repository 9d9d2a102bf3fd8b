"""Every school's runs in figures, the last ones of all schools at once."""

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from supdata.records.summary import RunSummary

#: As the columns stand in the table; the two maps travel as JSON and are decoded here, faster than the driver would.
COLUMNS = RunSummary.__struct_fields__
_MAPS = frozenset({"counts", "rules"})
_DECODE = msgspec.json.Decoder(dict[str, int]).decode

SELECTED = ", ".join(f"s.{name}::text" if name in _MAPS else f"s.{name}" for name in COLUMNS)
_GIVEN = ", ".join(f"%({name})s::jsonb" if name in _MAPS else f"%({name})s" for name in COLUMNS)
_RENEWED = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in {"uai", "run_id"})

KEEP = f"""
INSERT INTO supdata.run_summary ({", ".join(COLUMNS)}) VALUES ({_GIVEN})
ON CONFLICT (uai, run_id) DO UPDATE SET {_RENEWED}
"""  # noqa: S608 - names of our own columns
RUN = f"SELECT {SELECTED} FROM supdata.run_summary s WHERE s.uai = %(uai)s AND s.run_id = %(run_id)s"  # noqa: S608
LATEST = f"""
SELECT {SELECTED} FROM supdata.run_summary s WHERE s.uai = %(uai)s ORDER BY s.due DESC, s.run_id DESC LIMIT %(last)s
"""  # noqa: S608
# Schools are found by leaping from one to the next along the index: reading all that is past would grow with the years.
OVERVIEW = f"""
WITH RECURSIVE school AS (
    (SELECT uai FROM supdata.run_summary ORDER BY uai LIMIT 1)
    UNION ALL
    SELECT (SELECT n.uai FROM supdata.run_summary n WHERE n.uai > school.uai ORDER BY n.uai LIMIT 1)
    FROM school WHERE school.uai IS NOT NULL
)
SELECT {SELECTED} FROM school CROSS JOIN LATERAL (
    SELECT * FROM supdata.run_summary r WHERE r.uai = school.uai ORDER BY r.due DESC, r.run_id DESC LIMIT %(last)s
) s ORDER BY s.uai, s.due DESC, s.run_id DESC
"""  # noqa: S608


class History:
    """The runs behind one connection to the ledger, which commits by itself (as `open_ledger_at` gives it)."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Take `connection`; nothing is asked yet."""
        self._connection = connection

    def keep(self, summary: RunSummary) -> None:
        """Note a run, in the place of what was noted of the same one before."""
        values = msgspec.structs.asdict(summary) | {name: _json(getattr(summary, name)) for name in _MAPS}
        self._connection.execute(KEEP, values | {"known": list(summary.known)})

    def of(self, uai: str, last: int = 30) -> list[RunSummary]:
        """Return the last runs of one school, the newest first."""
        return [summary_of(row) for row in self._connection.execute(LATEST, {"uai": uai, "last": last})]

    def overview(self, last: int = 30) -> dict[str, list[RunSummary]]:
        """Return the last runs of every school that ever had one, the newest first, in one query."""
        found: dict[str, list[RunSummary]] = {}
        for row in self._connection.execute(OVERVIEW, {"last": last}):
            found.setdefault(row[0], []).append(summary_of(row))
        return found

    def run(self, uai: str, run_id: str) -> RunSummary | None:
        """Return one run of one school, None when nothing is known of it."""
        row = self._connection.execute(RUN, {"uai": uai, "run_id": run_id}).fetchone()
        return summary_of(row) if row else None


def _json(counts: dict[str, int]) -> str:
    return msgspec.json.encode(counts).decode()


def summary_of(row: Sequence[Any]) -> RunSummary:
    """Return the run that a row of `SELECTED` tells of."""
    fields = dict(zip(COLUMNS, row, strict=True))
    maps = {name: _DECODE(fields[name]) for name in _MAPS}
    return RunSummary(**{**fields, **maps, "known": tuple(fields["known"])})
