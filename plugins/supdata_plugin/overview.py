"""All schools in one table: which of them are shown, in what order, and what each row says. Values in, values out."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from supdata.records.summary import RunSummary
from supdata_plugin.schools import AirflowRun, School

PAGE_SIZE = 50
EARLIEST = datetime.min.replace(tzinfo=UTC)


class State(StrEnum):
    """Where a school stands, the most urgent first; each value is also what it is called on the page."""

    BROKEN = "config error"
    FAILED = "failed"
    WAITING = "waits for approval"
    RUNNING = "running"
    SUCCESS = "success"
    NEVER = "never run"


class Column(StrEnum):
    """By what the table can be ordered; the values stand in addresses."""

    NAME = "name"
    STATE = "state"
    LAST = "last"
    DECLARED = "declared"
    REJECTED = "rejected"
    OPEN = "open"
    HELD = "held"
    DOUBT = "doubt"
    NEXT = "next"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One school: `run` is Airflow's newest, `summary` the newest in earnest, `doubt` since when a record is in doubt."""

    school: School
    run: AirflowRun | None
    summary: RunSummary | None
    doubt: datetime | None

    @property
    def state(self) -> State:
        """Where the school stands."""
        if self.school.broken:
            return State.BROKEN
        if self.run is None:
            return State.NEVER
        if self.run.asks:
            return State.WAITING
        if self.run.is_under_way:
            return State.RUNNING
        return State.FAILED if self.run.state == "failed" else State.SUCCESS

    @property
    def declared(self) -> int | None:
        """How many enrolments of the source stand declared after the last run in earnest."""
        return declared(self.summary)

    @property
    def rejected(self) -> float | None:
        """Which share of the rows that were read no rule let through."""
        return rejected(self.summary)

    @property
    def to_correct(self) -> int | None:
        """How many rows wait for the registrar."""
        return self.summary.to_correct if self.summary else None

    @property
    def held(self) -> int | None:
        """How many records wait for a person's approval or for the end of a window."""
        return known(self.summary, "held")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody has asked for; `query` is looked for in UAI and name, whatever its case and accents."""

    query: str = ""
    state: State | None = None
    paused: bool | None = None
    column: Column = Column.NAME
    descending: bool = False
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The rows of one page of the table, and how many there are on all of them."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int


def choose(rows: Iterable[Row], choice: Choice) -> Shown:
    """Return the page of the rows that `choice` asks for; a page beyond the last is the last."""
    words = _plain(choice.query).split()
    found = [row for row in rows if _fits(row, choice) and _holds(row, words)]
    found.sort(key=_KEYS[Column.NAME])
    found.sort(key=_KEYS[choice.column], reverse=choice.descending)
    found.sort(key=lambda row: _KEYS[choice.column](row) == _UNKNOWN)  # what is not known comes last either way
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, choice.page), pages)
    return Shown(rows=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], total=len(found), page=page, pages=pages)


def tally(rows: Iterable[Row]) -> dict[State, int]:
    """Count the schools by where they stand, the most urgent first; a state that none is in is left out."""
    states = [row.state for row in rows]
    return {state: states.count(state) for state in State if state in states}


def known(summary: RunSummary | None, count: str) -> int | None:
    """Return a count of a run, None when the run did not get far enough to know it."""
    return summary.counts[count] if summary and count in summary.known else None


def declared(summary: RunSummary | None) -> int | None:
    """Return how many enrolments stand declared after a run: what the registry has taken, in this run or before."""
    accepted, unchanged = known(summary, "accepted"), known(summary, "unchanged")
    return None if accepted is None or unchanged is None else accepted + unchanged


def rejected(summary: RunSummary | None) -> float | None:
    """Return which share of a run's rows no rule let through, None when nothing was read or judged."""
    read, refused = known(summary, "read"), known(summary, "rejected")
    return refused / read if read and refused is not None else None


def _fits(row: Row, choice: Choice) -> bool:
    wanted = choice.state is None or row.state is choice.state
    return wanted and (choice.paused is None or row.school.paused is choice.paused)


def _holds(row: Row, words: Sequence[str]) -> bool:
    text = _plain(f"{row.school.uai} {row.school.name}") if words else ""
    return all(word in text for word in words)


def _plain(text: str) -> str:
    """Return `text` without case and accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))


_UNKNOWN: tuple[Any, ...] = ()


def _or_unknown(value: Any) -> tuple[Any, ...]:
    return _UNKNOWN if value is None else (value,)


_KEYS: dict[Column, Callable[[Row], tuple[Any, ...]]] = {
    Column.NAME: lambda row: (_plain(row.school.name), row.school.uai),
    Column.STATE: lambda row: (list(State).index(row.state),),
    Column.LAST: lambda row: _or_unknown(row.run.due if row.run else None),
    Column.DECLARED: lambda row: _or_unknown(row.declared),
    Column.REJECTED: lambda row: _or_unknown(row.rejected),
    Column.OPEN: lambda row: _or_unknown(row.to_correct),
    Column.HELD: lambda row: _or_unknown(row.held),
    Column.DOUBT: lambda row: _or_unknown(row.doubt),
    Column.NEXT: lambda row: _or_unknown(row.school.next_run),
}
