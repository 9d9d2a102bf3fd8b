"""A real Airflow that holds a thousand schools: its DAG processor at rest, and how soon it sees what changes in the folder."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
from rich.console import Console

from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack, running_stack
from supdata.errors import CallUs

#: What the README says for a thousand schools: all of them are parsed again so many seconds later, changed or not.
PARSE_INTERVAL = 300
#: Airflow's own: a DAG is taken away when a parse did not make it that ended so many seconds after the last that did.
STALE = 50
#: A processor whose last parse was so long ago has nothing under way.
QUIET = 45.0
SEEN_SECONDS = 600.0
#: A number that no made school has.
UAI, MODEL = "0332870R", "0751717J"


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until a change in the folder showed in Airflow, from the moment the file was saved.

    At rest, over one whole interval and the parse in it, the DAG processor takes so many CPU seconds, so much of a core.
    """

    schools: int
    parse_interval: int
    core_share_at_rest: float
    cpu_seconds_an_interval: float
    added: float
    changed: float
    removed: float

    def missed(self) -> Iterator[str]:
        """Yield a sentence for each change that was seen too late."""
        for name, seconds in (("added", self.added), ("changed", self.changed), ("removed", self.removed)):
            if seconds > self.parse_interval:
                yield f"a school that was {name} was seen after {seconds} s, not within {self.parse_interval} s"


def watch(project: Path, more: Path, var: Path, interval: int = PARSE_INTERVAL) -> Watched:
    """Run an Airflow on the project's schools and `more`; see its DAG processor rest; add, rename, remove one."""
    institutions = project / "dags" / "institutions"
    scene = Scene(Layout(var, project), 10, Narrator(Console(file=sys.stderr)))
    with fresh(scene.layout), running_stack(scene, settings(interval)) as stack:
        shutil.copytree(more, institutions, dirs_exist_ok=True)
        schools = len(list(institutions.glob("*.yaml")))
        _until(lambda: _dags(stack, "supdata") >= schools)
        share, cpu_seconds = _rest(stack)
        text = (institutions / f"{MODEL}.yaml").read_text(encoding="utf-8").replace(MODEL, UAI)
        file, dag_id = institutions / f"{UAI}.yaml", f"supdata_{UAI.lower()}"
        file.write_text(text, encoding="utf-8")
        added = _until(lambda: _dags(stack, UAI) == 1)
        file.write_text(text.replace("name: ", "name: Nouvelle "), encoding="utf-8")
        changed = _until(lambda: "Nouvelle" in str(_dag(stack, dag_id)["dag_display_name"]))
        time.sleep(STALE)  # one that goes within this of its last parse is taken away only by the parse after the next
        file.unlink()
        removed = _until(lambda: _dags(stack, UAI) == 0)
    return Watched(
        schools=schools,
        parse_interval=interval,
        core_share_at_rest=share,
        cpu_seconds_an_interval=cpu_seconds,
        added=added,
        changed=changed,
        removed=removed,
    )


def settings(interval: int) -> dict[str, str]:
    """Return Airflow's settings: times of the clock are longer than its own, since a machine may have other things to do."""
    return {
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
        "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "180",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": str(interval),
    }


def _dag(stack: Stack, dag_id: str) -> dict[str, Any]:
    return stack.api.call("GET", f"/api/v2/dags/{dag_id}")


def _dags(stack: Stack, tag: str) -> int:
    return int(stack.api.call("GET", f"/api/v2/dags?limit=1&tags={tag}")["total_entries"])


def _rest(stack: Stack) -> tuple[float, float]:
    """Return the share of a core, and the CPU seconds, of an interval and its parse: from a quiet moment to the next such."""
    (child,) = [one for one in stack.children.running if one.name == "dag-processor"]
    parsed = _quiet(stack)
    before, begun = _cpu(child.process.pid), time.monotonic()
    _until(lambda: _parsed(stack) != parsed)
    _quiet(stack)
    taken, passed = _cpu(child.process.pid) - before, time.monotonic() - begun
    return round(taken / passed, 3), round(taken, 1)


def _quiet(stack: Stack) -> str:
    """Wait until the last parse of the schools is long past, and return when it was."""
    parsed, since = _parsed(stack), time.monotonic()
    while time.monotonic() - since < QUIET:
        time.sleep(1)
        if (now := _parsed(stack)) != parsed:
            parsed, since = now, time.monotonic()
    return parsed


def _parsed(stack: Stack) -> str:
    return str(_dag(stack, f"supdata_{MODEL.lower()}")["last_parsed_time"])


def _cpu(pid: int) -> float:
    root, total = psutil.Process(pid), 0.0
    for one in (root, *root.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:  # a parse that has just ended: its parent has its times
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _until(seen: Callable[[], bool]) -> float:
    begun = time.monotonic()
    while not seen():
        if time.monotonic() - begun > SEEN_SECONDS:
            raise CallUs("Watching the DAG processor", f"no change within {SEEN_SECONDS:.0f} s", "See its log.")
        time.sleep(1)
    return round(time.monotonic() - begun, 1)
