"""Nights of many schools, and of a large one, without Airflow: all stages of a run in one process, forked from one made ready.

The schools' SFTP server, the registry and PostgreSQL are real and processes of their own. What Airflow itself takes for a run
is measured apart, on whole runs: three hundred of those would take most of an hour of two cores.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory

import msgspec
import psutil
import psycopg

from benchmarks.fleet_contenders import uais
from benchmarks.paths import PROJECT
from benchmarks.simulated_source import DIRECTORY, EXPORT, SERVER
from chaos.registry import RegistryProcess
from chaos.world import SECRET
from supdata.config.loading import load_institution
from supdata.ledger.schema import migrate
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import ROOT_VARIABLE, RunFolder
from supdata.orchestration.validation import EXPECTATIONS_VARIABLE
from supdata.sandbox.local.ports import LOOPBACK, free_ports
from supdata.sandbox.local.postgres import PostgresServer, embedded_postgres
from supdata.sandbox.local.processes import Children, children

MODEL, MODEL_PATH = "0751717J", "/export/inscriptions_*.csv"
FIRST = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)
CHANGED_SHARE = 100
#: So many runs at once: the cores of a small machine.
AT_ONCE = 2
#: Students told to the directory in one call.
TOLD = 50_000
TESTS = Path(__file__).parents[1]


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """What runs of one night took: CPU seconds of their processes and of PostgreSQL, memory of one at most, rows, calls."""

    schools: int
    enrolments: int
    cpu_seconds: float
    postgres_cpu_seconds: float
    seconds: float
    peak_mib: float
    ledger_rows: int
    registry_calls: int

    @property
    def all_cpu(self) -> float:
        """The CPU seconds of all that is ours to run."""
        return self.cpu_seconds + self.postgres_cpu_seconds


@dataclass
class Simulation:
    """Schools of one size each, all with a copy of one export; every night is a run of each."""

    folder: Path
    postgres: PostgresServer
    ledger: str
    registry: RegistryProcess
    schools: Sequence[str]
    environment: dict[str, str] = field(repr=False)
    nights: int = 0

    def night(self) -> Night:
        """Run every school once, some at once, each in a process of its own."""
        before, begun = self._counted(), time.monotonic()
        used = self._runs()
        seconds = time.monotonic() - begun
        self.nights += 1
        took = {name: value - before[name] for name, value in self._counted().items()}
        rows = sum(1 for _ in (self.folder / EXPORT).open("rb")) - 1
        return Night(
            schools=len(self.schools),
            enrolments=rows * len(self.schools),
            cpu_seconds=round(sum(cpu for cpu, _ in used), 2),
            postgres_cpu_seconds=round(took["postgres"], 2),
            seconds=round(seconds, 1),
            peak_mib=round(max(mib for _, mib in used), 1),
            ledger_rows=round(took["rows"]),
            registry_calls=round(took["calls"]),
        )

    def change(self) -> None:
        """Let one row in a hundred of each export have another regime."""
        for uai in self.schools:
            change(self.folder / "sftp" / uai / "export.csv")

    def _runs(self) -> list[tuple[float, float]]:
        """Return CPU seconds and MiB of each run; as with Airflow, each is a fork that has imported nothing for itself."""
        with get_context("fork").Pool(AT_ONCE, maxtasksperchild=1) as pool:
            return pool.map(partial(_run, self.folder, self.environment, self.nights), self.schools, chunksize=1)

    def _counted(self) -> dict[str, float]:
        return {
            "postgres": postgres_cpu(self.folder / "ledger"),
            "rows": rows_of(self.ledger, "supdata"),
            "calls": float(self.registry.stats()["posts"]),
        }


def _run(folder: Path, environment: dict[str, str], nights: int, uai: str) -> tuple[float, float]:
    """Do what Airflow's tasks do, one after the other; nothing is held on these nights."""
    from supdata.orchestration.extraction import extract_rows
    from supdata.orchestration.normalisation import normalise_rows
    from supdata.orchestration.planning import plan_run
    from supdata.orchestration.pushing import push_chunk_of
    from supdata.orchestration.reconciling import reconcile_run
    from supdata.orchestration.reporting import report_run
    from supdata.orchestration.validation import judge_enrolments

    os.environ.update(environment)
    institution = load_institution(folder / "institutions" / f"{uai}.yaml")
    name, started = f"night-{nights + 1}", FIRST + timedelta(days=nights)
    kept = RunFolder(str(folder / "runs"), uai, name)
    run = Run(institution, kept, name, started, mode="delta", dry_run=False, limit=None, dag_id=f"supdata_{uai.lower()}")
    extract_rows(run)
    normalise_rows(run)
    judge_enrolments(run)
    for chunk in plan_run(run).chunks:
        push_chunk_of(run, "push", chunk)
    reconcile_run(run)
    report_run(run)
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def postgres_cpu(folder: Path) -> float:
    """Return the CPU seconds of the PostgreSQL whose data are in `folder`."""
    (pid_file,) = folder.rglob("postmaster.pid")
    postmaster, total = psutil.Process(int(pid_file.read_text().splitlines()[0])), 0.0
    for one in (postmaster, *postmaster.children()):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:  # a connection that has just ended: the postmaster has its times
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def rows_of(database: str, schema: str) -> float:
    """Count the rows of all tables of a schema."""
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
        query = " UNION ALL ".join(f'SELECT count(*) FROM {schema}."{name}"' for (name,) in tables)
        return float(sum(count for (count,) in connection.execute(query.encode()).fetchall()))


