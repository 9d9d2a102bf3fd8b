"""The run folder on a real S3-compatible store, written and read by processes that share nothing else."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.distributed.serving import BUCKET, CONNECTION, ObjectStore, client_of, object_store
from supdata.config.periods import Periods
from supdata.errors import AccessRefused, CallUs, FixConfig, TryLater
from supdata.orchestration.purging import Keeping, purge_run_folders
from supdata.orchestration.run_folder import RunFolder
from supdata.records.rows import RawRow
from supdata.sandbox.local.airflow_api import Connection
from supdata.sandbox.local.postgres import PostgresServer

pytestmark = pytest.mark.integration

UAI, RUN = "0751717J", "manual__2026-11-23T01:00:00+00:00"
#: MiB that one process holds beyond what it needs to start: some blocks of 8 MiB, under way and in buffers.
MEMORY = 100
ANOTHER_WORKER = """
import os, sys
from supdata.orchestration.run_folder import RunFolder
from supdata.records.rows import RawRow
folder = RunFolder(sys.argv[1], "0751717J", "manual__2026-11-23T01:00:00+00:00")
"""
WRITES_AND_READS_MUCH = """
import resource
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
rows = lambda: (RawRow(source="a.csv", row=n, values={"x": "y" * 1000}) for n in range(150_000))
folder.write_bytes("extract", "first", b"1"); folder.read_bytes("extract", "first")
before = peak()
written = folder.write("extract", "rows.jsonl", rows())
read = sum(1 for _ in folder.read("extract", "rows.jsonl", RawRow))
print(written, read, round(peak() - before))
"""
DIES_WHILE_WRITING = """
import signal
with folder.open_lines("extract", "rows.jsonl") as stream:
    for _ in range(40):
        stream.write(b"x" * 2**20)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("store"), postgres.create_database("objects")) as running:
        yield running


def as_variable(connection: Connection) -> dict[str, str]:
    """Return the connection as Airflow finds it in the environment."""
    facts = {name: value for name, value in asdict(connection).items() if name != "connection_id"}
    return {f"AIRFLOW_CONN_{connection.connection_id.upper()}": json.dumps(facts)}


