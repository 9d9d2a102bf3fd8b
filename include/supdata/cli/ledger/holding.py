"""`supdata ledger hold`, `release` and `holds`: what the upkeep must not delete."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from supdata.cli.ledger.access import opened
from supdata.cli.ledger.options import AsJson, Database
from supdata.cli.ledger.replaying import kept_text
from supdata.cli.ledger.tables import as_json, holds_table
from supdata.errors import FixConfig
from supdata.ledger import retention
from supdata.records.uai import is_valid_uai

NOT_HELD = 1
Held = Annotated[str, typer.Option("--school", help="The UAI of the school's file.")]
OfRun = Annotated[str, typer.Option("--run", help="Only this run, by Airflow's run id; absent: all of the school.")]


def hold(
    *,
    school: Held,
    run: OfRun = "",
    reason: Annotated[str, typer.Option(help="Why; kept until it is released, so no INE and no date in it.")] = "",
    by: Annotated[str, typer.Option(help="Who asks; your account's name when absent.")] = "",
    database: Database = "",
) -> None:
    """Keep a school's run folders and trail, or those of one run, from being deleted until they are released."""
    uai = school.strip()
    if not is_valid_uai(uai):
        raise FixConfig("Reading --school", "it is no UAI", "Write it as 0751717J.")
    held = retention.Hold(
        uai=uai,
        run_id=run.strip(),
        author=kept_text("--by", by or getpass.getuser(), "Say who asks."),
        reason=kept_text("--reason", reason, "Say why; whoever releases it will want to know."),
        at=datetime.now(UTC),
    )
    with opened(database) as connection:
        retention.hold(connection, held)
    typer.echo(f"Held: {held.run_id or 'all'} of {uai}. `supdata ledger release` ends it.")


def release(*, school: Held, run: OfRun = "", database: Database = "") -> None:
    """End a hold: what is past its period goes with the next upkeep. Exit code 1: there was none."""
    with opened(database) as connection:
        found = retention.release(connection, school.strip(), run.strip())
    typer.echo("Released." if found else "There is no such hold; `supdata ledger holds` lists them.")
    if not found:
        raise typer.Exit(NOT_HELD)


def holds(database: Database = "", *, json: AsJson = False) -> None:
    """List what is held, by whom and why."""
    with opened(database) as connection:
        found = retention.holds(connection)
    if json:
        typer.echo(as_json(holds=[{name: getattr(one, name) for name in one.__struct_fields__} for one in found]))
    else:
        Console().print(holds_table(found))
