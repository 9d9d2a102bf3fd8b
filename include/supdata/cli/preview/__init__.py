"""`supdata preview`: what an institution's rows become, and what the rules say of them; nothing is sent."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from supdata.cli.institutions import INSTITUTIONS, institution_at
from supdata.cli.preview.looking import look
from supdata.cli.preview.showing import as_machine_text, show

#: No row could be declared: the mapping is wrong, more often than every row of a school.
NOTHING_TO_DECLARE = 1
EXPECTATIONS = Path("expectations")


def preview(
    institution: Annotated[str, typer.Argument(help="A UAI of --institutions, or the path of an institution file.")],
    file: Annotated[
        Path | None, typer.Option(help="Read this local file, written as the source's files are, and not the source.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read at most this many rows. Absent: all of them.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with every row, and nothing else.")] = False,
    institutions: Annotated[Path, typer.Option(help="The folder of institution files.")] = INSTITUTIONS,
    expectations: Annotated[Path, typer.Option(help="The folder of suites.")] = EXPECTATIONS,
) -> None:
    """Show what the rows of a school become, beside what was found, and the verdict on each with its reasons.

    Nothing is sent and nothing is kept. The source is read through Airflow's connections, which may be in AIRFLOW_CONN_*
    variables; Airflow need not be running. What is printed holds student data: it is for your screen.
    Exit code 0: rows would be declared; 1: not one row would be; 2: nothing could be previewed.
    """
    facts = institution_at(institution, institutions)
    today = datetime.now(UTC).astimezone(ZoneInfo(facts.timezone)).date()
    seen = look(facts, file=file, limit=limit, suite=expectations / "enrolment.json", on=today)
    if as_json:
        typer.echo(as_machine_text(seen))
    else:
        show(seen)
    if not seen.counts["valid"]:
        raise typer.Exit(NOTHING_TO_DECLARE)
