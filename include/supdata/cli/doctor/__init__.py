"""`supdata doctor`: whether a school is ready for its first run, and what to do where it is not."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from supdata.cli.doctor.examining import ROWS, Finding, State, examine
from supdata.cli.institutions import INSTITUTIONS, institution_at
from supdata.cli.language import say

#: Something must be done before the first run.
NOT_READY = 1
EXPECTATIONS = Path("expectations")
SIGNS = {State.GOOD: ("✓", typer.colors.GREEN), State.BAD: ("✗", typer.colors.RED), State.UNKNOWN: ("?", typer.colors.YELLOW)}


def doctor(
    institution: Annotated[str, typer.Argument(help="A UAI of --institutions, or the path of an institution file.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
    post_test_student: Annotated[
        bool,
        typer.Option("--post-test-student", help="Declare the contract's test student: to a sandbox on this machine only."),
    ] = False,
    institutions: Annotated[Path, typer.Option(help="The folder of institution files.")] = INSTITUTIONS,
    expectations: Annotated[Path, typer.Option(help="The folder of suites.")] = EXPECTATIONS,
) -> None:
    """Try a school's connections, its first hundred rows and its key, and list what is not ready with what to do.

    Nobody is declared. Connections are Airflow's, which may be in AIRFLOW_CONN_* variables; Airflow need not be running.
    Exit code 0: ready; 1: something must be done first; 2: the institution file cannot be used.
    """
    facts = institution_at(institution, institutions)
    today = datetime.now(UTC).astimezone(ZoneInfo(facts.timezone)).date()
    found = examine(facts, expectations / "enrolment.json", today, post_test_student=post_test_student)
    ready = all(one.state is not State.BAD for one in found)
    if as_json:
        typer.echo(json.dumps({"ready": ready, "checks": [asdict(one) for one in found]}, ensure_ascii=False))
    else:
        _show(found, ready=ready)
    if not ready:
        raise typer.Exit(NOT_READY)


def _show(found: list[Finding], *, ready: bool) -> None:
    for one in found:
        sign, colour = SIGNS[one.state]
        typer.secho(f"{sign} {say(one.name)}: {one.said}", fg=colour)
        if one.to_do:
            typer.echo(f"  {one.to_do}")
    typer.echo(say("Ready (first {rows} rows).", rows=ROWS) if ready else say("Not ready: see the lines with a cross."))
