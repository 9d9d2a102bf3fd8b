"""The drill of the ledger's backup: dumped by PostgreSQL's own tools, lost, restored to an earlier moment, and gone on with."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner

from integration import test_nights
from integration.test_nights import ADMIN, NEAR_ALL, STUDENTS, School, changed
from supdata.cli.main import app
from supdata.ledger.schema import migrate, revert
from supdata.sandbox.local.postgres import binaries

pytestmark = pytest.mark.integration

opened = test_nights.opened
READS = {"registry": {"read": {"connection": "read_back", "kind": "supdata", "rate": 500, "settle_seconds": 0.2, "sample": 0}}}


def run(program: str, *arguments: str) -> None:
    subprocess.run([str(binaries() / program), *arguments], check=True, capture_output=True)


def dump(school: School, tmp_path: Path) -> Path:
    """Back the ledger up as the README says."""
    file = tmp_path / "ledger.dump"
    run("pg_dump", "--format=custom", "--schema=supdata", f"--file={file}", school.ledger)
    return file


def restore(school: School, file: Path) -> None:
    run("pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={school.ledger}", str(file))


def open_read_side(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = json.loads(os.environ["AIRFLOW_CONN_SUPDATA_0751717J"])
    asked = requests.post(f"{registry['host']}/sandbox/read-keys", json={"use": "gateway"}, headers=ADMIN, timeout=60)
    fields = {**registry, "conn_type": "supdata_read", "password": asked.json()["key"]}
    monkeypatch.setenv("AIRFLOW_CONN_READ_BACK", json.dumps(fields))


def declared_times(school: School) -> list[int]:
    return [len(found) for found in school.declared().values()]


def test_a_restored_ledger_knows_what_it_knew(opened: School, tmp_path: Path) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    file = dump(opened, tmp_path)
    revert(opened.ledger)
    restore(opened, file)
    assert opened.night(STUDENTS, **NEAR_ALL).unchanged == len(STUDENTS)


def test_without_a_read_side_only_what_was_lost_is_sent_again_and_all_ends_accepted(opened: School, tmp_path: Path) -> None:
    opened.night(STUDENTS[:6], **NEAR_ALL)
    file = dump(opened, tmp_path)
    opened.night([changed(STUDENTS[0]), *STUDENTS[1:]], **NEAR_ALL)
    restore(opened, file)
    counts = opened.night([changed(STUDENTS[0]), *STUDENTS[1:]], **NEAR_ALL)
    assert (counts.unchanged, counts.updated, counts.created) == (5, 1, 4)
    assert declared_times(opened) == [3, 1, 1, 1, 1, 1, 2, 2, 2, 2], "double is what the ledger had lost"
    assert opened.night([changed(STUDENTS[0]), *STUDENTS[1:]], **NEAR_ALL).unchanged == len(STUDENTS)


def test_with_a_read_side_nothing_is_sent_that_the_registry_has(
    opened: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_read_side(monkeypatch)
    facts = {**NEAR_ALL, **READS}
    opened.night(STUDENTS[:5], **facts)
    file = dump(opened, tmp_path)
    opened.night(STUDENTS[:8], **facts)
    restore(opened, file)
    noted = CliRunner().invoke(app, ["ledger", "restored", "--by", "ops", "--database", opened.ledger])
    assert noted.exit_code == 0
    counts = opened.night(STUDENTS, **facts)
    assert (counts.unchanged, counts.accepted) == (5, 5)
    assert declared_times(opened) == [1] * len(STUDENTS), "only the two were sent that nobody had declared yet"
    assert opened.night(STUDENTS, **facts).unchanged == len(STUDENTS)


def test_a_backup_of_an_older_version_is_brought_up_to_date(opened: School, tmp_path: Path) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    revert(opened.ledger, "0011")
    file = dump(opened, tmp_path)
    restore(opened, file)
    migrate(opened.ledger)
    assert opened.night(STUDENTS, **NEAR_ALL).unchanged == len(STUDENTS)
