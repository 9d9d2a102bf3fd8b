"""What an installation adds around us: logs that a machine reads, and connections from a secrets backend."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.opening import REVISION
from supdata.ledger.schema import migrate

pytestmark = pytest.mark.integration

KEY, OLD_KEY = "a made secret of some length", "the secret of before, long enough"
LOGS = """
import asyncio, logging, sys
from datetime import UTC, datetime
from airflow.sdk.log import configure_logging
from builders import an_institution
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder

configure_logging(output=sys.stdout.buffer, json_output=True)
log = logging.getLogger("supdata.push.sending")

async def push():
    log.info("push.chunk_done chunk=%s accepted=%d", "chunk-0001", 5)

run = Run(an_institution(), RunFolder(sys.argv[1], "0751717J", "night-1"), "night-1", datetime.now(UTC), "delta", False, None)
with run.stage("push", "chunk-0001"):
    asyncio.run(push())
log.info("outside")
"""
CONNECTIONS = """
import json
from supdata.orchestration.connections import find_connection
from supdata.orchestration.hook import SupdataHook
from supdata.orchestration.ledger_access import fingerprint, ledger_address, previous_fingerprint
from supdata.orchestration.run_folder import RunFolder

RunFolder("s3://run_folders@supdata/runs", "0751717J", "night-1")
print(json.dumps({
    "ledger": ledger_address(),
    "key": fingerprint().key(["a"]),
    "old_key": previous_fingerprint().key(["a"]),
    "registry": SupdataHook("supdata_0751717j").endpoint().url,
    "school": find_connection("sftp_0751717j").login,
}))
"""


def run(code: str, *arguments: str, **variables: str) -> str:
    """Run code in a process of its own, as a component or a worker is, and return what it prints."""
    paths = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths, **variables}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_each_line_of_a_stage_is_json_that_names_school_run_and_stage(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in run(LOGS, str(tmp_path)).splitlines()]
    (inside,) = [line for line in lines if line["event"].startswith("push.chunk_done")]
    (outside,) = [line for line in lines if line["event"] == "outside"]
    fields = {"uai": "0751717J", "run_id": "night-1", "stage": "push", "part": "chunk-0001"}
    assert {name: inside[name] for name in fields} == fields
    assert (inside["event"], inside["level"]) == ("push.chunk_done chunk=chunk-0001 accepted=5", "info")
    assert not fields.keys() & outside.keys()


@pytest.fixture
def backend(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Airflow's own backend, a file of connections, for servers and for workers."""
    parts = conninfo_to_dict(database_url)
    database = {"host": parts["host"], "port": parts["port"], "login": parts["user"], "password": parts["password"]}
    connections = {
        "supdata_ledger": {"conn_type": "postgres", "schema": parts["dbname"], **database},
        "supdata_ledger_key": {"conn_type": "generic", "password": KEY, "extra": {"previous_password": OLD_KEY}},
        "supdata_0751717j": {"conn_type": "supdata", "host": "https://registry.example/api", "password": "0" * 32},
        "sftp_0751717j": {"conn_type": "sftp", "host": "sftp.example", "login": "export", "password": "made"},
        "run_folders": {"conn_type": "aws", "login": "made", "password": "made", "extra": {"region_name": "eu-west-3"}},
    }
    file = tmp_path / "connections.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(connections))
    told = json.dumps({"connections_file_path": str(file)})
    name = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
    return {
        "AIRFLOW_HOME": str(tmp_path / "home"),
        "AIRFLOW__SECRETS__BACKEND": name,
        "AIRFLOW__SECRETS__BACKEND_KWARGS": told,
        "AIRFLOW__WORKERS__SECRETS_BACKEND": name,
        "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": told,
    }


def test_every_connection_may_come_from_a_secrets_backend(backend: dict[str, str], database_url: str) -> None:
    found = json.loads(run(CONNECTIONS, **backend).splitlines()[-1])
    assert conninfo_to_dict(found["ledger"])["dbname"] == conninfo_to_dict(database_url)["dbname"]
    assert (found["key"], found["old_key"]) == (Fingerprint(KEY.encode()).key(["a"]), Fingerprint(OLD_KEY.encode()).key(["a"]))
    assert (found["registry"], found["school"]) == ("https://registry.example/api", "export")


def test_the_ledger_s_commands_find_it_there_too(backend: dict[str, str], database_url: str) -> None:
    migrate(database_url)
    told = run("import sys; sys.argv[1:] = ['ledger', 'status', '--json']; from supdata.cli.main import app; app()", **backend)
    assert json.loads(told) == {"revision": REVISION, "needed": REVISION, "ready": True}
