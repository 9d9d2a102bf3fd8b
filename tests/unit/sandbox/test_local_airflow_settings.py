"""The settings of a local Airflow: private, on loopback, and nobody else's."""

import json
import pydoc
from configparser import RawConfigParser
from pathlib import Path

import pytest

from supdata.orchestration.bundle import SchoolsBundle
from supdata.sandbox.local.airflow import LocalAirflow, configure, environment, parallelism


@pytest.fixture
def airflow(tmp_path: Path) -> LocalAirflow:
    database = "postgresql+psycopg2://postgres:s3cr3t@127.0.0.1:5/airflow"
    return LocalAirflow(tmp_path / "airflow", tmp_path / "dags", tmp_path / "plugins", database, 8123)


def test_settings_and_passwords_are_for_their_owner_only(airflow: LocalAirflow) -> None:
    configure(airflow)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in airflow.home.iterdir()}
    assert modes == {"airflow.cfg": "0o600", "passwords.json": "0o600"}
    assert json.loads((airflow.home / "passwords.json").read_text()) == {"admin": airflow.password}


def test_the_api_listens_on_loopback_and_tasks_find_it(airflow: LocalAirflow) -> None:
    configure(airflow)
    settings = RawConfigParser()
    settings.read(airflow.home / "airflow.cfg")
    assert settings["api"]["host"] == "127.0.0.1"
    assert settings["core"]["execution_api_server_url"] == "http://127.0.0.1:8123/execution/"


def test_the_dag_folder_is_the_bundle_that_sees_schools_change_as_in_compose(airflow: LocalAirflow) -> None:
    configure(airflow)
    settings = RawConfigParser()
    settings.read(airflow.home / "airflow.cfg")
    compose = (Path(__file__).parents[3] / "docker-compose.yaml").read_text(encoding="utf-8")
    written = compose.partition("DAG_BUNDLE_CONFIG_LIST: >-")[2].strip().splitlines()[0]
    (bundle,) = json.loads(settings["dag_processor"]["dag_bundle_config_list"])
    assert [bundle] == json.loads(written)
    assert pydoc.locate(bundle["classpath"]) is SchoolsBundle


def test_no_secret_stands_in_the_environment_or_in_the_repr(airflow: LocalAirflow) -> None:
    values = " ".join(environment(airflow, {}).values()) + repr(airflow)
    assert "s3cr3t" not in values
    assert airflow.password not in values


def test_settings_meant_for_another_airflow_do_not_reach_ours(airflow: LocalAirflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_ELSEWHERE", "http://elsewhere")
    names = [name for name in environment(airflow, {}) if name.startswith("AIRFLOW")]
    assert names == ["AIRFLOW_HOME"]


def test_loopback_never_goes_through_a_proxy(airflow: LocalAirflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "intranet.example")
    variables = environment(airflow, {})
    assert variables["NO_PROXY"] == variables["no_proxy"] == "intranet.example,127.0.0.1,localhost"


@pytest.mark.parametrize(("cores", "tasks"), [(1, 2), (2, 3), (8, 9)])
def test_the_number_of_tasks_at_once_follows_the_machine(cores: int, tasks: int) -> None:
    assert parallelism(cores) == tasks
