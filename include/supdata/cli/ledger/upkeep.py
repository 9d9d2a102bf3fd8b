"""`supdata ledger status` and `migrate`: the ledger's tables."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer

from supdata.cli.ledger.access import address_of, opened
from supdata.cli.ledger.options import AsJson, Database
from supdata.cli.ledger.replaying import kept_text
from supdata.cli.ledger.tables import as_json
from supdata.ledger.opening import REVISION, plainly_failing, revision_of
from supdata.ledger.restoring import note_restored

BEHIND = 1


def status(database: Database = "", *, json: AsJson = False) -> None:
    """Tell which revision the ledger's tables are at, and which one this version needs. Exit code 1: `migrate` is due."""
    found = _revision(*address_of(database))
    if json:
        typer.echo(as_json(revision=found, needed=REVISION, ready=found >= REVISION))
    else:
        typer.echo(f"The ledger's tables: {found or 'not made yet'}; this version needs {REVISION}.")
    if found < REVISION:
        raise typer.Exit(BEHIND)


def migrate(database: Database = "") -> None:
    """Make the ledger's tables, or bring them up to date; what is known stays, and there is nothing to do twice."""
    from supdata.ledger.schema import migrate as bring_up

    address, called = address_of(database)
    before = _revision(address, called)
    with plainly_failing(called):
        bring_up(address)
    after = _revision(address, called)
    typer.echo(
        f"The ledger's tables: {after}" + (", as before." if after == before else f", {before or 'not made yet'} before.")
    )


def restored(
    *,
    by: Annotated[str, typer.Option(help="Who asks; your account's name when absent.")] = "",
    database: Database = "",
) -> None:
    """Note that the ledger was just restored from a backup, before any school runs again.

    What was declared after the backup is unknown to it. A school with a read connection looks up whatever it would send, until
    it has had a green run, and sends what the registry does not have; one without sends again what the ledger has lost.
    """
    author = kept_text("--by", by or getpass.getuser(), "Say who asks.")
    with opened(database) as connection:
        note_restored(connection, author, datetime.now(UTC))
    typer.echo("Noted. Schools with a read connection look up what they would send until they have had a green run.")


def _revision(address: str, called: str) -> str:
    with plainly_failing(called), psycopg.connect(address) as connection:
        return revision_of(connection)
