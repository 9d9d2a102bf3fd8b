"""What a school's run costs beside Airflow's own cost: `python -m benchmarks.run_cost [ROUNDS]`, some minutes.

On one real scheduler (LocalExecutor, embedded PostgreSQL), in turns: a run of a university of a thousand students, and a run of
a DAG of the same shape whose tasks do nothing. Counted are the CPU seconds of all of Airflow's processes, the workers' tasks
included, and the wall clock. In each round the school is run twice: once with a ledger that knows nobody, so that everybody is
declared, and once more, which finds nothing changed. The export is of the evening before, as at night: one of the last minutes
is looked at twice, five seconds apart, which is a wait and no cost. Then fifty schools are validated in a row by one worker.
"""

import os
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
import psutil
import psycopg
from rich.console import Console

from benchmarks.in_a_row import in_a_row
from benchmarks.paths import FIGURES, PROJECT
from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.rounds import FINISHED, dag_id_of
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack, running_stack
from supdata.sandbox.schools.serving import EXTRACT, Folders

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
    """All runs, a round after the other: those of the school that declare a thousand, and that find nothing changed."""

    no_op: list[Run]
    first: list[Run]
    unchanged: list[Run]

    def ratios(self) -> dict[str, tuple[float, float]]:
        """Return the median CPU and wall clock of each kind over those of the runs that do nothing."""
        cpu, wall = _medians(self.no_op)
        return {
            kind: (round(runs_cpu / cpu, 2), round(runs_wall / wall, 2))
            for kind, (runs_cpu, runs_wall) in (("first", _medians(self.first)), ("unchanged", _medians(self.unchanged)))
        }


def _medians(runs: list[Run]) -> tuple[float, float]:
    return median(one.cpu_seconds for one in runs), median(one.seconds for one in runs)


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


def forget(stack: Stack) -> None:
    """Empty the ledger, so that the next run declares everybody."""
    with psycopg.connect(stack.postgres.url("ledger")) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'supdata' AND tablename NOT LIKE '%version%'"
        for (name,) in connection.execute(query).fetchall():
            connection.execute(f'TRUNCATE supdata."{name}" CASCADE'.encode())


def measure(rounds: int) -> Found:
    """Start everything, and run the DAG that does nothing and the school in turns."""
    with TemporaryDirectory() as temporary:
        project = Path(temporary) / "project"
        for name in ("dags", "plugins", "expectations"):
            shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        (project / "dags" / "no_op.py").write_text(NO_OP_FILE)
        scene = Scene(Layout(Path(temporary) / "var", project), STUDENTS, Narrator(Console(file=sys.stderr)))
        with fresh(scene.layout), running_stack(scene) as stack:
            evening = time.time() - 6 * 3_600
            os.utime(Folders(scene.layout.schools).sftp / EXTRACT, (evening, evening))
            school = dag_id_of(SCHOOL)
            stack.children.wait_until("the DAGs", lambda: {NO_OP, school} <= set(stack.api.dag_ids("supdata")), RUN_SECONDS)
            for dag_id in (school, NO_OP):
                stack.api.unpause(dag_id)
                run(stack, dag_id)  # what only the first run of a scheduler pays
            return _in_turns(stack, school, rounds)


def _in_turns(stack: Stack, school: str, rounds: int) -> Found:
    found = Found(no_op=[], first=[], unchanged=[])
    for _ in range(rounds):
        found.no_op.append(run(stack, NO_OP))
        forget(stack)
        found.first.append(run(stack, school))
        found.unchanged.append(run(stack, school))
    return found


def missed(ratios: dict[str, tuple[float, float]]) -> list[str]:
    """Return a sentence for each figure that is missed."""
    named = [(kind, what, ratio) for kind, pair in ratios.items() for what, ratio in zip(("CPU", "time"), pair, strict=True)]
    return [
        f"the {kind} run takes {ratio} times the {what} of one that does nothing" for kind, what, ratio in named if ratio > MOST
    ]


def main(rounds: int) -> int:
    """Measure, print, and leave the figures; 1 when one is missed."""
    found, row = measure(rounds), in_a_row()
    ratios = found.ratios()
    figures = {"runs": msgspec.to_builtins(found), "ratios": ratios, "in_a_row": msgspec.to_builtins(row)}
    facts = {"figures": figures, "missed": [*missed(ratios), *row.missed()]}
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "run_cost.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    Console().print_json(data=facts)
    return 1 if facts["missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
