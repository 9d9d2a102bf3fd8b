"""`supdata demo` and `supdata up`: three schools synchronised into a sandbox registry by a real Airflow, on this machine."""

import sys

import typer

from supdata.sandbox.local.keeping import run_kept


def demo() -> None:
    """Synchronise three made schools, twice, and show what became of every row.

    Everything is started, and stopped again, on this machine; what was shown stays in var/demo/summary.json.
    """
    raise typer.Exit(run_kept([sys.executable, "-m", "supdata.cli.demo.stage", "demo"]))


def up() -> None:
    """Do what `demo` does, then stay open and print the addresses, until Ctrl-C."""
    raise typer.Exit(run_kept([sys.executable, "-m", "supdata.cli.demo.stage", "up"]))
