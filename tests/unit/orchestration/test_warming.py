"""What each component of Airflow imports before it forks: what its forks need, and nothing where it has none."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from supdata.orchestration import celery_worker, warming

HEAVY = ("great_expectations", "supdata.orchestration.extraction", "supdata.orchestration.building")


def loaded(command: str, executor: str) -> list[str]:
    """Return which of the heavy modules a component has loaded when it may fork: in a process of its own."""
    program = (
        "import sys\n"
        "from supdata.orchestration.warming import warm_by_role\n"
        f"warm_by_role(['airflow', {command!r}], {executor!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return [name for name in HEAVY if repr(name) in done.stdout.splitlines()[-1]]


def test_a_scheduler_whose_workers_are_its_forks_has_all_that_a_task_imports() -> None:
    assert loaded("scheduler", "LocalExecutor") == list(HEAVY)


def test_the_dag_processor_has_what_a_parse_imports_and_no_more() -> None:
    assert loaded("dag-processor", "LocalExecutor") == ["supdata.orchestration.building"]


@pytest.mark.parametrize(
    ("command", "executor"), [("scheduler", "CeleryExecutor"), ("triggerer", "LocalExecutor"), ("api-server", "LocalExecutor")]
)
def test_a_component_that_forks_no_task_imports_nothing(command: str, executor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "import_module", pytest.fail)
    warming.warm_by_role(["airflow", command], executor)


@pytest.mark.parametrize(
    ("command", "ready"),
    [("airflow celery worker --pid x", True), ("celery --app a inspect ping", False), ("airflow celery flower", False)],
)
def test_of_all_that_reads_celery_s_imports_only_a_worker_makes_ready(command: str, ready: bool) -> None:
    assert celery_worker.is_worker(command.split()) is ready


def test_a_celery_worker_has_great_expectations_before_it_forks_and_what_it_read_too() -> None:
    program = (
        "import sys\n"
        "sys.argv = ['airflow', 'celery', 'worker']\n"
        "import supdata.orchestration.celery_worker\n"
        "from supdata.records.commune import load_communes\n"
        "print('great_expectations' in sys.modules, load_communes.cache_info().currsize)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True 1"


def test_a_machine_without_memory_to_spare_may_say_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(warming.SWITCH, "no")
    monkeypatch.setattr(warming, "warm_by_role", pytest.fail)
    warming.on_starting(component=None)


def test_every_module_that_a_stage_imports_when_it_runs_is_among_them() -> None:
    tasks = (Path(warming.__file__).parent / "tasks.py").read_text(encoding="utf-8")
    inside = {
        line.split()[1] for line in tasks.splitlines() if line.startswith("    ") and line.lstrip().startswith("from supdata.")
    }
    assert inside == set(warming.STAGES)


def test_airflow_finds_it_by_the_entry_point_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, name = project["project"]["entry-points"]["airflow.plugins"]["supdata_warming"].partition(":")
    assert getattr(sys.modules[module], name).listeners == [warming]
