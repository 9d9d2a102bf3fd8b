"""A real PostgreSQL for the tests that need one: one server, one empty database per test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from supdata.sandbox.local.postgres import PostgresServer, embedded_postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that lives as long as the test session."""
    with embedded_postgres(tmp_path_factory.mktemp("postgres"), settings={"fsync": "off"}) as server:
        yield server


@pytest.fixture
def database_url(postgres: PostgresServer) -> str:
    """The address of a database nobody used before."""
    return postgres.create_database(f"test_{uuid.uuid4().hex[:12]}")


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A folder for what a server leaves behind."""
    return tmp_path / "var"
