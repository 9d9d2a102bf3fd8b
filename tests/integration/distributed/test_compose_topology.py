"""docker-compose.yaml is the topology that the Celery test runs as processes: the same parts, told the same."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.distributed.serving import (
    BUCKET,
    CONNECTION,
    START_SECONDS,
    ObjectStore,
    client_of,
    is_well,
    make_bucket,
    program,
)
from integration.distributed.topology import WORKER, settings
from supdata.cli.demo.connections import LEDGER, LEDGER_KEY, POOL
from supdata.sandbox.local.airflow import COMPONENTS
from supdata.sandbox.local.ports import LOOPBACK, free_ports
from supdata.sandbox.local.postgres import PostgresServer
from supdata.sandbox.local.processes import children

pytestmark = pytest.mark.integration

COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "docker-compose.yaml").read_text(encoding="utf-8"))
SERVICES, CONFIGS = COMPOSE["services"], COMPOSE["configs"]
#: What a test does not wait for, and a real installation should: how soon a worker counts as dead, and how fast a machine is.
OF_TESTS = ("HEARTBEAT_TIMEOUT", "PARALLELISM", "CONCURRENCY")
STORE = ObjectStore("http://objects:9000", "supdata", "secret")


def test_every_component_is_started_by_the_same_command() -> None:
    commands = {
        name: service["command"][1:] for name, service in SERVICES.items() if service.get("command", [""])[0] == "airflow"
    }
    for name, command in COMPONENTS.items():
        assert commands[name] == [word for word in command if word != "--skip-serve-logs"]
    assert commands["worker"][:2] == WORKER[:2]
    assert set(commands) == {*COMPONENTS, "worker"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


def test_every_component_is_told_what_the_processes_are_told() -> None:
    told = settings("redis://broker", STORE)
    for name in ("worker", *COMPONENTS):
        variables = SERVICES[name]["environment"]
        for variable, value in told.items():
            if any(part in variable for part in OF_TESTS):
                continue
            assert variable in variables or f"{variable}_CMD" in variables, variable
            if variable in variables:
                assert variables[variable] == value


def test_the_first_start_makes_the_connections_and_the_pool_that_the_processes_have() -> None:
    script = CONFIGS["init"]["content"]
    for name in (LEDGER, LEDGER_KEY, CONNECTION, POOL):
        assert name in script
    assert f'"endpoint_url": "{STORE.url}"' in script
    assert '"conn_type": "aws"' in script


def start(tmp_path: Path, postgres: PostgresServer, port: int) -> tuple[list[str], dict[str, str]]:
    """Return how the container's own script is run here: where its secrets, its folder and its database are."""
    script = CONFIGS["objects"]["content"].replace("$$", "$").replace("HOME=/tmp", f"HOME={tmp_path}")
    script = script.replace("/tmp/", f"{tmp_path}/scratch/").replace("/run/secrets", str(tmp_path))
    environment = {
        "PATH": f"{Path(program('juicefs')).parent}{os.pathsep}{os.environ['PATH']}",
        "OBJECTS_DATABASE": f"postgres://postgres@{LOOPBACK}:{postgres.port}/objects_of_compose?sslmode=disable",
        "OBJECTS_ADDRESS": f"{LOOPBACK}:{port}",
        "OBJECTS_FOLDER": str(tmp_path / "blocks"),
    }
    return ["bash", "-c", script], environment


def test_the_store_s_own_script_serves_what_it_was_given_before_it_was_started_again(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    postgres.create_database("objects_of_compose")
    store = ObjectStore(f"http://{LOOPBACK}:{free_ports(1)[0]}", "supdata", "made-secret-of-some-length")
    (tmp_path / "objects_database_password").write_text(postgres.password)
    (tmp_path / "objects_password").write_text(store.password)
    (tmp_path / "scratch").mkdir()
    command, environment = start(tmp_path, postgres, int(store.url.rpartition(":")[2]))
    for first in (True, False):
        with children(tmp_path / "logs") as group:
            group.start("store", command, environment=environment, folder=tmp_path)
            group.wait_until("the store", lambda: is_well(f"{store.url}/minio/health/live"), START_SECONDS)
            client = client_of(store)
            if first:
                make_bucket(store)
                client.put_object(Bucket=BUCKET, Key="runs/file", Body=b"1")
            assert client.get_object(Bucket=BUCKET, Key="runs/file")["Body"].read() == b"1"
