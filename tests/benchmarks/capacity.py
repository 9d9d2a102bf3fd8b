"""How many machines the country takes: measured on whole runs, then computed: `python -m benchmarks.capacity [--quick]`.

A university of two sizes runs on a real scheduler, registry and PostgreSQL: a first load, a night on which one row in a hundred
has changed, and a night of no change. Two sizes give what a run costs whatever its size, and what each thousand enrolments add.
From these follow the cores for three million students in a window of six hours, and the registry's rate below which the window
is too short. The model is then put to the test: a larger university, and all three schools at once, predicted and measured.
Leaves var/bench/capacity.json; ends with an error when the model is wrong by more than half.
"""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import psutil
import psycopg
from rich.console import Console

from benchmarks.paths import FIGURES, PROJECT
from benchmarks.run_cost import cpu_of
from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.rounds import FINISHED, dag_id_of
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack, running_stack
from supdata.sandbox.schools.serving import EXTRACT, Folders

UNIVERSITY = "0751717J"
SCHOOLS = (UNIVERSITY, "0442953W", "0881269B")
SIZES, CHECK = (1_000, 5_000), 15_000
QUICK_SIZES, QUICK_CHECK = (200, 600), 1_000
KINDS = ("first", "changed", "unchanged")
CHANGED_SHARE = 100
RUN_SECONDS = 600.0
STUDENTS, WINDOW_SECONDS = 3_000_000, 6 * 3_600
#: A core that is planned for more than this has no room for a bad night.
BUSY = 0.7
#: How far a prediction may be from what was measured.
TOLERANCE = 0.5


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What runs took: CPU seconds of Airflow with its tasks and of PostgreSQL, new rows in both databases, registry calls.

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
    """CPU seconds of a kind of run: of any, and of each thousand enrolments more."""

    per_run: float
    per_thousand: float

    def predict(self, enrolments: Sequence[int]) -> float:
        """Return the CPU seconds of runs over so many enrolments each."""
        return round(sum(self.per_run + self.per_thousand * one / 1_000 for one in enrolments), 2)


def model_of(small: Cost, large: Cost) -> Model:
    """Return the line through two sizes."""
    slope = max(0.0, (large.all_cpu - small.all_cpu) / (large.enrolments - small.enrolments) * 1_000)
    return Model(per_run=round(max(0.0, small.all_cpu - slope * small.enrolments / 1_000), 2), per_thousand=round(slope, 2))


