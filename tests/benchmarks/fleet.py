"""A thousand schools: what Airflow's parsing of them costs, beside a plain loop and dag-factory: `python -m benchmarks.fleet`.

Its pieces are `parse`, `start` and `watch`: `--only parse` is that alone. `--quick` is one round, and a short interval.

Each parse is cold, in a process of its own (see `fleet_parse`), in turns, and the median of the rounds counts: the product's
DAGs, a plain loop over as many DAGs of as many tasks that do nothing, a loop over DAGs of one task, and dag-factory's YAML of
the former. A task start parses the file too, for one DAG: among ten schools and among a thousand. Then a real Airflow holds the
thousand for a while, for the share of a core that its DAG processor takes when nothing happens, and how soon it sees a school
added, changed and removed. A whole run leaves var/bench/fleet.json. Ends with an error when a figure of the project is missed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress

from benchmarks.fleet_contenders import CONTENDERS, DAG_FACTORY_FOLDER, QUIET, fetch_dag_factory, uais, write_ours
from benchmarks.fleet_parse import Parsed
from benchmarks.fleet_watching import PARSE_INTERVAL, Watched, watch
from benchmarks.paths import FIGURES, PROJECT
from supdata.config.hours import minute_of, minutes_in

SCHOOLS, FEW = 1_000, 10
ROUNDS = 5
PIECES = ("parse", "start", "watch")
#: An interval that shows how a parse is asked for, not what a thousand schools at rest take.
QUICK_INTERVAL = 60
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

    def start_ratio(self) -> float | None:
        """Return what a task start costs among many schools over what it costs among few, each at its least.

        A start takes a tenth of a second, nearly all of it imports: what it takes more at times is the machine's.
        """
        return round(min(self.starts[SCHOOLS]) / min(self.starts[FEW]), 2) if self.starts else None


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


def measure(folder: Path, rounds: int, absent: list[str], pieces: Collection[str]) -> Found:
    """Write all fleets, and parse them in turns."""
    files = {name: write(folder / name.replace(" ", "_"), SCHOOLS) for name, (write, _) in CONTENDERS.items()}
    among = {FEW: write_ours(folder / "few", FEW), SCHOOLS: files["supdata"]} if "start" in pieces else {}
    files = {name: file for name, file in files.items() if "parse" in pieces and not (absent and name == "dag-factory")}
    dag_id = f"supdata_{uais(1)[0].lower()}"
    parses: dict[str, list[Parsed]] = {name: [] for name in files}
    starts: dict[int, list[float]] = {count: [] for count in among}
    parse(write_ours(folder / "first", FEW), folder / "home")  # byte code is compiled once, whoever comes first
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("parses", total=rounds * (len(files) + 2 * len(among)))
        for _ in range(rounds):
            for name, file in files.items():
                parses[name].append(parse(file, folder / "home"))
                progress.advance(task)
            for count, file in [*among.items(), *reversed(among.items())]:
                starts[count].append(parse(file, folder / "home", dag_id).cpu_seconds)
                progress.advance(task)
    return Found(absent=absent, parses=parses, starts=starts, watched=None)


def watched_in(folder: Path, interval: int) -> Watched:
    """Watch an Airflow on a copy of the project that has the made schools too."""
    for name in ("dags", "plugins", "expectations"):
        shutil.copytree(PROJECT / name, folder / "project" / name, ignore=shutil.ignore_patterns("__pycache__"))
    write_ours(folder / "more", SCHOOLS)
    return watch(folder / "project", folder / "more" / "institutions", folder / "var", interval)


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
    if (start := found.start_ratio()) is not None and start > 1.1:
        yield f"a task start among {SCHOOLS} schools takes {start} times one among {FEW}, not at most 1.1"
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
        "task_start_cpu_seconds": {str(count): round(min(all_of), 4) for count, all_of in found.starts.items()},
        "task_start_among_1000_over_10": found.start_ratio(),
        "spread": spread(),
        "watched": None if found.watched is None else msgspec.to_builtins(found.watched),
        "absent": found.absent,
    }


def main(arguments: argparse.Namespace) -> int:
    """Measure, print, and leave the figures when they are all; 1 when one is missed."""
    begun = time.monotonic()
    pieces = arguments.only or PIECES
    absent = [one] if "parse" in pieces and (one := fetch_dag_factory()) else []
    with TemporaryDirectory() as temporary:
        rounds = arguments.rounds or (1 if arguments.quick else ROUNDS)
        found = measure(Path(temporary) / "parses", rounds, absent, pieces)
        if "watch" in pieces:
            interval = QUICK_INTERVAL if arguments.quick else PARSE_INTERVAL
            found = msgspec.structs.replace(found, watched=watched_in(Path(temporary), interval))
    faults = list(missed(found))
    facts = {"figures": figures(found) | {"seconds": round(time.monotonic() - begun)}, "missed": faults}
    if not arguments.quick and set(pieces) == set(PIECES):
        FIGURES.mkdir(parents=True, exist_ok=True)
        (FIGURES / "fleet.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    Console().print_json(data=facts)
    return 1 if faults else 0


def read_arguments(given: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet")
    parser.add_argument("--only", action="append", choices=PIECES, help="what to measure, all of it unless named")
    parser.add_argument("--rounds", type=int, default=0, help=f"how often each is parsed ({ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="one round, and a short interval: to see that it works")
    return parser.parse_args(given)


if __name__ == "__main__":
    raise SystemExit(main(read_arguments(sys.argv[1:])))
