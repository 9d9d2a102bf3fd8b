"""Brings the ledger's tables up to date, or takes them away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

SCHEMA = "supdata"
MIGRATIONS = Path(__file__).parent / "migrations"
#: Any number, as long as nobody else in the database locks it: two starts at once migrate one after the other.
MIGRATION_LOCK = 7_305_112_026


def migrate(url: str, revision: str = "head") -> None:
    """Bring the ledger in the database `url` to `revision`; nothing happens when it is there already.

    `url` is a PostgreSQL address as libpq, SQLAlchemy or Airflow writes it. The tables live in a schema of their own, so that
    the database may be shared.
    """
    with _prepared(url) as config:
        command.upgrade(config, revision)


def revert(url: str, revision: str = "base") -> None:
    """Take the ledger back to `revision`; `base` drops all its tables and what they hold."""
    with _prepared(url) as config:
        command.downgrade(config, revision)


@contextmanager
def _prepared(url: str) -> Iterator[Config]:
    """Open the database under the migration lock, with the schema made; all is committed together on leaving."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with psycopg.connect(_libpq_address(url)) as opened, _engine_of(opened).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        config.attributes["connection"] = connection
        yield config


def _engine_of(opened: psycopg.Connection) -> Engine:
    """Return an engine on a connection that is open already: one that cannot be opened fails with the driver's own error."""
    return create_engine("postgresql+psycopg://", creator=lambda: opened, poolclass=NullPool)


def _libpq_address(url: str) -> str:
    """Return an address as libpq reads it, without the name of a driver."""
    return re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url)
