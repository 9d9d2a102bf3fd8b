"""What is seen while runs are under way: the stages of each school, as far as they have got."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from supdata.sandbox.local.airflow_api import TaskState

#: In the order of the picture; a task that is not among them comes last.
STAGES = ("extract", "normalise", "validate", "plan", "push", "approve", "push_held", "reconcile", "report")
#: Only a surprising batch passes through these two: they are shown once they have something to do.
SELDOM = frozenset({"approve", "push_held"})
BAD = frozenset({"failed", "up_for_retry"})
BLOCKED = frozenset({"upstream_failed"})
ENDED = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
STYLES = {"done": "green", "running": "bold yellow", "bad": "bold red", "blocked": "dim red", "next": "dim"}


@dataclass(frozen=True)
class Stage:
    """One stage of one run: how it stands in a word, and how many of its mapped tasks have ended."""

    name: str
    standing: str
    ended: int
    tasks: int

    def __str__(self) -> str:
        return self.name if self.tasks == 1 else f"{self.name} {self.ended}/{self.tasks}"


def stages(tasks: Sequence[TaskState]) -> tuple[Stage, ...]:
    """Return how the stages of a run stand, in their order; a stage with nothing to do is left out."""
    states: dict[str, list[str]] = {}
    for task in tasks:
        states.setdefault(task.task_id, []).append(task.state)
    known = sorted(states, key=lambda name: STAGES.index(name) if name in STAGES else len(STAGES))
    shown = (_stage(name, states[name]) for name in known if any(state != "skipped" for state in states[name]))
    return tuple(stage for stage in shown if stage.standing != "next" or stage.name not in SELDOM)


def _stage(name: str, states: Sequence[str]) -> Stage:
    ended = sum(state in ENDED for state in states)
    if any(state in BAD for state in states):
        standing = "bad"
    elif any(state in BLOCKED for state in states):
        standing = "blocked"
    elif ended == len(states):
        standing = "done"
    else:
        standing = "running" if ended or any(state in {"running", "queued"} for state in states) else "next"
    return Stage(name, standing, ended, len(states))


def sentence(state: str, shown: Sequence[Stage]) -> str:
    """Return how a run stands, in words: for a log, where nothing can be redrawn."""
    if state in {"success", "failed"}:
        return state
    now = [str(stage) for stage in shown if stage.standing == "running"]
    bad = [str(stage) for stage in shown if stage.standing == "bad"]
    parts = [*(f"{name} under way" for name in now), *(f"{name} in trouble" for name in bad)]
    return ", ".join(parts) or state


def picture(views: Mapping[str, tuple[str, Sequence[Stage]]], seconds: float) -> Table:
    """Return one line per school with its stages, coloured by how they stand."""
    table = Table.grid(padding=(0, 2))
    for uai, (state, shown) in views.items():
        line = Text("  ").join(Text(str(stage), style=STYLES[stage.standing]) for stage in shown)
        table.add_row(f"{seconds:5.0f} s", uai, state, line)
    return table
