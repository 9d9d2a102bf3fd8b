"""A real Airflow that holds a thousand schools: its DAG processor at rest, and how soon it sees what changes in the folder."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
from rich.console import Console

from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack, running_stack
from supdata.errors import CallUs

#: Airflow's default: a file that was parsed is parsed again so many seconds later, whether it has changed or not.
PARSE_INTERVAL = 30
#: A DAG that its file no longer makes is taken away when it was not seen for so long, which is looked for so often.
STALE, CLEAN_UP = 15, 5
SETTINGS = {
    # Airflow's 30 and 50 s are of the clock: on a machine that has other things to do, a thousand schools may take longer.
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "180",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": str(PARSE_INTERVAL),
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": str(STALE),
    "AIRFLOW__SCHEDULER__PARSING_CLEANUP_INTERVAL": str(CLEAN_UP),
    "AIRFLOW__DAG_PROCESSOR__PARSING_CLEANUP_INTERVAL": str(CLEAN_UP),
}
REST_SECONDS = 90.0
SEEN_SECONDS = 600.0
#: A number that no made school has.
UAI, MODEL = "0332870R", "0751717J"


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until a change in the folder showed in Airflow, and the share of a core that the DAG processor takes at rest."""

    schools: int
    parse_interval: int
    core_share_at_rest: float
    added: float
    changed: float
    removed: float

    def missed(self) -> Iterator[str]:
        """Yield a sentence for each change that was seen too late: an interval, and the time a parse itself takes."""
        for name, seconds, extra in (("added", self.added, 0), ("changed", self.changed, 0), ("removed", self.removed, STALE)):
            if seconds > 2 * self.parse_interval + extra:
                yield f"a school that was {name} was seen after {seconds} s"


def watch(project: Path, more: Path, var: Path) -> Watched:
    """Run an Airflow on the project's schools and `more`; see its DAG processor rest; add, rename, remove one."""
    institutions = project / "dags" / "institutions"
    scene = Scene(Layout(var, project), 10, Narrator(Console(file=sys.stderr)))
    with fresh(scene.layout), running_stack(scene, SETTINGS) as stack:
        shutil.copytree(more, institutions, dirs_exist_ok=True)
        schools = len(list(institutions.glob("*.yaml")))
        _until(stack, lambda: _dags(stack, "supdata") >= schools)
        share = _share(stack)
        text = (institutions / f"{MODEL}.yaml").read_text(encoding="utf-8").replace(MODEL, UAI)
        file, dag_id = institutions / f"{UAI}.yaml", f"supdata_{UAI.lower()}"
        file.write_text(text, encoding="utf-8")
        added = _until(stack, lambda: _dags(stack, UAI) == 1)
        file.write_text(text.replace("name: ", "name: Nouvelle "), encoding="utf-8")
        changed = _until(stack, lambda: "Nouvelle" in str(stack.api.call("GET", f"/api/v2/dags/{dag_id}")["dag_display_name"]))
        file.unlink()
        removed = _until(stack, lambda: _dags(stack, UAI) == 0)
    return Watched(
        schools=schools, parse_interval=PARSE_INTERVAL, core_share_at_rest=share, added=added, changed=changed, removed=removed
    )


def _dags(stack: Stack, tag: str) -> int:
    return int(stack.api.call("GET", f"/api/v2/dags?limit=1&tags={tag}")["total_entries"])


def _share(stack: Stack) -> float:
    (child,) = [one for one in stack.children.running if one.name == "dag-processor"]
    before, begun = _cpu(child.process.pid), time.monotonic()
    time.sleep(REST_SECONDS)
    return round((_cpu(child.process.pid) - before) / (time.monotonic() - begun), 3)


def _cpu(pid: int) -> float:
    root, total = psutil.Process(pid), 0.0
    for one in (root, *root.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:  # a parse that has just ended: its parent has its times
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _until(stack: Stack, seen: Callable[[], bool]) -> float:
    begun = time.monotonic()
    while not seen():
        if time.monotonic() - begun > SEEN_SECONDS:
            raise CallUs("Watching the DAG processor", f"no change within {SEEN_SECONDS:.0f} s", "See its log.")
        time.sleep(1)
    return round(time.monotonic() - begun, 1)
