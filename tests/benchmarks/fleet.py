"""A thousand schools: what Airflow's parsing of them costs, beside a plain loop and dag-factory: `python -m benchmarks.fleet`.

Each parse is cold, in a process of its own (see `fleet_parse`), in turns, and the median of the rounds counts: the product's
DAGs, a plain loop over as many DAGs of as many tasks that do nothing, a loop over DAGs of one task, and dag-factory's YAML of
the former. A task start parses the file too, for one DAG: among ten schools and among a thousand. Then a real Airflow holds the
thousand for a while, for the share of a core that its DAG processor takes when nothing happens, and how soon it sees a school
added, changed and removed. Leaves var/bench/fleet.json; ends with an error when a figure of the project is missed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress

from benchmarks.fleet_contenders import CONTENDERS, DAG_FACTORY_FOLDER, QUIET, fetch_dag_factory, uais, write_ours
from benchmarks.fleet_parse import Parsed
from benchmarks.fleet_watching import Watched, watch
from benchmarks.paths import FIGURES, PROJECT
from supdata.config.hours import minute_of, minutes_in

SCHOOLS, FEW = 1_000, 10
ROUNDS = 5
#: The window over which the schools' runs are spread: each has the minute that its UAI gives, as if drawn.
HOURS = "01:00-05:00"
TESTS = Path(__file__).parents[1]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds: of each contender's parse, and of a task start among `FEW` schools and among `SCHOOLS`, by round."""

    absent: list[str]
    parses: dict[str, list[Parsed]]
    starts: dict[int, list[float]]
    watched: Watched | None

    def ratio(self, name: str, of: str) -> float | None:
        """Return one contender's CPU over another's; each pair is of one round."""
        pairs = zip(self.parses.get(name, ()), self.parses.get(of, ()), strict=False)
        found = [one.cpu_seconds / other.cpu_seconds for one, other in pairs]
        return round(median(found), 2) if found else None

    def start_ratio(self) -> float:
        """Return what a task start costs among many schools over what it costs among few."""
        return round(median(self.starts[SCHOOLS]) / median(self.starts[FEW]), 2)


def parse(file: Path, home: Path, dag_id: str = "") -> Parsed:
    """Parse a DAG file in a process of its own."""
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        **QUIET,
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(DAG_FACTORY_FOLDER)]),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",  # at its 30 s, dag-factory's thousand schools may not be seen at all
    }
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.fleet_parse", str(file), *([dag_id] if dag_id else [])]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{file}: {done.stderr[-2000:]}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Parsed)


def measure(folder: Path, rounds: int, absent: list[str], watched: Watched | None) -> Found:
    """Write all fleets, and parse them in turns."""
    files = {name: write(folder / name.replace(" ", "_"), SCHOOLS) for name, (write, _) in CONTENDERS.items()}
    files = {name: file for name, file in files.items() if not (absent and name == "dag-factory")}
    among = {FEW: write_ours(folder / "few", FEW), SCHOOLS: files["supdata"]}
    dag_id = f"supdata_{uais(1)[0].lower()}"
    parses: dict[str, list[Parsed]] = {name: [] for name in files}
    starts: dict[int, list[float]] = {count: [] for count in among}
    parse(among[FEW], folder / "home")  # byte code is compiled once, whoever comes first
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("parses", total=rounds * (len(files) + 2 * len(among)))
        for _ in range(rounds):
            for name, file in files.items():
                parses[name].append(parse(file, folder / "home"))
                progress.advance(task)
            for count, file in [*among.items(), *reversed(among.items())]:
                starts[count].append(parse(file, folder / "home", dag_id).cpu_seconds)
                progress.advance(task)
    return Found(absent=absent, parses=parses, starts=starts, watched=watched)


def missed(found: Found) -> Iterator[str]:
    """Yield a sentence for each figure that is missed."""
    counted = {name: (all_of[0].dags, all_of[0].tasks) for name, all_of in found.parses.items()}
    for name, (_, tasks) in CONTENDERS.items():
        if name in counted and counted[name] != (SCHOOLS, SCHOOLS * tasks):
            yield f"{name} made {counted[name]} DAGs and tasks"
    if (loop := found.ratio("supdata", "loop")) is not None and loop > 1.5:
        yield f"a parse takes {loop} times a plain loop's, not at most 1.5"
    if (factory := found.ratio("dag-factory", "supdata")) is not None and factory < 3:
        yield f"dag-factory takes {factory} times as long, not at least 3"
    if found.start_ratio() > 1.1:
        yield f"a task start among {SCHOOLS} schools takes {found.start_ratio()} times one among {FEW}, not at most 1.1"
    if found.watched is not None:
        yield from found.watched.missed()


def spread() -> dict[str, float]:
    """Return how many schools the fullest minute of the window has, and how many it would have if all were even.

    A school's minute is its own whoever comes or goes: one that moved would run twice in a night. So some minutes have more
    than their share, as many as chance gives; a bound on that would have to move schools.
    """
    found = Counter(minute_of(uai, HOURS) for uai in uais(SCHOOLS))
    return {"fullest_minute": max(found.values()), "even": round(SCHOOLS / len(minutes_in(HOURS)), 2)}


def figures(found: Found) -> dict[str, Any]:
    """Return the figures that count."""
    return {
        "parse_cpu_seconds": {
            name: round(median(one.cpu_seconds for one in all_of), 2) for name, all_of in found.parses.items()
        },
        "over_loop_of_as_many_tasks": found.ratio("supdata", "loop"),
        "over_loop_of_one_task": found.ratio("supdata", "loop of one task"),
        "dag_factory_over_ours": found.ratio("dag-factory", "supdata"),
        "task_start_cpu_seconds": {str(count): round(median(all_of), 4) for count, all_of in found.starts.items()},
        "task_start_among_1000_over_10": found.start_ratio(),
        "spread": spread(),
        "watched": None if found.watched is None else msgspec.to_builtins(found.watched),
        "absent": found.absent,
    }


def main(rounds: int) -> int:
    """Measure, print, and leave the figures; 1 when one is missed."""
    begun = time.monotonic()
    absent = [one] if (one := fetch_dag_factory()) else []
    with TemporaryDirectory() as temporary:
        project = Path(temporary) / "project"
        for name in ("dags", "plugins", "expectations"):
            shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        write_ours(Path(temporary) / "more", SCHOOLS)
        watched = watch(project, Path(temporary) / "more" / "institutions", Path(temporary) / "var")
        found = measure(Path(temporary) / "parses", rounds, absent, watched)
    faults = list(missed(found))
    facts = {"figures": figures(found) | {"seconds": round(time.monotonic() - begun)}, "missed": faults}
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "fleet.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    Console().print_json(data=facts)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
