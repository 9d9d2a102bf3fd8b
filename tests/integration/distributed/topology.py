"""Airflow on CeleryExecutor as processes: what docker-compose.yaml starts as containers, each worker with a disk of its own.

What is set here by name is set there too, and a test compares the two.
"""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from integration.distributed.serving import ObjectStore
from supdata.cli.demo.stack import Stack
from supdata.sandbox.local.processes import Child

#: How Airflow names the process in which a task runs; its parent, which supervises it, otherwise.
TASK = "airflow worker -- "
WORKER = ["celery", "worker", "--skip-serve-logs", "--without-mingle", "--without-gossip"]


def settings(broker: str, store: ObjectStore) -> dict[str, str]:
    """Return what every component is told beyond what LocalExecutor needs.

    A worker that dies is noticed when its tasks give no sign any more: in minutes by default, which a test does not wait.
    """
    return {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
        "AIRFLOW__CELERY__EXTRA_CELERY_CONFIG": '{"imports": ["supdata.orchestration.celery_worker"]}',
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        "SUPDATA_RUN_FOLDER": store.runs,
    }


@dataclass(frozen=True)
class Worker:
    """One worker and its disk: Airflow's home and logs, temporary files, and a copy of what is deployed."""

    child: Child
    disk: Path

    def tasks(self) -> list[psutil.Process]:
        """Return the processes in which its tasks run."""
        below = psutil.Process(self.child.process.pid).children(recursive=True)
        return [one for one in below if _title(one).startswith(TASK)]


def start_worker(stack: Stack, name: str, disk: Path, project: Path) -> Worker:
    """Start a worker on an empty disk; it is given the settings, and a copy of DAGs and expectations."""
    for folder in ("home", "tmp"):
        (disk / folder).mkdir(parents=True)
    shutil.copy(stack.airflow.home / "airflow.cfg", disk / "home")
    for folder in ("dags", "plugins", "expectations"):
        shutil.copytree(project / folder, disk / "deployed" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "airflow", *WORKER, "--celery-hostname", name, "--pid", str(disk / "worker.pid")]
    child = stack.children.start(name, command, environment=_environment(stack.variables, disk), folder=disk)
    return Worker(child, disk)


def _environment(variables: Mapping[str, str], disk: Path) -> dict[str, str]:
    return {
        **variables,
        "AIRFLOW_HOME": str(disk / "home"),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(disk / "logs"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(disk / "deployed" / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(disk / "deployed" / "plugins"),
        "SUPDATA_EXPECTATIONS": str(disk / "deployed" / "expectations"),
        "HOME": str(disk / "home"),
        "TMPDIR": str(disk / "tmp"),
    }


def kill(stack: Stack, worker: Worker) -> int:
    """Kill a worker with all below it at once, as a machine that goes away; return how many of its tasks ran."""
    tasks = len(worker.tasks())
    below = psutil.Process(worker.child.process.pid).children(recursive=True)
    stack.children.running.remove(worker.child)
    worker.child.process.kill()
    for process in below:
        process.kill()
    worker.child.process.wait()
    psutil.wait_procs(below)
    return tasks


def with_tasks(workers: Sequence[Worker]) -> list[Worker]:
    return [worker for worker in workers if worker.tasks()]


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):  # it has just ended
        return ""
