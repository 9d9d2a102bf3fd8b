"""`supdata demo` and `supdata up`: three schools synchronised into a sandbox registry by a real Airflow, on this machine."""

import sys

import typer

from supdata.sandbox.local.keeping import run_kept

#: The PostgreSQL wheel looks for a runtime folder when it is imported, and warns where there is none; it is not used.
_STAGE = [sys.executable, "-W", "ignore:XDG_RUNTIME_DIR", "-m", "supdata.cli.demo.stage"]


def demo() -> None:
    """Synchronise three made schools, twice, and show what became of every row.

    Everything is started, and stopped again, on this machine; what was shown stays in var/demo/summary.json.
    """
    raise typer.Exit(run_kept([*_STAGE, "demo"]))


def up() -> None:
    """Do what `demo` does, then stay open and print the addresses, until Ctrl-C."""
    raise typer.Exit(run_kept([*_STAGE, "up"]))
