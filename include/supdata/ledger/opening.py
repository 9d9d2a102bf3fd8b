"""Opens the ledger, and says in plain words why that may fail."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from supdata.errors import AccessRefused, FixConfig, TryLater

#: The revision of the tables that this code reads and writes: the newest migration there is.
REVISION = "0017"


@contextmanager
def open_ledger_at(address: str, called: str) -> Iterator[psycopg.Connection]:
    """Yield a connection to the ledger's database; closed on leaving.

    Args:
        address: What libpq connects by: an address `postgresql://…`, or `host=… dbname=…`.
        called: What a message calls the ledger; the address is never shown, since it may hold a password.

    Raises AccessRefused when the database refuses user or password, FixConfig when the address is none or the tables are
    missing or older than this code, TryLater when the database is away or goes away.
    """
    _require_readable(address, called)
    with plainly_failing(called), psycopg.connect(address, autocommit=True) as connection:
        require_revision(connection, called)
        yield connection


@contextmanager
def plainly_failing(called: str) -> Iterator[None]:
    """Turn the driver's errors about a connection into AccessRefused, FixConfig or TryLater: its own may quote addresses."""
    attempted = f"Using {called}"
    try:
        yield
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            raise AccessRefused(attempted, "its database refused user or password", "Correct the connection.") from None
        if "does not exist" in str(error):
            raise FixConfig(attempted, "there is no such database or role", "Create it, or correct the connection.") from None
        remedy = "It is tried again; nothing is lost by waiting."
        raise TryLater(attempted, "its database does not answer", remedy) from None


def _require_readable(address: str, called: str) -> None:
    try:
        conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        remedy = "Write it as postgresql://user@host/database."
        raise FixConfig(f"Using {called}", "its address cannot be read", remedy) from None


def revision_of(connection: psycopg.Connection) -> str:
    """Return the revision the ledger's tables are at, "" when there are none."""
    found = connection.execute("SELECT to_regclass('supdata.alembic_version')").fetchone()
    if found is None or found[0] is None:
        return ""
    row = connection.execute("SELECT version_num FROM supdata.alembic_version").fetchone()
    return str(row[0]) if row else ""


def require_revision(connection: psycopg.Connection, called: str) -> None:
    """Raise FixConfig when the tables are older than this code; newer ones are those of a version being rolled out."""
    found = revision_of(connection)
    if found < REVISION:
        raise FixConfig(
            f"Using {called}",
            f"its tables are at revision {found}, and {REVISION} is needed" if found else "its tables have not been made",
            "Run `supdata ledger migrate`; nothing that is known is lost by it.",
        )
