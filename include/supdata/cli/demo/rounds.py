"""One round: a run of each school, started together and followed to the end."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.live import Live

from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.progress import Stage, picture, sentence, stages
from supdata.cli.demo.results import RunResult, read_counts, run_folder
from supdata.errors import CallUs
from supdata.sandbox.local.airflow_api import AirflowApi, TaskState

FINISHED = frozenset({"success", "failed"})
#: How often Airflow is asked: each look costs it a tenth of a second or so, on cores the tasks need.
LOOK_SECONDS = 1.0
#: Longer than the slowest machine needs; a run that takes this long waits for something that will not come.
ROUND_SECONDS = 900.0

View = tuple[str, Sequence[Stage]]


@dataclass(frozen=True)
class Started:
    """A run under way."""

    uai: str
    dag_id: str
    run_id: str


def dag_id_of(uai: str) -> str:
    """Return the id of a school's DAG."""
    return f"supdata_{uai.lower()}"


def play_round(
    api: AirflowApi, uais: Sequence[str], narrator: Narrator, *, runs: Path, check: Callable[[], None]
) -> tuple[RunResult, ...]:
    """Run the DAG of each school once and return how each ended; `check` raises when something we started has died.

    Raises CallUs when a run waits for a person, or does not end.
    """
    started = [start_run(api, uai) for uai in uais]
    views = _follow(api, started, narrator, check)
    return tuple(
        RunResult(
            uai=run.uai,
            dag_id=run.dag_id,
            run_id=run.run_id,
            state=views[run.uai][0],
            counts=read_counts(run_folder(runs, run.uai, run.run_id)),
        )
        for run in started
    )


def start_run(api: AirflowApi, uai: str, **params: object) -> Started:
    """Start a run of a school's DAG with `params` in its trigger form."""
    dag_id = dag_id_of(uai)
    api.unpause(dag_id)
    return Started(uai, dag_id, api.trigger(dag_id, params))


def _follow(api: AirflowApi, started: Sequence[Started], narrator: Narrator, check: Callable[[], None]) -> dict[str, View]:
    """Show the runs until all have ended: redrawn on a terminal, as lines about what changed elsewhere."""
    deadline = time.monotonic() + ROUND_SECONDS
    views: dict[str, View] = {run.uai: ("queued", ()) for run in started}
    with Live(console=narrator.console, auto_refresh=False, transient=True) as live:
        while not all(state in FINISHED for state, _ in views.values()):
            check()
            _look(api, started, views, narrator)
            live.update(picture(views, narrator.seconds), refresh=narrator.console.is_terminal)
            if time.monotonic() > deadline:
                raise CallUs("Following the runs", f"they have not ended in {ROUND_SECONDS:.0f} s", "See the task logs.")
            time.sleep(LOOK_SECONDS)
    return views


def _look(api: AirflowApi, started: Sequence[Started], views: dict[str, View], narrator: Narrator) -> None:
    for run in started:
        before = views[run.uai]
        if before[0] in FINISHED:
            continue
        state = api.run_state(run.dag_id, run.run_id)  # before its tasks: they cannot be older than it
        tasks = api.task_states(run.dag_id, run.run_id)
        _refuse_waiting(run, tasks)
        views[run.uai] = (state, stages(tasks))
        now = sentence(*views[run.uai])
        news = now not in {sentence(*before), "running"}  # between two tasks there is nothing to tell
        if news and (state in FINISHED or not narrator.console.is_terminal):
            narrator.say(f"{run.uai}  {now}")


def _refuse_waiting(run: Started, tasks: Sequence[TaskState]) -> None:
    if any(task.state == "awaiting_input" for task in tasks):
        raise CallUs(
            f"Following {run.dag_id}",
            "the run waits for a person's approval",
            "Nothing in the made schools should surprise it.",
        )
