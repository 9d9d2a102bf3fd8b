"""Rows that the school's own system does not give for enrolments under way, told apart before anything is made of them."""

from collections.abc import Mapping

from supdata.config.states import State
from supdata.records.rows import LeftOutRow, RawRow

#: Stands for a value that the institution file does not list: an unlisted one may be anything, and is repeated nowhere.
UNLISTED = "?"


def left_out(row: RawRow, states: Mapping[str, Mapping[str, State]]) -> LeftOutRow | None:
    """Return the row as left out, with the reason by which it is, or None for an enrolment.

    A column that says `skip` counts before one that says `hold`. A value that is not listed is held.
    """
    said = [(column, *_meaning(row.values.get(column, "").strip(), states[column])) for column in states]
    against = [one for one in said if one[2] == "skip"] or [one for one in said if one[2] == "hold"]
    if not against:
        return None
    column, listed, state = against[0]
    return LeftOutRow(source=row.source, row=row.row, values=row.values, reason=f"{column}={listed}", held=state == "hold")


def _meaning(value: str, listed: Mapping[str, State]) -> tuple[str, State]:
    """Return the key of `listed` that fits a value, and what it says: the value itself, else the longest beginning."""
    if value in listed:
        return value, listed[value]
    fitting = [key for key in listed if key.endswith("*") and value.startswith(key[:-1])]
    key = max(fitting, key=len, default=UNLISTED)
    return key, listed.get(key, "hold")
