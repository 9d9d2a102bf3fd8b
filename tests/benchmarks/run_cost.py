"""What a school's run costs beside Airflow's own cost: `python -m benchmarks.run_cost [ROUNDS]`, some minutes.

On one real scheduler (LocalExecutor, embedded PostgreSQL), in turns: a run of a university of a thousand students, and a run of
a DAG of the same shape whose tasks do nothing. Counted are the CPU seconds of all of Airflow's processes, the workers' tasks
included, and the wall clock. Beside the first run, which declares everybody, stand others, which find nothing changed.
"""

import shutil
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
import psutil
from rich.console import Console

from benchmarks.paths import FIGURES, PROJECT
from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.rounds import FINISHED, dag_id_of
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack, running_stack

SCHOOL = "0751717J"
STUDENTS = 1_000
ROUNDS = 3
RUN_SECONDS = 600.0
#: What a run may take of what one that does nothing takes.
MOST = 1.5
NO_OP = "supdata_no_op"
NO_OP_FILE = """\
import pendulum
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowSkipException

def done():
    return 1

def chunks():
    return ["chunk-0001"]

def skip():
    raise AirflowSkipException

def one(chunk):
    return 1

with DAG("supdata_no_op", schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False, tags=["supdata"]) as dag:
    def stage(name, function=done, **options):
        return task(task_id=name, **options)(function)

    planned = stage("plan", chunks)()
    stage("extract")() >> stage("normalise")() >> stage("validate")() >> planned
    pushed = stage("push", one).expand(chunk=planned)
    approved = stage("approve", skip)()
    planned >> approved
    held = stage("push_held", one).expand(chunk=approved)
    reported = stage("report")().as_teardown()
    [pushed, held] >> stage("reconcile", trigger_rule="all_done")() >> reported >> stage("deliver")().as_teardown()
"""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run: CPU seconds of Airflow's processes, seconds from its trigger to its end, and of each task from start to end."""

    cpu_seconds: float
    seconds: float
    tasks: dict[str, float]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All runs, in their order; `first` is the school's, with a thousand to declare."""

    first: Run
    unchanged: list[Run]
    no_op: list[Run]

    def ratio(self, run: Run) -> tuple[float, float]:
        """Return a run's CPU and wall clock over the median of those that do nothing."""
        cpu, wall = median(one.cpu_seconds for one in self.no_op), median(one.seconds for one in self.no_op)
        return round(run.cpu_seconds / cpu, 2), round(run.seconds / wall, 2)


def cpu_of(stack: Stack) -> float:
    """Return the CPU seconds that Airflow's components and all below them have used."""
    names = {"api-server", "scheduler", "dag-processor", "triggerer"}
    roots = [psutil.Process(child.process.pid) for child in stack.children.running if child.name in names]
    total = 0.0
    for process in (one for root in roots for one in (root, *root.children(recursive=True))):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # it has just ended: its parent has its times
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def run(stack: Stack, dag_id: str) -> Run:
    """Run a DAG once and return what it cost."""
    before, begun = cpu_of(stack), time.monotonic()
    run_id = stack.api.trigger(dag_id, {})
    stack.children.wait_until(dag_id, lambda: _ended(stack, dag_id, run_id), RUN_SECONDS)
    seconds = time.monotonic() - begun
    if (state := stack.api.run_state(dag_id, run_id)) != "success":
        raise SystemExit(f"{dag_id} ended as {state}: {list(stack.api.task_states(dag_id, run_id))}")
    return Run(cpu_seconds=round(cpu_of(stack) - before, 2), seconds=round(seconds, 1), tasks=_durations(stack, dag_id, run_id))


def _durations(stack: Stack, dag_id: str, run_id: str) -> dict[str, float]:
    found = stack.api.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100")["task_instances"]
    begun = sorted((one for one in found if one["start_date"] and one["end_date"]), key=lambda one: str(one["start_date"]))
    return {one["task_id"]: round((_moment(one["end_date"]) - _moment(one["start_date"])).total_seconds(), 2) for one in begun}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ended(stack: Stack, dag_id: str, run_id: str) -> bool:
    time.sleep(0.25)
    return stack.api.run_state(dag_id, run_id) in FINISHED


def measure(rounds: int) -> Found:
    """Start everything, and run the school and the DAG that does nothing in turns."""
    with TemporaryDirectory() as temporary:
        project = Path(temporary) / "project"
        for name in ("dags", "plugins", "expectations"):
            shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        (project / "dags" / "no_op.py").write_text(NO_OP_FILE)
        scene = Scene(Layout(Path(temporary) / "var", project), STUDENTS, Narrator(Console(file=sys.stderr)))
        with fresh(scene.layout), running_stack(scene) as stack:
            school = dag_id_of(SCHOOL)
            stack.children.wait_until("the DAGs", lambda: {NO_OP, school} <= set(stack.api.dag_ids("supdata")), RUN_SECONDS)
            for dag_id in (school, NO_OP):
                stack.api.unpause(dag_id)
            run(stack, NO_OP)  # what only the first run of a scheduler pays
            first = run(stack, school)
            pairs = [(run(stack, NO_OP), run(stack, school)) for _ in range(rounds)]
    return Found(first=first, no_op=[no_op for no_op, _ in pairs], unchanged=[ours for _, ours in pairs])


def missed(found: Found) -> list[str]:
    """Return a sentence for each figure that is missed."""
    ratios = {"first": found.ratio(found.first), "unchanged": found.ratio(found.unchanged[-1])}
    named = [(kind, what, ratio) for kind, pair in ratios.items() for what, ratio in zip(("CPU", "time"), pair, strict=True)]
    return [
        f"a {kind} run takes {ratio} times the {what} of one that does nothing" for kind, what, ratio in named if ratio > MOST
    ]


def main(rounds: int) -> int:
    """Measure, print, and leave the figures; 1 when one is missed."""
    found = measure(rounds)
    FIGURES.mkdir(parents=True, exist_ok=True)
    ratios = {"first": found.ratio(found.first), "unchanged": found.ratio(found.unchanged[-1])}
    facts = {"figures": {"runs": msgspec.to_builtins(found), "ratios": ratios}, "missed": missed(found)}
    (FIGURES / "run_cost.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    Console().print_json(data=facts)
    return 1 if facts["missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
