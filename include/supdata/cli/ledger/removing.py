"""`supdata ledger remove` and `removals`: whether a school that has no file any more is meant to be gone."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from supdata.cli.institutions import INSTITUTIONS
from supdata.cli.ledger.access import opened
from supdata.cli.ledger.options import AsJson, Database
from supdata.cli.ledger.replaying import kept_text
from supdata.cli.ledger.tables import as_json, removals_table
from supdata.config.faults import nearest_to
from supdata.errors import FixConfig
from supdata.ledger import removals as told


def remove(
    *,
    school: Annotated[str, typer.Option("--school", help="The UAI of the school whose file was taken away.")],
    reason: Annotated[str, typer.Option(help="Why it is gone; kept, so no student's data in it.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; your account's name when absent.")] = "",
    institutions: Annotated[Path, typer.Option(help="The folder of institution files.")] = INSTITUTIONS,
    database: Database = "",
) -> None:
    """Acknowledge that a school's file was removed on purpose: what the ledger knows then goes when its periods end.

    Nothing is deleted now, and nothing is told to the registry. Should the file come back, the word is forgotten.
    """
    uai = school.strip()
    removal = told.Removal(
        uai=uai,
        author=kept_text("--by", by or getpass.getuser(), "Say who takes it out."),
        reason=kept_text("--reason", reason, "Say why; whoever misses the school will want to know."),
        at=datetime.now(UTC),
    )
    if (institutions / f"{uai}.yaml").exists():
        file = institutions / f"{uai}.yaml"
        raise FixConfig(f"Acknowledging that {uai} was removed", f"{file} is there", "Take the file away first.")
    with opened(database) as connection:
        _must_be_known(uai, told.known_schools(connection))
        told.acknowledge(connection, removal)
    typer.echo(f"Acknowledged: {uai} is gone on purpose. The daily upkeep deletes what is past its period.")


def removals(database: Database = "", *, json: AsJson = False) -> None:
    """List the removals that were acknowledged: which school, by whom, why."""
    with opened(database) as connection:
        found = told.acknowledged(connection)
    if json:
        typer.echo(as_json(removals=[{name: getattr(one, name) for name in one.__struct_fields__} for one in found]))
    else:
        Console().print(removals_table(found))


def _must_be_known(uai: str, known: frozenset[str]) -> None:
    if uai not in known:
        near = nearest_to(uai, sorted(known))
        remedy = f"Did you mean {near}?" if near else "`supdata status` lists the schools."
        raise FixConfig(f"Acknowledging that {uai[:12]} was removed", "the ledger knows nothing of it", remedy)
