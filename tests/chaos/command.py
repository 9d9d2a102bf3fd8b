"""`python -m chaos`: plays the scenarios and writes var/bench/chaos.json; see `make chaos`."""

import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chaos.airflow import NAME as AIRFLOW
from chaos.airflow import play_airflow
from chaos.peers import DRT, LIGHTBEAM
from chaos.playing import US, Line, play
from chaos.playing_peers import play_peer
from chaos.scenarios import NO_SCHEDULER, SCENARIOS, Size
from chaos.table import as_markdown, as_table, identity, merge_json, read_json, sentence, side_by_side
from chaos.tasks import prepare
from chaos.world import servers

FIGURES = Path(__file__).parents[2] / "var/bench/chaos.json"
NOT_FOR_PEERS = {one.name: one.not_for_peers for one in SCENARIOS if one.not_for_peers} | {AIRFLOW: NO_SCHEDULER}


def main(
    *,
    records: Annotated[int, typer.Option(min=200, help="Enrolments of the school.")] = 20_000,
    kills: Annotated[int, typer.Option(min=0, help="Pushes to kill; fewer where the run is too short for them.")] = 100,
    away: Annotated[float, typer.Option(min=0, help="Seconds for which the registry is down.")] = 30.0,
    only: Annotated[str, typer.Option(help="Only scenarios whose name holds this, or one of several: 429|503.")] = "",
    by: Annotated[str, typer.Option(help="Who sends: supdata-sync, lightbeam, drt; or all.")] = "all",
    resume: Annotated[bool, typer.Option("--resume", help="Leave out what was played with as many records.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Play nothing: print the figures there are, in Markdown.")] = False,
    output: Annotated[Path, typer.Option(help="Where the figures go, each scenario's in place of its last.")] = FIGURES,
) -> None:
    """Break everything between a made school and a sandbox registry, and count what became of every record."""
    output = output.absolute()  # Airflow's settings take no relative path
    size = Size(records, min(kills, records // 50), away, rate_per_second=min(1_000, max(20, records // 200)))
    if show:
        Console(width=1_000, soft_wrap=True).print(_page(read_json(output)), markup=False, highlight=False, end="")
        return
    folder = output.parent / f"chaos-{os.getpid()}"
    known = {identity(line) for line in read_json(output)} if resume else set()
    plays = [
        one
        for one in _plays(size, output.parent)
        if any(part in one.scenario for part in only.split("|")) and one.system.startswith(("", by)[by != "all"])
    ]
    left = [one for one in plays if (one.system, one.scenario, records) not in known]
    prepare(folder / "airflow", "chaos.command")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 150)
    with servers(folder / "postgres") as both:
        for number, one in enumerate(left, 1):
            console.print(f"{time.strftime('%H:%M:%S')}  {number}/{len(left)}  {one.system}, {one.scenario} …", highlight=False)
            line = one.play(servers=both, folder=folder / f"s{number:02d}")
            console.print(f"          {sentence(line)}", highlight=False)
            merge_json(line, output)
    wanted = {(one.system, one.scenario, records) for one in plays}
    lines = [line for line in read_json(output) if identity(line) in wanted]
    console.print(as_table(lines))
    for left_out in _left_out():
        console.print(left_out, highlight=False)
    shutil.rmtree(folder)
    raise typer.Exit(0 if all(line.holds for line in lines if line.system == US) else 1)


def _page(lines: list[Line]) -> str:
    """Return a short table, the whole one in the order of the scenarios, and what the peers were not asked to meet."""
    order = {(one.system, one.scenario): at for at, one in enumerate(_plays(Size(0, 0, 0.0, 0), Path()))}
    known = sorted(
        (one for one in lines if (one.system, one.scenario) in order), key=lambda one: order[one.system, one.scenario]
    )
    return f"{side_by_side(known)}\n{as_markdown(known)}" + "".join(f"\n{said}\n" for said in _left_out())


def _left_out() -> Iterator[str]:
    for name, why in NOT_FOR_PEERS.items():
        yield f"Not for the peers: {name}: {why}."
    yield "The peers are killed once: each kill more would only have them begin again."


@dataclass(frozen=True)
class Play:
    """One line to come: who sends, what breaks, and how to play it in a folder."""

    system: str
    scenario: str
    play: Callable[..., Line]


def _plays(size: Size, bench: Path) -> Iterator[Play]:
    for scenario in SCENARIOS:
        yield Play(US, scenario.name, partial(play, scenario, size))
    yield Play(US, AIRFLOW, partial(play_airflow, size))
    for peer in (LIGHTBEAM, DRT):
        for scenario in SCENARIOS:
            if not scenario.not_for_peers:
                yield Play(peer.title, scenario.name, partial(play_peer, peer, scenario, size, bench / "peers"))
