"""The demo itself, as the process that `supdata demo` keeps: `python -m supdata.cli.demo.stage demo|up`."""

import signal
import sys
import time
from types import FrameType

from rich.console import Console

from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.results import SUCCESS, RunResult, Summary, broken_promises, write_summary
from supdata.cli.demo.rounds import play_round
from supdata.cli.demo.stack import Stack, running_stack
from supdata.cli.demo.tables import report_lines, run_table
from supdata.errors import SupdataError
from supdata.sandbox.local.airflow import USER
from supdata.sandbox.schools.world import World, build_world

FAILED = 1


def main(stay: bool) -> int:
    """Show all of it and return the exit code: 0 only when everything was as promised. `stay` keeps it open afterwards."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    narrator = Narrator(Console())
    try:
        with fresh(layout := Layout()), running_stack(layout, world := build_world(), narrator) as stack:
            code = _show(stack, world, layout, narrator)
            if stay:
                _stay(stack, layout, narrator)
    except (SupdataError, TimeoutError) as error:
        narrator.console.print(f"\n{error}", style="red", markup=False, highlight=False, soft_wrap=True)
        return FAILED
    narrator.say("Everything is stopped")
    return code


def _show(stack: Stack, world: World, layout: Layout, narrator: Narrator) -> int:
    first = _round("First run: everything is new", stack, world, layout, narrator)
    went_well = all(result.state == SUCCESS for result in first)
    second = _round("Second run: nothing has changed, so nothing is sent", stack, world, layout, narrator) if went_well else ()
    summary = Summary(institutions=first, second_run=second, registry=stack.registry.count())
    write_summary(summary, layout.summary)
    registry = summary.registry
    narrator.say(f"The registry holds {registry.rows} enrolments, {registry.distinct} of them distinct")
    narrator.say(f"The same facts are in {layout.summary.relative_to(layout.project)}")
    broken = broken_promises(summary, {school.uai: school.expected for school in world.schools})
    for sentence in broken:
        narrator.say(f"[bold red]not as promised[/bold red]  {sentence}")
    return FAILED if broken else 0


def _round(title: str, stack: Stack, world: World, layout: Layout, narrator: Narrator) -> tuple[RunResult, ...]:
    narrator.say(title)
    uais = [school.uai for school in world.schools]
    results = play_round(stack.api, uais, narrator, runs=layout.runs, check=stack.children.check)
    narrator.console.print(run_table(title, results))
    for line in report_lines(results, layout):
        narrator.console.print(line, markup=False, highlight=False, soft_wrap=True)
    return results


def _stay(stack: Stack, layout: Layout, narrator: Narrator) -> None:
    """Print where everything is, and wait for Ctrl-C, as long as everything lives."""
    lines = [
        f"Airflow      {stack.airflow.url}  user {USER}, password {stack.airflow.password}",
        f"registry     {stack.registry.url}  administration token {stack.registry.admin_token}",
        f"PostgreSQL   {stack.postgres.url('postgres')}",
        *(
            f"{one.connection:<16} {one.host} port {one.port}, user {one.login}, password {one.password}"
            for one in stack.accesses
        ),
        f"run folders  {layout.runs}",
        f"logs         {layout.logs}",
        "Ctrl-C stops it all.",
    ]
    for line in lines:
        narrator.console.print(line, markup=False, highlight=False, soft_wrap=True)
    while True:
        stack.children.check()
        time.sleep(1)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a signal handler
    """Unwind, which stops everything in order; once is enough."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main(stay=sys.argv[1:] == ["up"]))