@pytest.fixture
def folder(store: ObjectStore, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> RunFolder:
    """A run folder of this test alone."""
    for name, value in as_variable(store.connection()).items():
        monkeypatch.setenv(name, value)
    return RunFolder(f"{store.runs}/{request.node.name}", UAI, RUN)


def root_of(folder: RunFolder) -> str:
    return str(folder.path.parent.parent)


def another_worker(store: ObjectStore, folder: RunFolder, code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **as_variable(store.connection())}
    command = [sys.executable, "-c", ANOTHER_WORKER + code, root_of(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_what_another_worker_writes_is_seen_at_once_by_one_that_has_looked_before(
    store: ObjectStore, folder: RunFolder
) -> None:
    """Its listings and what it knows of the file are of before."""
    folder.write("plan", "chunk-0001.jsonl", [RawRow(source="a.csv", row=2, values={})])
    assert (folder.results("plan"), folder.has("push", "chunk-0001.jsonl")) == ([], False)
    code = """
with folder.stage("plan", {}):
    folder.write("plan", "chunk-0001.jsonl", [RawRow(source="b.csv", row=3, values={"longer": "than before"})])
with folder.stage("push", {}, "chunk-0001"): folder.write_bytes("push", "chunk-0001.jsonl", b"")
"""
    assert another_worker(store, folder, code).returncode == 0
    assert [result.success for result in folder.results("plan")] == [True]
    assert [one.source for one in folder.read("plan", "chunk-0001.jsonl", RawRow)] == ["b.csv"]
    assert folder.has("push", "chunk-0001.jsonl")


@pytest.mark.parametrize("size", [10, 20 * 2**20], ids=["small", "multi-part"])
def test_a_write_that_fails_leaves_what_was_there(store: ObjectStore, folder: RunFolder, size: int) -> None:
    folder.write_bytes("plan", "held.json", b"before")

    def records() -> Iterator[RawRow]:
        yield RawRow(source="a.csv", row=2, values={"x": "y" * size})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        folder.write("plan", "held.json", records())
    assert folder.read_bytes("plan", "held.json") == b"before"
    assert uploads_under_way(store) == 0


def test_a_killed_worker_leaves_no_half_written_file(store: ObjectStore, folder: RunFolder) -> None:
    killed = another_worker(store, folder, DIES_WHILE_WRITING)
    assert killed.returncode == -9
    assert uploads_under_way(store) == 1, "something was on its way"
    assert not folder.has("extract", "rows.jsonl")
    folder.write_bytes("extract", "rows.jsonl", b"again")
    assert folder.read_bytes("extract", "rows.jsonl") == b"again"


def test_a_stage_that_runs_again_forgets_its_first_try_and_no_other_run(store: ObjectStore, folder: RunFolder) -> None:
    other = RunFolder(root_of(folder), UAI, f"{RUN}-2")
    for one in (folder, other):
        for stage in ("validate", "plan", "push"):
            one.write_bytes(stage, "old", b"1")
    with folder.stage("plan", {}):
        pass
    assert [folder.has(stage, "old") for stage in ("validate", "plan", "push")] == [True, False, False]
    assert other.has("push", "old")
    other.remove("push", "old")
    assert (other.has("push", "old"), other.has("plan", "old")) == (False, True)


def test_a_hundred_and_fifty_megabytes_pass_through_some_blocks_of_memory(store: ObjectStore, folder: RunFolder) -> None:
    done = another_worker(store, folder, WRITES_AND_READS_MUCH)
    assert done.returncode == 0, done.stderr[-2000:]
    written, read, more = map(int, done.stdout.splitlines()[-1].split())
    assert written == read == 150_000
    assert more < MEMORY


def test_the_upkeep_deletes_an_old_run_folder_and_keeps_a_report_for_longer(folder: RunFolder) -> None:
    for stage, name in (("extract", "rows.jsonl"), ("plan", "chunk-0001.jsonl"), ("report", "rapport.html")):
        folder.write_bytes(stage, name, b"1")
    keep = Keeping(held=(), needed={UAI: {f"{folder.path.name}/plan/chunk-0001.jsonl"}})

    def purged(days: int) -> Counter[str]:
        return purge_run_folders(root_of(folder), Periods(), datetime.now(UTC) + timedelta(days=days), keep, dry_run=False)

    assert purged(29)["deleted"] == 0
    assert (purged(31)["deleted"], folder.has("extract", "rows.jsonl"), folder.has("report", "rapport.html")) == (
        1,
        False,
        True,
    )
    assert (purged(91)["deleted"], folder.has("report", "rapport.html")) == (1, False)
    assert folder.read_bytes("plan", "chunk-0001.jsonl") == b"1", "a closing needs it"


def test_a_missing_file_says_which_task_to_clear(folder: RunFolder) -> None:
    with pytest.raises(CallUs, match="Clear the task `normalise`"):
        list(folder.read("normalise", "enrolments.jsonl", RawRow))


def test_a_refused_key_a_missing_bucket_and_a_store_that_is_away_are_told_apart_and_no_secret_is(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = Connection("wrong_key", "aws", login=store.user, password="not-the-secret", extra=store.connection().extra)
    away = Connection(
        "away", "aws", login=store.user, password=store.password, extra=json.dumps({"endpoint_url": "http://127.0.0.1:9"})
    )
    for one in (store.connection(), wrong, away):
        for name, value in as_variable(one).items():
            monkeypatch.setenv(name, value)
    caplog.set_level("DEBUG")
    cases = [
        (f"s3://wrong_key@{BUCKET}/runs", AccessRefused, "it was refused"),
        (f"s3://{CONNECTION}@no-such-bucket/runs", FixConfig, "no such bucket"),
        (f"s3://away@{BUCKET}/runs", TryLater, "does not answer"),
        (f"s3://forgotten@{BUCKET}/runs", FixConfig, "no connection of that name"),
    ]
    for root, error, words in cases:
        with pytest.raises(error, match=words) as caught:
            RunFolder(root, UAI, RUN).write_bytes("plan", "held.json", b"1")
        assert "not-the-secret" not in str(caught.value)
    assert "not-the-secret" not in caplog.text
    assert store.password not in caplog.text


def uploads_under_way(store: ObjectStore) -> int:
    client = client_of(store)
    return len(client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))


def test_files_on_a_disk_appear_whole_and_are_their_owner_s_alone_while_they_are_written(tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path), UAI, RUN)
    with folder.open_lines("extract", "rows.jsonl") as stream:
        stream.write(b"half")
        assert not folder.has("extract", "rows.jsonl")
        assert {oct(file.stat().st_mode & 0o777) for file in tmp_path.rglob("*") if file.is_file()} == {"0o600"}
    assert folder.read_bytes("extract", "rows.jsonl") == b"half"