def machines(model: Model, calls_per_thousand: float, schools: int) -> dict[str, float]:
    """Return what the country takes when its students are spread evenly over so many schools."""
    cpu = model.predict([STUDENTS // schools] * schools)
    calls = calls_per_thousand * STUDENTS / 1_000
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
            for uai in SCHOOLS:
                stack.api.unpause(dag_id_of(uai))
            yield stack, scene


def run(stack: Stack, scene: Scene, uais: Sequence[str]) -> Cost:
    """Run schools at once and return what that took."""
    before, begun, peak = _counted(stack, scene), time.monotonic(), [0.0]
    runs = [(dag_id_of(uai), stack.api.trigger(dag_id_of(uai), {})) for uai in uais]

    def ended() -> bool:
        time.sleep(0.25)
        peak[0] = max(peak[0], _mib(stack))
        return all(stack.api.run_state(*one) in FINISHED for one in runs)

    stack.children.wait_until("the runs", ended, RUN_SECONDS)
    seconds = time.monotonic() - begun
    if states := {one: state for one in runs if (state := stack.api.run_state(*one)) != "success"}:
        raise SystemExit(f"these did not succeed: {states}")
    took = {name: value - before[name] for name, value in _counted(stack, scene).items()}
    return Cost(
        enrolments=scene.students * len(uais),
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
        "postgres": _postgres_cpu(scene),
        "ledger_rows": _rows(stack, "ledger", "supdata"),
        "airflow_rows": _rows(stack, "airflow", "public"),
        "calls": float(stack.registry.stats()["posts"]),
    }


def _postgres_cpu(scene: Scene) -> float:
    (pid_file,) = scene.layout.postgres.rglob("postmaster.pid")
    postmaster, total = psutil.Process(int(pid_file.read_text().splitlines()[0])), 0.0
    for one in (postmaster, *postmaster.children()):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:  # a connection that has just ended: the postmaster has its times
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _rows(stack: Stack, database: str, schema: str) -> float:
    """Count the rows of all tables of a schema."""
    with psycopg.connect(stack.postgres.url(database)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
        query = " UNION ALL ".join(f'SELECT count(*) FROM {schema}."{name}"' for (name,) in tables)
        return float(sum(count for (count,) in connection.execute(query.encode()).fetchall()))


def _mib(stack: Stack) -> float:
    total = 0
    for root in (psutil.Process(child.process.pid) for child in stack.children.running):
        for one in (root, *root.children(recursive=True)):
            try:
                total += one.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):  # it has just ended
                continue
    return total / 2**20


def change(scene: Scene) -> None:
    """Let one row in a hundred of the university's export have another regime; whatever bytes it holds stay."""
    file = Folders(scene.layout.schools).sftp / EXTRACT
    head, *lines = file.read_text(encoding="latin-1").splitlines()
    at = head.split(";").index("COD_RGI")
    for number in range(0, len(lines), CHANGED_SHARE):
        cells = lines[number].split(";")
        cells[at] = "2" if cells[at] == "1" else "1"
        lines[number] = ";".join(cells)
    file.write_text("\n".join([head, *lines]) + "\n", encoding="latin-1")


def nights(stack: Stack, scene: Scene) -> dict[str, Cost]:
    """Run the university three times: everybody is new, a hundredth has changed, nothing has."""
    first = run(stack, scene, [UNIVERSITY])
    change(scene)
    changed = run(stack, scene, [UNIVERSITY])
    return dict(zip(KINDS, (first, changed, run(stack, scene, [UNIVERSITY])), strict=True))


def measure(sizes: Sequence[int], check: int) -> dict[str, Any]:
    """Measure both sizes, make the model, and compare it with a larger school and with three at once."""
    costs: list[dict[str, Cost]] = []
    for students in sizes:
        with airflow_of(students) as (stack, scene):
            costs.append(nights(stack, scene))
    models = {kind: model_of(costs[0][kind], costs[1][kind]) for kind in KINDS}
    with airflow_of(check) as (stack, scene):
        large = run(stack, scene, [UNIVERSITY])
        three = run(stack, scene, SCHOOLS[1:])
    checks = {
        f"one school of {check}, first load": (models["first"].predict([check]), round(large.all_cpu, 2)),
        f"two schools of {check} at once, first load": (models["first"].predict([check] * 2), round(three.all_cpu, 2)),
    }
    return {"runs": msgspec.to_builtins(costs), "models": models, "checks": checks, "country": _country(models, costs[1])}


def _country(models: dict[str, Model], large: dict[str, Cost]) -> dict[str, Any]:
    calls = {kind: cost.registry_calls / cost.enrolments * 1_000 for kind, cost in large.items()}
    return {kind: [machines(models[kind], calls[kind], schools) for schools in (300, 3_000)] for kind in KINDS}


def missed(checks: dict[str, tuple[float, float]]) -> list[str]:
    """Return a sentence for each prediction that was far from what was measured."""
    return [
        f"{what}: {measured} CPU seconds, predicted {predicted}"
        for what, (predicted, measured) in checks.items()
        if not (1 - TOLERANCE) * measured <= predicted <= (1 + TOLERANCE) * measured
    ]


def main(*, quick: bool) -> int:
    """Measure, print, and leave the figures; 1 when the model is wrong."""
    begun = time.monotonic()
    found = measure(QUICK_SIZES, QUICK_CHECK) if quick else measure(SIZES, CHECK)
    facts = {"figures": found | {"seconds": round(time.monotonic() - begun), "quick": quick}, "missed": missed(found["checks"])}
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "capacity.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    Console().print_json(msgspec.json.encode(facts).decode())
    return 1 if facts["missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main(quick="--quick" in sys.argv))
