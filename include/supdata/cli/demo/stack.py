"""Everything the demo runs on, started in the order that wastes least time and stopped in the other.

PostgreSQL first, since all the rest needs it. While Airflow makes its tables, the schools' servers and the registry start;
while Airflow's four components start, keys are issued and the directory is filled. Airflow is most of the wait.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from supdata.cli.demo.connections import POOL, POOL_SLOTS, connections
from supdata.cli.demo.layout import Layout
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.registry import SandboxRegistry, start_registry
from supdata.cli.demo.rounds import dag_id_of
from supdata.cli.demo.scene import Scene
from supdata.errors import CallUs
from supdata.ledger.schema import migrate
from supdata.sandbox.local.airflow import (
    USER,
    LocalAirflow,
    configure,
    environment,
    start_components,
    start_migration,
    without_proxy,
)
from supdata.sandbox.local.airflow_api import AirflowApi
from supdata.sandbox.local.ports import free_ports
from supdata.sandbox.local.postgres import PostgresServer, embedded_postgres
from supdata.sandbox.local.processes import Children, children
from supdata.sandbox.schools.serving import Access, read_access

#: Everything under var/ is made anew at each start: nothing here needs to survive a power cut.
POSTGRES_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
#: A generous multiple of what two slow cores need.
START_SECONDS = 240.0


@dataclass(frozen=True)
class Stack:
    """The running whole; `registry_keys` are by UAI."""

    children: Children
    airflow: LocalAirflow
    api: AirflowApi
    registry: SandboxRegistry
    accesses: tuple[Access, ...]
    postgres: PostgresServer
    registry_keys: Mapping[str, str] = field(repr=False)
    #: What Airflow's processes run in: a component that ended is started again with the same.
    variables: Mapping[str, str] = field(repr=False)


@contextmanager
def running_stack(scene: Scene, settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Start everything, yield it ready for runs, and stop it; `settings` are Airflow's by the names of its variables."""
    scene.narrator.say("Starting PostgreSQL")
    with (
        embedded_postgres(scene.layout.postgres, settings=POSTGRES_SETTINGS) as postgres,
        children(scene.layout.logs) as group,
    ):
        try:
            yield _start(scene, postgres, group, settings or {})
        finally:
            scene.narrator.say("Stopping everything")


def _start(scene: Scene, postgres: PostgresServer, group: Children, settings: Mapping[str, str]) -> Stack:
    layout = scene.layout
    airflow_port, registry_port = free_ports(2)
    airflow = _configured(layout, postgres.create_database("airflow"), airflow_port)
    variables = environment(
        airflow,
        {"SUPDATA_RUN_FOLDER": str(layout.runs), "SUPDATA_EXPECTATIONS": str(layout.project / "expectations"), **settings},
    )
    migration = start_migration(group, variables, layout.project)
    registry = start_registry(group, postgres.create_database("registry"), registry_port, layout)
    _start_schools(group, scene, postgres.create_database("sis_lycee"))
    ledger_url = postgres.create_database("ledger")
    with scene.narrator.doing("Making Airflow's tables and the ledger's, starting the schools' systems and the registry"):
        migrate(ledger_url)
        group.finish(migration)
    start_components(group, variables, layout.project)
    keys, accesses = _prepare_others(group, scene, registry)
    api = _enter_airflow(group, airflow, scene.narrator)
    for connection in connections(accesses, registry.url, keys, ledger_url):
        api.create_connection(connection)
    api.create_pool(POOL, POOL_SLOTS, "Push tasks of all schools: what the registry is asked at once.")
    _await_dags(group, api, scene)
    return Stack(group, airflow, api, registry, accesses, postgres, keys, variables)


def _configured(layout: Layout, database_url: str, port: int) -> LocalAirflow:
    database = database_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    airflow = LocalAirflow(layout.airflow, layout.project / "dags", layout.project / "plugins", database, port)
    configure(airflow)
    return airflow


def _start_schools(group: Children, scene: Scene, database_url: str) -> None:
    options = ["--folder", str(scene.layout.schools), "--students", str(scene.students)]
    group.start(
        "schools",
        [sys.executable, "-m", "supdata.sandbox.schools", *options],
        environment={**os.environ, **without_proxy(), "SUPDATA_SCHOOLS_DATABASE": database_url},
        folder=scene.layout.project,
    )


def _prepare_others(group: Children, scene: Scene, registry: SandboxRegistry) -> tuple[dict[str, str], tuple[Access, ...]]:
    """Wait for the registry and the schools; fill the directory and return the keys issued and how to reach the schools."""
    with scene.narrator.doing("Waiting for the registry, issuing keys, filling its directory of students"):
        group.wait_until("the sandbox registry", registry.answers, START_SECONDS)
        keys = registry.issue_keys(scene.world)
        registry.fill_directory(scene.world.directory)
    with scene.narrator.doing("Waiting for the schools' systems (SFTP, REST, PostgreSQL)"):
        group.wait_until("the schools' systems", (scene.layout.schools / "access.json").exists, START_SECONDS)
    return keys, tuple(read_access(scene.layout.schools))


def _enter_airflow(group: Children, airflow: LocalAirflow, narrator: Narrator) -> AirflowApi:
    api = AirflowApi(airflow.url, USER, airflow.password)
    with narrator.doing("Waiting for Airflow's API"):
        group.wait_until("Airflow's API", api.answers, START_SECONDS)
        api.log_in()
    return api


def _await_dags(group: Children, api: AirflowApi, scene: Scene) -> None:
    """Wait until the scheduler is on duty and every school has its DAG.

    Raises CallUs when a DAG file cannot be read.
    """
    wanted = {dag_id_of(school.uai) for school in scene.world.schools}

    def all_there() -> bool:
        if errors := api.import_errors():
            raise CallUs("Waiting for the DAGs", f"a DAG file cannot be read: {errors[0]}", "Mend it.")
        return wanted <= api.dag_ids("supdata") and api.is_well()

    with scene.narrator.doing("Waiting for the scheduler and the three DAGs"):
        group.wait_until("the three DAGs", all_there, START_SECONDS)
