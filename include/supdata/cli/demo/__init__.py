"""`supdata demo` and `supdata up`: three schools synchronised into a sandbox registry by a real Airflow, on this machine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from supdata.cli.demo.layout import PROJECT
from supdata.sandbox.local.keeping import run_kept

#: The PostgreSQL wheel looks for a runtime folder when it is imported, and warns where there is none; it is not used.
_STAGE = [sys.executable, "-W", "ignore:XDG_RUNTIME_DIR", "-m", "supdata.cli.demo.stage"]

Students = Annotated[int, typer.Option(min=300, max=100_000, help="How many students each school has.")]
Var = Annotated[Path, typer.Option(help="Where everything is kept; what an earlier demo left there is deleted first.")]


def demo(students: Students = 3_000, var: Var = PROJECT / "var") -> None:
    """Synchronise three made schools, twice, and show what became of every row.

    Everything is started, and stopped again, on this machine; what was shown stays in var/demo/summary.json.
    """
    raise typer.Exit(run_kept([*_STAGE, "demo", str(students), str(var.absolute())]))


def up(students: Students = 3_000, var: Var = PROJECT / "var") -> None:
    """Do what `demo` does, then stay open and print the addresses, until Ctrl-C."""
    raise typer.Exit(run_kept([*_STAGE, "up", str(students), str(var.absolute())]))
