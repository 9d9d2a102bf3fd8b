"""Runs `chaos.command` so that nothing it starts outlives it."""

import sys

import typer

from chaos.command import main
from supdata.sandbox.local.keeping import run_kept

KEPT = "--kept"

if __name__ == "__main__":  # every task's process imports this file anew
    if KEPT in sys.argv:
        sys.argv.remove(KEPT)
        typer.run(main)
    else:
        sys.exit(run_kept([sys.executable, "-m", "chaos", *sys.argv[1:], KEPT]))
