"""The values for the official Airflow chart, as far as they can be checked without the chart.

The chart's schema has 650 kB and is not kept here. This table tells what it says of the keys that are set: read in its part on
executor, images, environment, secrets, database and security, and for the names of other secrets and the switches of bundled
services in how installations of the chart set them. A key that is not in the table fails the test.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from supdata.orchestration.ledger_access import KEY_CONNECTION, LEDGER_CONNECTION
from supdata.orchestration.run_folder import ROOT_VARIABLE

ROOT = Path(__file__).parents[3]
VALUES: dict[str, Any] = yaml.safe_load((ROOT / "include/supdata/deployment/values.yaml").read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
KINDS: dict[str, type] = {
    "executor": str,
    "airflowVersion": str,
    "airflowHome": str,
    "uid": int,
    "gid": int,
    "images.airflow.repository": str,
    "images.airflow.tag": str,
    "images.airflow.pullPolicy": str,
    "data.metadataSecretName": str,
    "fernetKeySecretName": str,
    "apiSecretKeySecretName": str,
    "jwtSecretName": str,
    "postgresql.enabled": bool,
    "redis.enabled": bool,
    "createUserJob.enabled": bool,
    "env": list,
    "secret": list,
    "securityContexts.pod.runAsUser": int,
    "securityContexts.pod.runAsGroup": int,
    "securityContexts.pod.fsGroup": int,
    "securityContexts.pod.runAsNonRoot": bool,
    "securityContexts.container.allowPrivilegeEscalation": bool,
    "securityContexts.container.capabilities.drop": list,
    "networkPolicies.enabled": bool,
}
EXECUTOR = r"(([a-zA-Z_][a-zA-Z0-9_]*.)*[A-Z][a-zA-Z0-9]+Executor)"


def leaves(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def variables() -> dict[str, str]:
    return {one["name"]: one["value"] for one in VALUES["env"]}


def test_every_value_is_one_that_the_chart_knows_and_of_its_kind() -> None:
    assert [(path, value) for path, value in leaves(VALUES) if type(value) is not KINDS.get(path)] == []
    assert re.fullmatch(EXECUTOR, VALUES["executor"])
    assert VALUES["images"]["airflow"]["pullPolicy"] in {"Always", "Never", "IfNotPresent"}
    for one in VALUES["env"]:
        assert one.keys() == {"name", "value"}
        assert type(one["value"]) is str, one
    assert all(one.keys() == {"envName", "secretName", "secretKey"} for one in VALUES["secret"])


def test_it_is_the_airflow_and_the_user_of_the_image() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert f"\napache-airflow=={VALUES['airflowVersion']} " in lock
    assert re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)[-1] == (str(VALUES["uid"]), str(VALUES["gid"]))
    assert f"AIRFLOW_HOME={VALUES['airflowHome']} " in DOCKERFILE


def test_pods_are_told_what_the_containers_of_compose_are_told() -> None:
    theirs = COMPOSE["services"]["worker"]["environment"]
    shared = [name for name in variables() if name in theirs]
    assert {ROOT_VARIABLE, "SUPDATA_EXPECTATIONS", "AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__CORE__PLUGINS_FOLDER"} <= set(shared)
    assert {name: variables()[name] for name in shared} == {name: theirs[name] for name in shared}


def test_the_connections_that_no_school_brings_come_from_secrets() -> None:
    store = variables()[ROOT_VARIABLE].removeprefix("s3://").partition("@")[0]
    wanted = {f"AIRFLOW_CONN_{name.upper()}" for name in (LEDGER_CONNECTION, KEY_CONNECTION, store)}
    assert {one["envName"] for one in VALUES["secret"]} == wanted


@pytest.mark.parametrize("folder", ["dags", "plugins", "expectations"])
def test_the_image_holds_what_pods_are_pointed_at(folder: str) -> None:
    assert f"/opt/supdata/{folder}" in variables().values()
    assert re.search(rf"^COPY {folder} /opt/supdata/{folder}$", DOCKERFILE, re.MULTILINE)
