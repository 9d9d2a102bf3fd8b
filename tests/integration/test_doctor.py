"""A school examined through real connections: a file behind SFTP, a sandbox registry, and what is wrong with either."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner, Result

from integration.sftp_serving import sftp_server
from supdata.cli.doctor.examining import NOBODY
from supdata.cli.main import app
from supdata.records.ine import Family, family
from supdata.sandbox.registry.serving import registry_in_thread

pytestmark = pytest.mark.integration
PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "tests/golden/presets/apogee-csv"
ADMIN = {"X-Admin-Token": "admin"}


class School:
    """What the school's account sees, and its registry's address."""

    def __init__(self, export: Path, registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.export, self.registry, self._environment = export, registry, monkeypatch

    def connect(self, **fields: object) -> None:
        self._environment.setenv("AIRFLOW_CONN_SUPDATA_0751717J", json.dumps({"conn_type": "supdata", **fields}))

    def key_of(self, uai: str) -> str:
        asked = {"uai": uai, "kind": "enseignement_superieur"}
        return str(requests.post(f"{self.registry}/sandbox/keys", json=asked, headers=ADMIN, timeout=60).json()["key"])


@pytest.fixture
def school(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    export = tmp_path / "root" / "export"
    export.mkdir(parents=True)
    shutil.copy(SAMPLE / "inscriptions.csv", export / "inscriptions_1.csv")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with sftp_server(tmp_path / "root") as port, registry_in_thread(database_url, "admin") as registry:
        fields = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": "school", "password": "made"}
        monkeypatch.setenv("AIRFLOW_CONN_SFTP_0751717J", json.dumps({**fields, "extra": {"no_host_key_check": True}}))
        yield School(export, registry, monkeypatch)


def doctor(*options: str) -> Result:
    arguments = ["doctor", str(SAMPLE / "0751717J.yaml"), "--expectations", str(PROJECT / "expectations"), *options]
    return CliRunner().invoke(app, arguments)


def states(result: Result) -> dict[str, Any]:
    return {one["name"]: one["state"] for one in json.loads(result.stdout)["checks"]}


def test_a_school_that_has_all_it_needs_is_ready_and_nobody_is_declared(school: School) -> None:
    school.connect(host=school.registry, password=school.key_of("0751717J"))
    result = doctor("--json")
    assert (result.exit_code, states(result)) == (0, {"source": "good", "rows": "good", "registry": "good", "key": "good"})
    assert requests.get(f"{school.registry}/sandbox/stats", headers=ADMIN, timeout=60).json()["rows"] == 0


def test_another_establishments_key_is_told(school: School) -> None:
    school.connect(host=school.registry, password=school.key_of("0442953W"))
    result = doctor("--json")
    assert (result.exit_code, states(result)["key"]) == (1, "bad")


def test_each_red_line_says_what_to_do_and_the_others_are_tried_all_the_same(school: School) -> None:
    (school.export / "inscriptions_1.csv").unlink()
    school.connect(host=school.registry, password="wrong-key-of-a-school")
    result = doctor()
    assert result.exit_code == 1
    assert "✗ source" in result.stdout
    assert "it refused the key (401)" in result.stdout
    assert "Correct the key in the school's connection." in result.stdout
    assert "wrong-key" not in result.stdout


def test_a_test_student_is_declared_to_a_sandbox_only(school: School) -> None:
    school.connect(host="https://registry.example", password="key")
    result = doctor("--post-test-student", "--json")
    assert (result.exit_code, states(result)["registry"]) == (1, "bad")
    assert "is not this machine" in result.stdout
    school.connect(host=school.registry, password=school.key_of("0751717J"))
    assert states(doctor("--post-test-student", "--json"))["test student"] == "unknown"


def test_nobody_is_a_number_of_a_family_that_is_never_issued() -> None:
    assert family(NOBODY[0]) is Family.RNIE
    assert NOBODY[0].startswith("90")
