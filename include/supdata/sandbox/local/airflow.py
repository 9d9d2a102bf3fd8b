"""A whole Airflow on this machine: its settings, its database, and its four components as processes.

Settings and secrets stand in `airflow.cfg`, readable by its owner only, rather than in the environment: they are in no
process listing, and `AIRFLOW_HOME=var/airflow .venv/bin/airflow …` speaks to the same Airflow.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping
from configparser import RawConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.local.processes import Child, Children

USER = "admin"
#: The api-server first: tasks and the other components speak to it.
COMPONENTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],  # logs are read from the disk: two ports less
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
#: Airflow's one bundle, under its own name, as the DAG folder that sees a school's file change.
BUNDLES = [{"name": "dags-folder", "classpath": "supdata.orchestration.bundle.SchoolsBundle", "kwargs": {}}]


@dataclass(frozen=True)
class LocalAirflow:
    """Where a local Airflow lives and how to enter it.

    `home` is its AIRFLOW_HOME, `dags` and `plugins` what it serves, `database` the SQLAlchemy address of its metadata.
    """

    home: Path
    dags: Path
    plugins: Path
    database: str = field(repr=False)
    port: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)

    @property
    def url(self) -> str:
        """Where its pages and its API are."""
        return f"http://{LOOPBACK}:{self.port}"


def configure(airflow: LocalAirflow) -> None:
    """Write the settings and the password file of `airflow` into its home."""
    airflow.home.mkdir(parents=True, exist_ok=True)
    parser = RawConfigParser()
    parser.read_dict(_settings(airflow))
    with _private(airflow.home / "airflow.cfg") as stream:
        parser.write(stream)
    with _private(_passwords(airflow)) as stream:
        json.dump({USER: airflow.password}, stream)


def environment(airflow: LocalAirflow, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment Airflow's processes run in: ours, without settings meant for another Airflow.

    Loopback is taken out of any proxy, and numeric libraries use one thread per task: the tasks are the parallelism.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return {
        **inherited,
        **without_proxy(),
        "AIRFLOW_HOME": str(airflow.home),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


def without_proxy() -> dict[str, str]:
    """Return the variables that keep calls to loopback from going to a proxy this machine may have."""
    names = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), LOOPBACK, "localhost"]))
    return {"NO_PROXY": names, "no_proxy": names}


def start_migration(children: Children, variables: Mapping[str, str], folder: Path) -> Child:
    """Start making Airflow's tables; `Children.finish` waits for the end."""
    return children.start("airflow-migrate", [*_command(), "db", "migrate"], environment=variables, folder=folder)


def start_components(children: Children, variables: Mapping[str, str], folder: Path) -> None:
    """Start the api-server, the scheduler, the DAG processor and the triggerer."""
    for name in COMPONENTS:
        start_component(children, name, variables, folder)


def start_component(children: Children, name: str, variables: Mapping[str, str], folder: Path) -> Child:
    """Start one of `COMPONENTS`."""
    return children.start(name, [*_command(), *COMPONENTS[name]], environment=variables, folder=folder)


def parallelism(cores: int) -> int:
    """Return how many tasks may run at once: a task waits for the network or a disk for part of its time."""
    return max(2, cores + 1)


def _command() -> list[str]:
    return [sys.executable, "-m", "airflow"]


def _passwords(airflow: LocalAirflow) -> Path:
    return airflow.home / "passwords.json"


def _settings(airflow: LocalAirflow) -> dict[str, dict[str, str]]:
    return {
        "core": {
            "executor": "LocalExecutor",
            "parallelism": str(parallelism(os.cpu_count() or 2)),
            "dags_folder": str(airflow.dags),
            "plugins_folder": str(airflow.plugins),
            "load_examples": "False",
            "test_connection": "Enabled",  # off by default: here nobody but us can reach the page
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "execution_api_server_url": f"{airflow.url}/execution/",
            "simple_auth_manager_users": f"{USER}:admin",
            "simple_auth_manager_passwords_file": str(_passwords(airflow)),
        },
        "database": {"sql_alchemy_conn": airflow.database},
        "api": {
            "host": LOOPBACK,
            "port": str(airflow.port),
            "base_url": airflow.url,
            "secret_key": secrets.token_urlsafe(32),
        },
        "api_auth": {"jwt_secret": secrets.token_urlsafe(64)},
        "logging": {"base_log_folder": str(airflow.home / "logs")},
        "scheduler": {
            "use_job_schedule": "False",  # runs are asked for: a nightly one in between would blur what is shown
            "scheduler_idle_sleep_time": "0.5",
        },
        "dag_processor": {"parsing_processes": "1", "dag_bundle_config_list": json.dumps(BUNDLES)},
    }


def _private(path: Path) -> TextIO:
    """Open `path` for writing, readable by its owner only from the first moment."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w")
