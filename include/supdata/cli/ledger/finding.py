"""`supdata ledger find`: one student's record, without the INE ever standing on a command line."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from supdata.cli.ledger.access import fingerprints, opened
from supdata.cli.ledger.options import AsJson, Database, School
from supdata.cli.ledger.tables import as_json, record_table, trail_table
from supdata.config.iso_date import is_iso_date
from supdata.errors import FixConfig
from supdata.ledger.consulting import Choice, records, trail
from supdata.records.ine import Family, family

NOT_FOUND = 1


def find(
    *,
    school: School,
    start: Annotated[str, typer.Option(help="The first day of the enrolment as declared, 2026-09-01.")],
    diplome: Annotated[list[str] | None, typer.Option(help="Its `diplome`, if one is declared; several are tried.")] = None,
    database: Database = "",
    json: AsJson = False,
) -> None:
    """Find the record of one student and tell its trail. The INE is asked for, or read from the first line of standard input.

    A record is one enrolment: the ledger knows it by school, INE, first day and diplome together, under its key (Airflow's
    connection `supdata_ledger_key`). Exit code 1: there is none.
    """
    if not is_iso_date(start):
        raise FixConfig("Reading --start", "it is no day", "Write it as 2026-09-01.")
    ine, hashings = _asked_ine(), fingerprints()
    keys = [hashing.key((school.strip(), ine, start, code)) for code in diplome or [""] for hashing in hashings]
    with opened(database) as connection:
        found = records(connection, Choice(keys=keys))
        trails = {one.key: trail(connection, one.key) for one in found}
    if json:
        typer.echo(as_json(records=found, trails=trails))
    else:
        console = Console()
        for one in found:
            console.print(record_table([one], whole_keys=True), trail_table(trails[one.key]))
    if not found:
        typer.echo("No such enrolment was ever sent. Is it the day, the diplome and the UAI that were declared?", err=True)
        raise typer.Exit(NOT_FOUND)


def _asked_ine() -> str:
    """Return the INE as normalised in a run; raises FixConfig when it is none, without repeating it."""
    given = typer.prompt("INE (not shown)", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    ine = "".join(given.split()).upper()
    if family(ine) is Family.UNKNOWN:
        raise FixConfig("Reading the INE", "it has the form of none", "It has 11 characters; take it from the student's file.")
    return ine
