"""A school's database through Airflow's connections: opened by its type, or refused in plain words."""

import json
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from supdata.errors import AccessRefused, FixConfig, SupdataError, TryLater
from supdata.extract.dialects import POSTGRESQL
from supdata.orchestration.database_access import opened_database

pytestmark = pytest.mark.integration


def connect(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SIS", json.dumps(fields))


def failure() -> SupdataError:
    with pytest.raises(SupdataError) as caught, opened_database("sis"):
        pass
    assert caught.value.__cause__ is None
    return caught.value


def test_the_type_of_the_connection_says_how_its_database_is_read(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SIS", database_url.replace("postgresql://", "postgres://"))
    with opened_database("sis") as (database, dialect), database.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert (cursor.fetchone()[0], dialect) == (1, POSTGRESQL)
    assert database.closed


def test_a_type_whose_provider_is_missing_or_that_runs_no_sql_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, conn_type="mssql", host="127.0.0.1")
    assert isinstance(error := failure(), FixConfig)
    assert "Install apache-airflow-providers-microsoft-mssql" in str(error)
    connect(monkeypatch, conn_type="sftp", host="127.0.0.1")
    assert "type `sftp` runs no SQL" in str(failure())


@pytest.mark.parametrize("kind", ["postgres", "oracle"])
def test_a_server_that_is_away_is_worth_another_try(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Oracle this is all that its own driver can show without a server."""
    connect(monkeypatch, conn_type=kind, host="127.0.0.1", port=1, schema="sis", login="secret", password="secret")
    assert isinstance(error := failure(), TryLater)
    assert "secret" not in str(error)


def test_a_wrong_password_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS lecteur")
        admin.execute("CREATE ROLE lecteur LOGIN PASSWORD 'right'")
    parts = urlsplit(database_url)
    address = {"host": parts.hostname, "port": parts.port, "schema": parts.path.strip("/")}
    connect(monkeypatch, conn_type="postgres", login="lecteur", password="wrong", **address)
    assert isinstance(failure(), AccessRefused)