def change(file: Path) -> None:
    """Let one row in a hundred of a university's export have another regime; whatever bytes it holds stay."""
    head, *lines = file.read_text(encoding="latin-1").splitlines()
    at = head.split(";").index("COD_RGI")
    for number in range(0, len(lines), CHANGED_SHARE):
        cells = lines[number].split(";")
        cells[at] = "2" if cells[at] == "1" else "1"
        lines[number] = ";".join(cells)
    file.write_text("\n".join([head, *lines]) + "\n", encoding="latin-1")
    _age(file)


def _age(file: Path) -> None:
    """Let the export be of the evening before: one of the last minutes is looked at twice, with a wait between."""
    evening = time.time() - 6 * 3_600
    os.utime(file, (evening, evening))


@contextmanager
def simulation(schools: int, students: int) -> Iterator[Simulation]:
    """Start what so many schools of so many students each need, and make the process ready as a worker does."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["AIRFLOW_HOME"] = str(folder / "airflow")
        module = [sys.executable, "-W", "ignore", "-m", "benchmarks.simulated_source"]
        variables = {**os.environ, "PYTHONPATH": str(TESTS)}
        subprocess.run([*module, "write", str(folder), str(students)], check=True, env=variables)
        names = uais(schools)
        for uai in names:
            _write_school(folder, uai)
        with (
            embedded_postgres(folder / "ledger", settings={"fsync": "off"}) as ledger,
            embedded_postgres(folder / "registry", settings={"fsync": "off"}) as other,
            children(folder / "logs") as group,
        ):
            group.start("sftp", [*module, "serve", str(folder)], environment=variables, folder=folder)
            registry = RegistryProcess(group, other.create_database("registry"), free_ports(1)[0], folder / "posts")
            yield _ready(folder, ledger, registry, names, group)


def _write_school(folder: Path, uai: str) -> None:
    """Write the school's institution file, and its export: everybody's, with its own number."""
    for one in (folder / "institutions", folder / "sftp" / uai):
        one.mkdir(parents=True, exist_ok=True)
    text = (PROJECT / "dags" / "institutions" / f"{MODEL}.yaml").read_text(encoding="utf-8")
    text = text.replace(MODEL, uai).replace(MODEL.lower(), uai.lower()).replace(MODEL_PATH, f"/{uai}/export.csv")
    text = text.replace(f"sftp_{uai.lower()}", "sftp_of_all")
    (folder / "institutions" / f"{uai}.yaml").write_text(text, encoding="utf-8")
    export = folder / "sftp" / uai / "export.csv"
    export.write_bytes((folder / EXPORT).read_bytes().replace(MODEL.encode(), uai.encode()))
    _age(export)


def _ready(
    folder: Path, postgres: PostgresServer, registry: RegistryProcess, names: Sequence[str], group: Children
) -> Simulation:
    from supdata.orchestration.warming import warm_workers

    ledger = postgres.create_database("ledger")
    migrate(ledger)
    students = msgspec.json.decode((folder / DIRECTORY).read_bytes(), type=list[dict[str, str]])
    for begin in range(0, len(students), TOLD):
        registry.tell(students[begin : begin + TOLD])
    group.wait_until("the SFTP server", (folder / SERVER).exists, 60)
    fields = {
        "SUPDATA_LEDGER": {
            "conn_type": "postgres",
            "host": LOOPBACK,
            "port": postgres.port,
            "login": "postgres",
            "password": postgres.password,
            "schema": "ledger",
        },
        "SUPDATA_LEDGER_KEY": {"conn_type": "generic", "password": SECRET},
        "SFTP_OF_ALL": msgspec.json.decode((folder / SERVER).read_bytes()),
        **{f"SUPDATA_{uai}": {"conn_type": "supdata", "host": registry.url, "password": registry.key_of(uai)} for uai in names},
    }
    environment = {f"AIRFLOW_CONN_{name}": msgspec.json.encode(one).decode() for name, one in fields.items()}
    environment |= {ROOT_VARIABLE: str(folder / "runs"), EXPECTATIONS_VARIABLE: str(PROJECT / "expectations")}
    warm_workers()
    logging.disable(logging.WARNING)  # three hundred runs say much
    return Simulation(folder, postgres, ledger, registry, names, environment)
