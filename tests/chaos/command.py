"""`python -m chaos`: plays the scenarios and writes var/bench/chaos.json; see `make chaos`."""

import logging
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chaos.playing import Line, play
from chaos.scenarios import SCENARIOS, Size
from chaos.table import as_table, sentence, write_json
from chaos.tasks import prepare
from chaos.world import servers

PROJECT = Path(__file__).parents[2]


def main(
    records: Annotated[int, typer.Option(min=200, help="Enrolments of the school.")] = 20_000,
    kills: Annotated[int, typer.Option(min=0, help="Pushes to kill; fewer where the run is too short for them.")] = 100,
    away: Annotated[float, typer.Option(min=0, help="Seconds for which the registry is down.")] = 30.0,
    only: Annotated[str, typer.Option(help="Only scenarios whose name holds this.")] = "",
    output: Annotated[Path, typer.Option(help="Where the figures go.")] = PROJECT / "var/bench/chaos.json",
) -> None:
    """Break everything between a made school and a sandbox registry, and count what became of every record."""
    size = Size(records, min(kills, records // 50), away, rate_per_second=min(1_000, records // 10))
    chosen = [scenario for scenario in SCENARIOS if only in scenario.name]
    folder = output.parent / "chaos"
    shutil.rmtree(folder, ignore_errors=True)
    prepare(folder / "airflow", "chaos.command")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    lines: list[Line] = []
    console = Console(width=None if sys.stdout.isatty() else 150)
    with servers(folder / "postgres") as both:
        for number, scenario in enumerate(chosen, 1):
            console.print(f"{time.strftime('%H:%M:%S')}  {number}/{len(chosen)}  {scenario.name} …", highlight=False)
            lines.append(play(scenario, size, both, folder / f"s{number:02d}"))
            console.print(f"          {sentence(lines[-1])}", highlight=False)
            write_json(lines, output)
    console.print(as_table(lines))
    raise typer.Exit(0 if all(line.holds for line in lines) else 1)
