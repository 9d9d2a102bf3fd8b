"""A fleet of schools as three programs declare it to Airflow: the product, a plain loop in Python, and dag-factory.

Each is a folder of DAG files. All run on the project's own Airflow; dag-factory stands in a folder of its own beside it, since
everything else it needs is there. Its telemetry is off: a benchmark speaks to nobody.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.paths import FIGURES, PROJECT
from supdata.records.uai import uai_key

DAG_FACTORY = "1.1.0"
DAG_FACTORY_FOLDER = FIGURES / f"dag-factory-{DAG_FACTORY}"
QUIET = {"DO_NOT_TRACK": "true", "SCARF_NO_ANALYTICS": "true"}
#: The demo's three schools are the models: a third of the fleet reads files, a third an API, a third a database.
MODELS = ("0751717J", "0442953W", "0881269B")
STAGES = ("extract", "normalise", "validate", "plan", "push", "approve", "push_held", "reconcile", "report", "deliver")

LOOP = """\
import pendulum
from airflow.sdk import DAG, task

def done():
    return 1

for number in range({schools}):
    with DAG(f"school_{{number}}", schedule="10 2 * * *", start_date=pendulum.datetime(2026, 1, 1), catchup=False) as dag:
        before = None
        for name in {tasks!r}:
            this = task(task_id=name)(done)()
            if before is not None:
                before >> this
            before = this
    globals()[dag.dag_id] = dag
"""
FACTORY = """\
# airflow dag
from dagfactory import load_yaml_dags

load_yaml_dags(globals_dict=globals(), dags_folder={folder!r}, defaults_config_path={folder!r})
"""


def fetch_dag_factory() -> str:
    """Bring dag-factory; return a sentence where it cannot be had, "" otherwise."""
    if (DAG_FACTORY_FOLDER / "dagfactory").exists():
        return ""
    target = ["--target", str(DAG_FACTORY_FOLDER), "--no-deps", f"dag-factory=={DAG_FACTORY}"]
    done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", *target], capture_output=True, check=False)
    return "" if done.returncode == 0 else f"dag-factory {DAG_FACTORY}: cannot be installed here"


def uais(count: int) -> list[str]:
    """Return the UAIs of `count` made schools."""
    digits = [f"{750 + number % 20:03d}{number:04d}" for number in range(count)]
    return [text + uai_key(text) for text in digits]


def write_ours(folder: Path, schools: int) -> Path:
    """Write the product's own DAG file beside so many institution files, and return its path."""
    institutions = folder / "institutions"
    institutions.mkdir(parents=True)
    models = [(uai, (PROJECT / "dags" / "institutions" / f"{uai}.yaml").read_text(encoding="utf-8")) for uai in MODELS]
    for number, uai in enumerate(uais(schools)):
        model, text = models[number % len(models)]
        written = text.replace(model, uai).replace(model.lower(), uai.lower())
        (institutions / f"{uai}.yaml").write_text(written, encoding="utf-8")
    return Path(shutil.copy(PROJECT / "dags" / "supdata_institutions.py", folder / "fleet.py"))


def write_loop(folder: Path, schools: int, tasks: tuple[str, ...] = STAGES) -> Path:
    """Write a loop over minimal DAGs of the tasks named: functions that do nothing, one after the other."""
    folder.mkdir(parents=True)
    (folder / "fleet.py").write_text(LOOP.format(schools=schools, tasks=tasks))
    return folder / "fleet.py"


def write_one_task_loop(folder: Path, schools: int) -> Path:
    """Write the least there is: a loop over DAGs of one task."""
    return write_loop(folder, schools, STAGES[:1])


def write_factory(folder: Path, schools: int) -> Path:
    """Write the same minimal DAGs as a YAML file per school, as dag-factory's documentation has them."""
    yamls = folder / "yamls"
    yamls.mkdir(parents=True)
    (folder / "steps.py").write_text("def done():\n    return 1\n")
    for number in range(schools):
        (yamls / f"school_{number}.yaml").write_text(_factory_yaml(f"school_{number}", folder / "steps.py"))
    (folder / "fleet.py").write_text(FACTORY.format(folder=str(yamls)))
    return folder / "fleet.py"


def _factory_yaml(dag_id: str, steps: Path) -> str:
    lines = [f"{dag_id}:", '  schedule: "10 2 * * *"', "  start_date: 2026-01-01", "  catchup: false", "  tasks:"]
    for before, name in zip(("", *STAGES), STAGES, strict=False):
        lines += [
            f"    - task_id: {name}",
            "      operator: airflow.providers.standard.operators.python.PythonOperator",
            "      python_callable_name: done",
            f"      python_callable_file: {steps}",
            *([f"      dependencies: [{before}]"] if before else []),
        ]
    return "\n".join(lines) + "\n"


#: By name: what writes the DAG files, and how many tasks each of its DAGs has.
CONTENDERS: Mapping[str, tuple[Callable[[Path, int], Path], int]] = {
    "supdata": (write_ours, len(STAGES)),
    "loop": (write_loop, len(STAGES)),
    "loop of one task": (write_one_task_loop, 1),
    "dag-factory": (write_factory, len(STAGES)),
}
