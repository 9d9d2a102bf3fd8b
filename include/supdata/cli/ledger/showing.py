"""`supdata ledger show` and `trail`: which records stand where, and what one of them has been through."""

from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer
from rich.console import Console

from supdata.cli.ledger.access import opened
from supdata.cli.ledger.options import AsJson, Database, Due, Keys, Row, School, Source, States, choice_of, fingerprint_digits
from supdata.cli.ledger.tables import SHOWN_DIGITS, as_json, record_table, tally_table, trail_table
from supdata.errors import FixConfig
from supdata.ledger.consulting import Choice, Event, records, tally
from supdata.ledger.consulting import trail as trail_of

ROWS = 20


def show(
    *,
    school: School = "",
    state: States = None,
    due: Due = "",
    source: Source = "",
    row: Row = None,
    key: Keys = None,
    limit: Annotated[int, typer.Option(min=0, help="Show at most this many records; the counts are of all.")] = ROWS,
    database: Database = "",
    json: AsJson = False,
) -> None:
    """Count the records by school and state, and list those that were sent last. All moments are UTC.

    `due` counts what is asked again by itself by now, though nothing has changed. Exit code 2: the ledger could not be read.
    """
    now = datetime.now(UTC)
    choice = choice_of(school=school, states=state, due=due, source=source, row=row, keys=key, now=now)
    with opened(database) as connection:
        tallies, listed = tally(connection, choice, now), records(connection, choice, limit) if limit else []
    if json:
        typer.echo(as_json(counts=tallies, records=listed))
        return
    console = Console()
    console.print(tally_table(tallies))
    if listed:
        console.print(record_table(listed))
    total = sum(one.records for one in tallies)
    console.print(f"{len(listed)} of {total} records shown; `supdata ledger trail RECORD` tells what one has been through.")


def trail(
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="The first digits of its fingerprint, as `show` prints them.")
    ],
    database: Database = "",
    *,
    json: AsJson = False,
) -> None:
    """Tell all that happened to one record, in the order of time: sent, answered, asked for again and why."""
    start = fingerprint_digits(record)
    with opened(database) as connection:
        key, events = _trail_of(connection, start)
    if json:
        typer.echo(as_json(key=key, trail=events))
        return
    console = Console()
    console.print(f"Record {key}, moments in UTC:")
    console.print(trail_table(events))


def _trail_of(connection: psycopg.Connection, start: str) -> tuple[str, list[Event]]:
    """Return the whole key that begins with `start`, and its trail; raises FixConfig unless there is exactly one."""
    found = [one.key for one in records(connection, Choice(keys=[start]), 3)]
    if len(found) != 1:
        told = f"several begin with these: {', '.join(one[:SHOWN_DIGITS] for one in found)}, …" if found else "there is none"
        remedy = "Give more digits." if found else "`supdata ledger show` lists what there is."
        raise FixConfig(f"Looking up the record {start}", told, remedy)
    return found[0], trail_of(connection, found[0])
