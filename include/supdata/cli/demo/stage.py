"""The demo itself, as the process that `supdata demo` keeps: `python -m supdata.cli.demo.stage demo|up STUDENTS VAR`."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType

from rich.console import Console

from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.results import SUCCESS, RunResult, Summary, broken_promises, write_summary
from supdata.cli.demo.rounds import play_round
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack, running_stack
from supdata.cli.demo.tables import report_lines, run_table
from supdata.errors import SupdataError
from supdata.sandbox.local.airflow import USER
from supdata.sandbox.schools.serving import Access

FAILED = 1


def main(scene: Scene, *, stay: bool) -> int:
    """Show all of it and return the exit code: 0 only when everything was as promised. `stay` keeps it open afterwards."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    narrator = scene.narrator
    try:
        with fresh(scene.layout):
            with narrator.doing(f"Making three schools of {scene.students} students each"):
                _ = scene.world
            code = _play(scene, stay=stay)
    except (SupdataError, TimeoutError) as error:
        narrator.console.print(f"\n{error}", style="red", markup=False, highlight=False, soft_wrap=True)
        return FAILED
    narrator.say("Everything is stopped")
    return code


def _play(scene: Scene, *, stay: bool) -> int:
    with running_stack(scene) as stack:
        code = _show(stack, scene)
        if stay:
            _stay(stack, scene)
    return code


def _show(stack: Stack, scene: Scene) -> int:
    first = _round("First run: everything is new", stack, scene)
    went_well = all(result.state == SUCCESS for result in first)
    second = _round("Second run: nothing has changed, so nothing is sent", stack, scene) if went_well else ()
    summary = Summary(institutions=first, second_run=second, registry=stack.registry.count())
    write_summary(summary, scene.layout.summary)
    registry = summary.registry
    scene.narrator.say(f"The registry holds {registry.rows} enrolments, {registry.distinct} of them distinct")
    scene.narrator.say(f"The same facts are in {scene.layout.shown(scene.layout.summary)}")
    broken = broken_promises(summary, {school.uai: school.expected for school in scene.world.schools})
    for sentence in broken:
        scene.narrator.say(f"[bold red]not as promised[/bold red]  {sentence}")
    return FAILED if broken else 0


def _round(title: str, stack: Stack, scene: Scene) -> tuple[RunResult, ...]:
    narrator = scene.narrator
    narrator.say(title)
    uais = [school.uai for school in scene.world.schools]
    results = play_round(stack.api, uais, narrator, runs=scene.layout.runs, check=stack.children.check)
    narrator.console.print(run_table(title, results))
    for line in report_lines(results, scene.layout):
        narrator.console.print(line, markup=False, highlight=False, soft_wrap=True)
    return results


def _stay(stack: Stack, scene: Scene) -> None:
    """Print where everything is, and wait for Ctrl-C, as long as everything lives."""
    lines = [
        f"Airflow           {stack.airflow.url}  user {USER}, password {stack.airflow.password}",
        f"registry          {stack.registry.url}  X-Admin-Token {stack.registry.admin_token}",
        f"PostgreSQL        {stack.postgres.url('postgres')}",
        *(f"{one.connection:<17} {_reached(one)}, user {one.login}, password {one.password}" for one in stack.accesses),
        f"run folders       {scene.layout.runs}",
        f"logs              {scene.layout.logs}",
        "Ctrl-C stops it all.",
    ]
    for line in lines:
        scene.narrator.console.print(line, markup=False, highlight=False, soft_wrap=True)
    while True:
        stack.children.check()
        time.sleep(1)


def _reached(access: Access) -> str:
    if access.host.startswith("http"):
        return access.host
    return f"{access.host} port {access.port}{access.database and f', database {access.database}'}"


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a signal handler
    """Unwind, which stops everything in order; once is enough."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    name, count, var = sys.argv[1:]
    sys.exit(main(Scene(Layout(Path(var)), int(count), Narrator(Console())), stay=name == "up"))
