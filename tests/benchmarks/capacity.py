"""How many machines the country takes, measured, computed and tried: `python -m benchmarks.capacity [--quick]`.

On a real Airflow a university of a thousand students has three nights: a first load, a night on which one row in a hundred has
changed, and one of no change. Without Airflow (see `simulated`) the same nights are measured for schools of two sizes, which
gives what the stages take for any run, and for each thousand enrolments more; what the whole run took beyond its stages is
Airflow's own share. From these follow the cores for three million students in a window of six hours, and the registry's rate
below which the window is too short. Then the stages' model is put to the test by three hundred schools of a thousand, and by
one school of three hundred thousand. Leaves var/bench/capacity.json; ends with an error when it is off by more than half.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import psutil
from rich.console import Console

from benchmarks.paths import FIGURES, PROJECT
from benchmarks.run_cost import cpu_of, forget
from benchmarks.simulated import Night, change, postgres_cpu, rows_of, simulation
from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.rounds import FINISHED, dag_id_of
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack, running_stack
from supdata.plan.planning import MOST_CHUNKS
from supdata.sandbox.schools.serving import EXTRACT, Folders

UNIVERSITY = "0751717J"
KINDS = ("first", "changed", "unchanged")
RUN_SECONDS = 600.0
STUDENTS, WINDOW_SECONDS = 3_000_000, 6 * 3_600
#: What stages a run has beside its pushes, and how many records a push task has by default.
TASKS, CHUNK = 9, 1_000
#: A core that is planned for more than this has no room for a bad night.
BUSY = 0.7
#: How far a prediction may be from what was measured.
TOLERANCE = 0.5
#: Schools of each size that the model is made of: their mean counts, since one night alone is off by a fifth at times, and the
#: line through two sizes goes on to thirty times the larger one.
SMALL_ONES, LARGE_ONES = 8, 4


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """Students of the two schools the model is made of; how many schools of how many try it, and the largest one."""

    small: int
    large: int
    schools: int
    students: int
    largest: int


WHOLE = Sizes(small=1_000, large=10_000, schools=300, students=1_000, largest=300_000)
QUICK = Sizes(small=200, large=1_000, schools=4, students=200, largest=2_000)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole run took: CPU seconds of Airflow with its tasks and of PostgreSQL, new rows in both, registry calls.

    `seconds` is the wall clock; `peak_mib` the memory of Airflow's processes at most, pages they share counted once.
    """

    enrolments: int
    cpu_seconds: float
    postgres_cpu_seconds: float
    seconds: float
    peak_mib: float
    ledger_rows: int
    airflow_rows: int
    registry_calls: int

    @property
    def all_cpu(self) -> float:
        """The CPU seconds of all that is ours to run."""
        return self.cpu_seconds + self.postgres_cpu_seconds


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds of a kind of run: of the stages of any, of each thousand enrolments more, and of Airflow for each task.

    `leaving` is the share of the enrolments that is sent.
    """

    per_run: float
    per_thousand: float
    airflow_per_task: float = 0.0
    leaving: float = 0.0

    def stages(self, enrolments: Sequence[int]) -> float:
        """Return the CPU seconds of the stages of runs over so many enrolments each."""
        return round(sum(self.per_run + self.per_thousand * one / 1_000 for one in enrolments), 2)

    def whole(self, enrolments: Sequence[int]) -> float:
        """Return the same with Airflow's share: its push tasks have a thousand records each, and are a hundred at most."""
        chunks = (min(MOST_CHUNKS, -(-round(one * self.leaving) // CHUNK)) for one in enrolments)
        return round(self.stages(enrolments) + self.airflow_per_task * sum(TASKS + one for one in chunks), 2)


def model_of(small: Night, large: Night, whole: Cost | None = None) -> Model:
    """Return the line through two sizes; what `whole`, a run of the small size, took beyond it is Airflow's."""
    cpu = [one.all_cpu / one.schools for one in (small, large)]
    size = [one.enrolments / one.schools for one in (small, large)]
    slope = max(0.0, (cpu[1] - cpu[0]) / (size[1] - size[0]) * 1_000)
    leaving = small.registry_calls / small.enrolments
    tasks = TASKS + -(-round(size[0] * leaving) // CHUNK)
    return Model(
        per_run=round(max(0.0, cpu[0] - slope * size[0] / 1_000), 3),
        per_thousand=round(slope, 3),
        airflow_per_task=0.0 if whole is None else round(max(0.0, whole.all_cpu - cpu[0]) / tasks, 3),
        leaving=round(leaving, 4),
    )


def machines(model: Model, schools: int) -> dict[str, float]:
    """Return what the country takes when its students are spread evenly over so many schools."""
    cpu = model.whole([STUDENTS // schools] * schools)
    calls = model.leaving * STUDENTS
    return {
        "schools": schools,
        "cpu_hours": round(cpu / 3_600, 2),
        "cores": round(cpu / (WINDOW_SECONDS * BUSY), 2),
        "registry_calls": round(calls),
        "registry_calls_per_second_at_least": round(calls / WINDOW_SECONDS, 1),
    }


@contextmanager
def airflow_of(students: int) -> Iterator[tuple[Stack, Scene]]:
    """Run three schools of so many students each, with everything they need."""
    with TemporaryDirectory() as temporary:
        project = Path(temporary) / "project"
        for name in ("dags", "plugins", "expectations"):
            shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        scene = Scene(Layout(Path(temporary) / "var", project), students, Narrator(Console(file=sys.stderr)))
        with fresh(scene.layout), running_stack(scene) as stack:
            stack.api.unpause(dag_id_of(UNIVERSITY))
            yield stack, scene


def run(stack: Stack, scene: Scene) -> Cost:
    """Run the university and return what that took."""
    before, begun, peak = _counted(stack, scene), time.monotonic(), [0.0]
    dag_id = dag_id_of(UNIVERSITY)
    run_id = stack.api.trigger(dag_id, {})

    def ended() -> bool:
        time.sleep(0.5)
        peak[0] = max(peak[0], _mib(stack))
        return stack.api.run_state(dag_id, run_id) in FINISHED

    stack.children.wait_until("the run", ended, RUN_SECONDS)
    seconds = time.monotonic() - begun
    if (state := stack.api.run_state(dag_id, run_id)) != "success":
        raise SystemExit(f"{dag_id} ended as {state}")
    took = {name: value - before[name] for name, value in _counted(stack, scene).items()}
    return Cost(
        enrolments=scene.students,
        cpu_seconds=round(took["cpu"], 2),
        postgres_cpu_seconds=round(took["postgres"], 2),
        seconds=round(seconds, 1),
        peak_mib=round(peak[0]),
        ledger_rows=round(took["ledger_rows"]),
        airflow_rows=round(took["airflow_rows"]),
        registry_calls=round(took["calls"]),
    )


def _counted(stack: Stack, scene: Scene) -> dict[str, float]:
    return {
        "cpu": cpu_of(stack),
        "postgres": postgres_cpu(scene.layout.postgres),
        "ledger_rows": rows_of(stack.postgres.url("ledger"), "supdata"),
        "airflow_rows": rows_of(stack.postgres.url("airflow"), "public"),
        "calls": float(stack.registry.stats()["posts"]),
    }


def _mib(stack: Stack) -> float:
    total = 0
    for root in (psutil.Process(child.process.pid) for child in stack.children.running):
        for one in (root, *root.children(recursive=True)):
            try:
                total += one.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):  # it has just ended
                continue
    return total / 2**20


def whole_nights(students: int) -> dict[str, Cost]:
    """Run the university on Airflow: once to warm up, then with an empty ledger, after changes, and after none."""
    with airflow_of(students) as (stack, scene):
        export = Folders(scene.layout.schools).sftp / EXTRACT
        evening = time.time() - 6 * 3_600  # of an export of the last minutes, the size is looked at twice
        os.utime(export, (evening, evening))
        run(stack, scene)  # what only the first run of a scheduler pays
        forget(stack)
        first = run(stack, scene)
        change(export)
        changed = run(stack, scene)
        return dict(zip(KINDS, (first, changed, run(stack, scene)), strict=True))


def nights(schools: int, students: int, kinds: Sequence[str] = KINDS) -> dict[str, Night]:
    """Let schools have the nights of these kinds, in their order, without Airflow."""
    found: dict[str, Night] = {}
    with simulation(schools, students) as playing:
        for kind in kinds:
            if kind == "changed":
                playing.change()
            found[kind] = playing.night()
    return found


def measure(sizes: Sizes) -> dict[str, Any]:
    """Measure whole runs and both sizes, make the model, and put it to the test."""
    whole = whole_nights(sizes.small)
    small, large = nights(SMALL_ONES, sizes.small), nights(LARGE_ONES, sizes.large)
    models = {kind: model_of(small[kind], large[kind], whole[kind]) for kind in KINDS}
    many = nights(sizes.schools, sizes.students, KINDS[:1])
    largest = nights(1, sizes.largest)
    checks = {
        **{f"{sizes.schools} schools of {sizes.students}, {kind}": _check(models[kind], one) for kind, one in many.items()},
        **{f"one school of {sizes.largest}, {kind}": _check(models[kind], one) for kind, one in largest.items()},
    }
    return {
        "whole_runs": msgspec.to_builtins(whole),
        "stages_alone": msgspec.to_builtins({"small": small, "large": large, "many": many, "largest": largest}),
        "models": msgspec.to_builtins(models),
        "checks": checks,
        "country": {kind: [machines(models[kind], schools) for schools in (300, 3_000)] for kind in KINDS},
    }


def _check(model: Model, night: Night) -> tuple[float, float]:
    """Return the CPU seconds of a night's stages as predicted and as measured."""
    return model.stages([night.enrolments // night.schools] * night.schools), round(night.all_cpu, 2)


def missed(checks: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return a sentence for each prediction that was far from what was measured."""
    return [
        f"{what}: {measured} CPU seconds, predicted {predicted}"
        for what, (predicted, measured) in checks.items()
        if not (1 - TOLERANCE) * measured <= predicted <= (1 + TOLERANCE) * measured
    ]


def main(*, quick: bool) -> int:
    """Measure, print, and leave the figures; 1 when the model is wrong."""
    begun = time.monotonic()
    found = measure(QUICK if quick else WHOLE)
    facts = {"figures": found | {"seconds": round(time.monotonic() - begun), "quick": quick}, "missed": missed(found["checks"])}
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "capacity.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    Console().print_json(msgspec.json.encode(facts).decode())
    return 1 if facts["missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main(quick="--quick" in sys.argv))
