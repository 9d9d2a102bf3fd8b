"""`supdata status`: where every school stands, for a terminal or a monitor."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from supdata.cli.ledger.access import opened
from supdata.cli.ledger.options import AsJson, Database
from supdata.cli.ledger.tables import as_json
from supdata.ledger.glance import newest_in_earnest, oldest_doubts
from supdata.ledger.removals import acknowledged
from supdata.records.summary import RunSummary

ATTENTION = 1
#: Shown as columns, and read as "not known" where a run did not get that far.
SHOWN = ("read", "rejected", "created", "updated", "unchanged", "refused", "unknown_student", "ambiguous", "held")
COLOURS = {"green": "green", "orange": "yellow", "red": "red", "grey": "dim"}


def status(
    *,
    school: Annotated[list[str] | None, typer.Option("--school", help="Only this school; may be given several times.")] = None,
    hours: Annotated[int, typer.Option(min=1, help="A school whose last run is older than this needs attention.")] = 36,
    database: Database = "",
    json: AsJson = False,
) -> None:
    """Tell each school's last run, dry runs aside: when, how it ended, what it counted, and since when something is in doubt.

    Schools that were removed on purpose (`supdata ledger remove`) are left out unless they are named.

    Exit code 0: all is well; 1: a last run is red or too old; 2: the ledger could not be read. All moments are UTC.
    """
    now = datetime.now(UTC)
    with opened(database) as connection:
        gone = set() if school else {one.uai for one in acknowledged(connection)}
        found = {
            uai: one for uai, one in newest_in_earnest(connection).items() if (uai in school if school else uai not in gone)
        }
        doubts = oldest_doubts(connection, found.values())
    runs = sorted(found.values(), key=lambda one: one.uai)
    overdue = {one.uai for one in runs if now - one.due > timedelta(hours=hours)} | set(school or ()) - found.keys()
    attention = overdue | {one.uai for one in runs if one.state == "failed"}
    if json:
        told = [{**msgspec.to_builtins(one), "doubt_since": doubts.get(one.uai)} for one in runs]
        typer.echo(as_json(schools=told, overdue=sorted(overdue), attention=sorted(attention)))
    else:
        Console().print(_table(runs, doubts, overdue))
        typer.echo(f"{len(runs)} schools, {len(attention)} need attention." if runs else "No run has been noted yet.")
    if attention:
        raise typer.Exit(ATTENTION)


def _table(runs: Sequence[RunSummary], doubts: dict[str, datetime], overdue: Iterable[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("school", "last run", "state"):
        table.add_column(heading, no_wrap=True)
    for heading in SHOWN:
        table.add_column(heading.replace("_", " "), justify="right")
    table.add_column("in doubt since", no_wrap=True)
    late = set(overdue)
    for one in runs:
        counts = (_number(one, name) for name in SHOWN)
        since = f"{_minute(one.due)}{' (old)' if one.uai in late else ''}"
        table.add_row(one.uai, since, _state(one), *counts, _minute(doubts.get(one.uai)))
    return table


def _state(one: RunSummary) -> str:
    why = f" {one.failed_stage} {one.error}".rstrip() if one.state == "failed" else ""
    return f"[{COLOURS[one.light]}]{one.state}{why}[/]"


def _number(one: RunSummary, name: str) -> str:
    return f"{one.counts[name]:,}".replace(",", " ") if name in one.known else "?"


def _minute(moment: Any) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else ""
