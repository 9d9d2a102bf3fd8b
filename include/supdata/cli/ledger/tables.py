"""What the ledger's answers look like: tables for people, JSON for machines."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from supdata.ledger.consulting import Event, Record, Tally
from supdata.ledger.removals import Removal
from supdata.ledger.retention import Hold

#: Enough to tell a million records apart, and what a person will type again.
SHOWN_DIGITS = 12


def as_json(**parts: Any) -> str:
    """Return lists of records as one JSON object, moments in ISO 8601 and UTC."""
    return json.dumps(parts, indent=2, ensure_ascii=False, default=_plain)


def tally_table(tallies: Sequence[Tally]) -> Table:
    """Return how many records stand where, a line per school and state."""
    table = _table("Records in the ledger", "school", "state")
    for heading in ("records", "due", "to replay", "not in source"):
        table.add_column(heading, justify="right")
    for one in tallies:
        counts = (one.records, one.due, one.replay, one.absent)
        table.add_row(one.uai, one.state, *(f"{count:,}".replace(",", " ") if count else "" for count in counts))
    return table


def record_table(records: Sequence[Record], *, whole_keys: bool = False) -> Table:
    """Return a line per record; moments are UTC."""
    table = _table("", "record", "school", "state")
    table.add_column("sent", justify="right")
    for heading in ("first sent", "last sent", "next due", "id", "source row"):
        table.add_column(heading, no_wrap=True)
    table.add_column("registry's words", overflow="fold")
    for one in records:
        table.add_row(
            one.key if whole_keys else one.key[:SHOWN_DIGITS],
            one.uai,
            f"{one.state} (replay)" if one.replay else one.state,
            str(one.attempts),
            _minute(one.first_sent),
            _minute(one.last_sent),
            _minute(one.next_due),
            one.id_inscription,
            f"{escape(one.source)} {one.row}{'' if one.present else ' (gone)'}",
            escape(one.words),
        )
    return table


def trail_table(events: Iterable[Event]) -> Table:
    """Return a line per thing that happened, in the order of time; moments are UTC."""
    table = _table("", "when", "what")
    table.add_column("run and chunk, or who", overflow="fold")
    table.add_column("source row", overflow="fold")
    table.add_column("content", no_wrap=True)
    table.add_column("answer, or reason", overflow="fold")
    for one in events:
        table.add_row(*_cells(one))
    return table


def holds_table(holds: Iterable[Hold]) -> Table:
    """Return a line per hold, by school."""
    table = _table("", "school", "run", "since", "by")
    table.add_column("why", overflow="fold")
    for one in holds:
        table.add_row(one.uai, escape(one.run_id) or "all", _minute(one.at), escape(one.author), escape(one.reason))
    return table


def removals_table(removals: Iterable[Removal]) -> Table:
    """Return a line per removal that was acknowledged, by school."""
    table = _table("", "school", "since", "by")
    table.add_column("why", overflow="fold")
    for one in removals:
        table.add_row(escape(one.uai), _minute(one.at), escape(one.author), escape(one.reason))
    return table


def _cells(event: Event) -> tuple[str, ...]:
    when = f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    match event.what:
        case "replay":
            return when, "replay asked", escape(event.author), "", "", escape(event.words)
        case "answered":
            answer = f"{event.outcome} {event.status or ''} {event.id_inscription} {escape(event.words)}"
            return when, event.what, "", "", "", " ".join(answer.split())
        case _:
            run = f"{escape(event.run)} {escape(event.chunk)}"
            return when, f"{event.what} ({event.action})", run, f"{escape(event.source)} {event.row}", event.content[:8], ""


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title or None, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else ""


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else asdict(value)
