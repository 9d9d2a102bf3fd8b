"""`python -m chaos`: plays the scenarios and writes var/bench/chaos.json; see `make chaos`."""

import logging
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chaos.playing import play
from chaos.scenarios import SCENARIOS, Size
from chaos.table import as_table, merge_json, read_json, sentence
from chaos.tasks import prepare
from chaos.world import servers

FIGURES = Path(__file__).parents[2] / "var/bench/chaos.json"


def main(
    *,
    records: Annotated[int, typer.Option(min=200, help="Enrolments of the school.")] = 20_000,
    kills: Annotated[int, typer.Option(min=0, help="Pushes to kill; fewer where the run is too short for them.")] = 100,
    away: Annotated[float, typer.Option(min=0, help="Seconds for which the registry is down.")] = 30.0,
    only: Annotated[str, typer.Option(help="Only scenarios whose name holds this.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Leave out what was already played with as many records.")] = False,
    output: Annotated[Path, typer.Option(help="Where the figures go, each scenario's in place of its last.")] = FIGURES,
) -> None:
    """Break everything between a made school and a sandbox registry, and count what became of every record."""
    size = Size(records, min(kills, records // 50), away, rate_per_second=min(1_000, records // 10))
    known = {(line.scenario, line.records) for line in read_json(output)} if resume else set()
    chosen = [one for one in SCENARIOS if only in one.name and (one.name, records) not in known]
    folder = output.parent / "chaos"
    shutil.rmtree(folder, ignore_errors=True)
    prepare(folder / "airflow", "chaos.command")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 150)
    with servers(folder / "postgres") as both:
        for number, scenario in enumerate(chosen, 1):
            console.print(f"{time.strftime('%H:%M:%S')}  {number}/{len(chosen)}  {scenario.name} …", highlight=False)
            line = play(scenario, size, both, folder / f"s{number:02d}")
            console.print(f"          {sentence(line)}", highlight=False)
            merge_json(line, output)
    lines = [line for line in read_json(output) if line.records == records and only in line.scenario]
    console.print(as_table(lines))
    raise typer.Exit(0 if all(line.holds for line in lines) else 1)
