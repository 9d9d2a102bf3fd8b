"""The Airflow connections the demo makes are those the institution files name."""

import json

import pytest

from supdata.cli.demo.connections import connections
from supdata.cli.demo.layout import PROJECT
from supdata.config.loading import find_institution_files, load_institution
from supdata.sandbox.local.airflow_api import Connection
from supdata.sandbox.schools.serving import Access

ACCESSES = (
    Access("sftp_0751717j", "127.0.0.1", 2201, "drop", "p1", host_key="ssh-ed25519 AAAA"),
    Access("pegase_0442953w", "http://127.0.0.1:8001", 8001, "tech", "p2"),
    Access("sis_0881269b", "127.0.0.1", 5433, "reader", "p3", database="sis"),
)
KEYS = {"0751717J": "k1", "0442953W": "k2", "0881269B": "k3"}


@pytest.fixture
def made() -> dict[str, Connection]:
    ledger = "postgresql://postgres:p4@127.0.0.1:5434/ledger"
    return {one.connection_id: one for one in connections(ACCESSES, "http://127.0.0.1:8002", KEYS, ledger)}


def test_every_connection_of_every_institution_file_is_made(made: dict[str, Connection]) -> None:
    for file in find_institution_files(PROJECT / "dags" / "institutions"):
        institution = load_institution(file)
        assert {institution.source.connection, institution.registry.connection} <= set(made)


def test_the_sftp_server_is_known_by_its_key(made: dict[str, Connection]) -> None:
    sftp = made["sftp_0751717j"]
    assert sftp.conn_type == "sftp"
    assert json.loads(sftp.extra) == {"host_key": "ssh-ed25519 AAAA", "look_for_keys": False}


def test_the_rest_system_is_reached_by_scheme_host_and_port(made: dict[str, Connection]) -> None:
    rest = made["pegase_0442953w"]
    assert (rest.conn_type, rest.schema, rest.host, rest.port) == ("http", "http", "127.0.0.1", 8001)


def test_the_ledger_is_reached_by_its_fields(made: dict[str, Connection]) -> None:
    ledger = made["supdata_ledger"]
    assert (ledger.host, ledger.port, ledger.login, ledger.password, ledger.schema) == (
        "127.0.0.1",
        5434,
        "postgres",
        "p4",
        "ledger",
    )


def test_each_school_has_a_registry_key_of_its_own(made: dict[str, Connection]) -> None:
    assert [made[f"supdata_{uai.lower()}"].password for uai in KEYS] == ["k1", "k2", "k3"]


def test_the_ledger_key_is_long_and_new_each_time(made: dict[str, Connection]) -> None:
    again = {one.connection_id: one for one in connections((), "", {}, "postgresql://a:b@127.0.0.1:1/c")}
    assert len(made["supdata_ledger_key"].password) >= 32
    assert made["supdata_ledger_key"].password != again["supdata_ledger_key"].password


def test_no_password_shows_in_a_repr(made: dict[str, Connection]) -> None:
    shown = repr(list(made.values()))
    assert all(secret not in shown for secret in ("p1", "p2", "p3", "p4", "k1", "k2", "k3"))
