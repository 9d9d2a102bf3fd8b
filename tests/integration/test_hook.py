"""The connection type `supdata`, as Airflow offers it: its form, and its test button against a real registry."""

import json
from collections.abc import Iterator

import pytest
import requests
from airflow.providers_manager import ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from supdata.errors import FixConfig
from supdata.orchestration.hook import ApiParticulierHook, SupdataHook, SupdataReadHook
from supdata.sandbox.local.ports import free_ports
from supdata.sandbox.registry.serving import registry_in_thread

pytestmark = pytest.mark.integration
ADMIN = {"X-Admin-Token": "admin"}
UAI = "0751717J"


@pytest.fixture
def registry(database_url: str) -> Iterator[str]:
    with registry_in_thread(database_url, "admin") as address:
        yield address


def connect(monkeypatch: pytest.MonkeyPatch, **fields: object) -> SupdataHook:
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_TEST", json.dumps({"conn_type": "supdata", **fields}))
    return SupdataHook("supdata_test")


def test_a_known_key_passes_and_nobody_is_declared(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    school = {"uai": UAI, "kind": "enseignement_superieur"}
    key = requests.post(f"{registry}/sandbox/keys", json=school, headers=ADMIN, timeout=60).json()["key"]
    passed, words = connect(monkeypatch, host=registry, password=key).test_connection()
    assert passed, words
    assert requests.get(f"{registry}/sandbox/stats", headers=ADMIN, timeout=60).json()["rows"] == 0


def test_a_refused_key_says_so_without_showing_it(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    passed, words = connect(monkeypatch, host=registry, password="wrong-key-of-a-school").test_connection()
    assert not passed
    assert "refused the key (401)" in words
    assert "wrong-key" not in words


def test_a_registry_that_is_away_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    (nobody,) = free_ports(1)
    passed, words = connect(monkeypatch, host="http://127.0.0.1", port=nobody, password="key").test_connection()
    assert not passed
    assert "no usable answer" in words


@pytest.mark.parametrize("fields", [{"host": "https://registry.example"}, {"password": "key"}])
def test_a_connection_without_address_or_key_is_a_fault_of_the_config(
    fields: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FixConfig, match="is empty"):
        connect(monkeypatch, **fields).endpoint()


def test_plain_http_beyond_this_machine_is_refused_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"host": "http://registry.example", "password": "key"}
    with pytest.raises(FixConfig, match="http"):
        connect(monkeypatch, **fields).endpoint()
    assert connect(monkeypatch, **fields, extra={"allow_http": True}).endpoint().allow_http


def test_a_bare_host_name_means_https(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect(monkeypatch, host="registry.example", password="key").endpoint().url == "https://registry.example"


READERS = pytest.mark.parametrize(("hook", "use"), [(SupdataReadHook, "gateway"), (ApiParticulierHook, "particulier")])


@READERS
def test_a_read_connection_is_tried_by_asking_for_nobody(
    hook: type[SupdataReadHook], use: str, registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = requests.post(f"{registry}/sandbox/read-keys", json={"use": use}, headers=ADMIN, timeout=60).json()["key"]
    fields = {"conn_type": hook.conn_type, "host": registry, "password": key}
    monkeypatch.setenv("AIRFLOW_CONN_READ_TEST", json.dumps(fields))
    passed, words = hook("read_test").test_connection()
    assert passed, words


@READERS
def test_a_read_key_that_is_refused_says_so_without_showing_it(
    hook: type[SupdataReadHook], use: str, registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"conn_type": hook.conn_type, "host": registry, "password": "wrong-key-of-a-school"}
    monkeypatch.setenv("AIRFLOW_CONN_READ_TEST", json.dumps(fields))
    passed, words = hook("read_test").test_connection()
    assert not passed
    assert "refused the key (401)" in words
    assert "wrong-key" not in words


def test_airflow_knows_the_connection_type_and_its_form() -> None:
    # Airflow leaves these two without types.
    hook = ProvidersManagerTaskRuntime().hooks["supdata"]  # type: ignore[no-untyped-call]
    assert hook is not None
    assert hook.hook_class_name == "supdata.orchestration.hook.SupdataHook"
    for hook_class in (SupdataReadHook, ApiParticulierHook):
        reader = ProvidersManagerTaskRuntime().hooks[hook_class.conn_type]  # type: ignore[no-untyped-call]
        assert reader is not None
        assert reader.connection_id_attribute_name == "read_conn_id"
        assert reader.hook_class_name.endswith(f".{hook_class.__name__}")
    manager = ProvidersManager()  # type: ignore[no-untyped-call]
    form = manager.field_behaviours["supdata"]
    assert form["relabeling"] == {"host": "Registry address", "password": "X-API-Key"}
    assert {"extra__supdata__verify_tls", "extra__supdata__allow_http"} <= set(manager.connection_form_widgets)
    assert manager.field_behaviours["api_particulier"]["relabeling"]["password"] == "Token (JWT)"
