"""A real local Airflow: started, spoken to, and gone afterwards without a trace."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from supdata.errors import CallUs, TryLater
from supdata.orchestration.bundle import FOLDER, LOADER
from supdata.sandbox.local.airflow import (
    USER,
    LocalAirflow,
    configure,
    environment,
    start_components,
    start_migration,
)
from supdata.sandbox.local.airflow_api import AirflowApi, Connection, TaskState
from supdata.sandbox.local.ports import LOOPBACK, free_ports
from supdata.sandbox.local.postgres import PostgresServer
from supdata.sandbox.local.processes import Children, children

pytestmark = pytest.mark.integration

DAGS = """
from airflow.sdk import DAG, BaseHook, task

with DAG("reads_a_connection", schedule=None, tags=["ours"]):
    @task
    def read(port):
        assert BaseHook.get_connection("somewhere").password == "hidden"
        return port

    read.expand(port=[1, 2])

with DAG("fails", schedule=None, tags=["ours"]):
    @task(retries=0)
    def fail():
        raise ValueError("on purpose")

    fail()
"""
#: As the project's own does: a DAG for each file beside it.
LOADER_OF_SCHOOLS = """
from pathlib import Path

from airflow.sdk import DAG

for path in (Path(__file__).parent / "institutions").iterdir():
    globals()[path.stem] = DAG(path.stem, schedule=None, tags=["school"])
"""
#: Read once, as far as these tests are concerned, unless it is asked for.
NEVER_AGAIN = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "36000"}


@dataclass(frozen=True)
class Running:
    """The Airflow under test, the processes it is made of, and where its DAG files are."""

    api: AirflowApi
    group: Children
    dags: Path


@pytest.fixture(scope="module")
def running(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("airflow")
    (folder / "dags").mkdir()
    (folder / "dags" / "two.py").write_text(DAGS)
    (folder / "dags" / "broken.py").write_text("import airflow, no_such_module  # dag\n")
    (folder / "dags" / FOLDER).mkdir()
    (folder / "dags" / FOLDER / "first.yaml").write_text("")
    (folder / "dags" / LOADER).write_text(LOADER_OF_SCHOOLS)
    postgres.create_database("airflow_itself")
    database = postgres.url("airflow_itself", "+psycopg2")
    airflow = LocalAirflow(folder / "home", folder / "dags", folder / "plugins", database, free_ports(1)[0])
    configure(airflow)
    variables = environment(airflow, NEVER_AGAIN)
    others = set(psutil.Process().children(recursive=True))  # PostgreSQL, and what an earlier test module keeps
    with children(folder / "logs") as group:
        group.finish(start_migration(group, variables, folder))
        start_components(group, variables, folder)
        api = AirflowApi(airflow.url, USER, airflow.password)
        group.wait_until("the API", api.answers, 180)
        api.log_in()
        api.create_connection(Connection("somewhere", "http", host=LOOPBACK, password="hidden"))
        group.wait_until("the DAGs", lambda: len(api.dag_ids("ours")) == 2 and api.is_well(), 180)
        yield Running(api, group, folder / "dags")
        processes = psutil.Process().children(recursive=True)
        ours = [process for process in processes if process not in others and "postgres" not in process.name()]
    assert psutil.wait_procs(ours, timeout=60)[1] == []
    with socket.socket() as probe:
        assert probe.connect_ex((LOOPBACK, airflow.port)) != 0


def finish(running: Running, dag_id: str) -> tuple[str, tuple[TaskState, ...]]:
    api = running.api
    api.unpause(dag_id)
    run_id = api.trigger(dag_id, {})
    running.group.wait_until(dag_id, lambda: api.run_state(dag_id, run_id) in {"success", "failed"}, 120)
    return api.run_state(dag_id, run_id), api.task_states(dag_id, run_id)


def test_a_run_succeeds_with_a_connection_made_through_the_api(running: Running) -> None:
    state, tasks = finish(running, "reads_a_connection")
    assert state == "success"
    assert sorted((task.map_index, task.state) for task in tasks) == [(0, "success"), (1, "success")]


def test_a_run_whose_task_fails_is_seen_as_failed(running: Running) -> None:
    assert finish(running, "fails") == ("failed", (TaskState("fail", -1, "failed"),))


def test_a_dag_file_that_cannot_be_read_is_told(running: Running) -> None:
    (error,) = running.api.import_errors()
    assert "no_such_module" in error


def test_a_file_that_comes_beside_a_dag_file_is_read_without_waiting_for_the_interval(running: Running) -> None:
    running.group.wait_until("the first school", lambda: running.api.dag_ids("school") == {"first"}, 120)
    (running.dags / FOLDER / "second.yaml").write_text("")
    running.group.wait_until("the second school", lambda: running.api.dag_ids("school") == {"first", "second"}, 120)


def test_a_pool_can_be_made_once(running: Running) -> None:
    running.api.create_pool("narrow", 1, "one at a time")
    with pytest.raises(CallUs, match="POST /api/v2/pools: it answered 409"):
        running.api.create_pool("narrow", 1, "one at a time")


def test_what_airflow_refuses_is_told_without_the_password(running: Running) -> None:
    with pytest.raises(CallUs, match="connection_id") as caught:
        running.api.create_connection(Connection("not a name", "http", password="hidden"))
    assert "hidden" not in str(caught.value)


def test_an_airflow_that_is_not_there_may_come_later() -> None:
    (port,) = free_ports(1)
    api = AirflowApi(f"http://{LOOPBACK}:{port}", USER, "x")
    assert not api.answers()
    with pytest.raises(TryLater, match="no answer"):
        api.log_in()


def test_the_log_folder_tells_each_component_apart(running: Running) -> None:
    logs: Path = running.group.logs
    assert {"api-server.log", "scheduler.log", "dag-processor.log", "triggerer.log"} <= {file.name for file in logs.iterdir()}
