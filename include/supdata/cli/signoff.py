"""`supdata signoff`: a registrar's word that a run has declared what it should, kept with who and when."""

import getpass
import sys
from contextlib import redirect_stdout
from typing import Annotated

import typer

from supdata.cli.ledger.tables import as_json
from supdata.records.told import SignOff


def signoff(
    uai: Annotated[str, typer.Argument(help="The school's UAI.")],
    run: Annotated[str, typer.Option(help="The run's id in Airflow.")],
    batch: Annotated[str, typer.Option(help="The hash of the batch, or its first 8 characters. Absent: show it.")] = "",
    by: Annotated[str, typer.Option(help="Who confirms; your account's name when absent.")] = "",
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Confirm the batch of a run, or show whether it is confirmed. A batch that changes later voids the confirmation."""
    with redirect_stdout(sys.stderr):  # importing Airflow may say a word, which is no part of an answer in JSON
        from supdata.orchestration.signing_off import sign_off as confirm
        from supdata.orchestration.signing_off import signed

        if batch:
            confirm(uai, run, batch, by or getpass.getuser())
        summary, standing, void = signed(uai, run)
    if json:
        typer.echo(
            as_json(batch=summary.batch if summary else "", signed=standing and _told(standing), void=[*map(_told, void)])
        )
        return
    if summary is None:
        typer.echo(f"{run}: the ledger knows of no such run.")
        raise typer.Exit(1)
    typer.echo(f"{uai} {run}: batch {summary.batch}")
    typer.echo(f"confirmed by {standing.author}, {standing.at:%Y-%m-%d %H:%M} UTC" if standing else "not confirmed")
    for one in void:
        typer.echo(f"void: {one.author} confirmed the batch {one.batch[:16]}, {one.at:%Y-%m-%d %H:%M} UTC")


def _told(word: SignOff) -> dict[str, object]:
    return {"author": word.author, "at": word.at, "batch": word.batch}
