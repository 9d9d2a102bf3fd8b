"""The ledger and the key of its fingerprints, through Airflow's connections."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk import Connection
from psycopg.conninfo import make_conninfo

from supdata.errors import FixConfig
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.opening import open_ledger_at
from supdata.ledger.store import Ledger
from supdata.orchestration.connections import find_connection

LEDGER_CONNECTION = "supdata_ledger"
CALLED = f"the ledger behind the connection `{LEDGER_CONNECTION}`"
KEY_CONNECTION = "supdata_ledger_key"
#: Of the key's connection, while the key is being replaced: in its extra, the one before. Airflow hides what is named so.
PREVIOUS = "previous_password"
#: Shorter keys could be searched: an INE has only some ten million values a year.
SHORTEST_KEY = 16


@contextmanager
def open_ledger() -> Iterator[Ledger]:
    """Yield the ledger behind the connection `supdata_ledger`; closed on leaving.

    Raises FixConfig (AccessRefused) when the connection is missing or wrong or the ledger's tables are too old, TryLater when
    its database is away or goes away.
    """
    with open_ledger_at(ledger_address(), CALLED) as connection:
        yield Ledger(connection)


def ledger_address() -> str:
    """Return what libpq connects to the ledger by; it holds a password and is not to be shown."""
    return _conninfo(find_connection(LEDGER_CONNECTION))


def _conninfo(connection: Connection) -> str:
    """Return what libpq needs; the connection's extra may add its options, such as sslmode."""
    fields = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
        "application_name": "supdata",
        **connection.extra_dejson,
    }
    return make_conninfo("", **{name: str(value) for name, value in fields.items() if value is not None})


def fingerprint() -> Fingerprint:
    """Return the keyed hash by which the ledger knows enrolments.

    Raises FixConfig when the key is missing or too short to protect anybody.
    """
    return _fingerprint_of(find_connection(KEY_CONNECTION).password or "", "its password")


def previous_fingerprint() -> Fingerprint | None:
    """Return the keyed hash by which the ledger knew enrolments before; None when no key is being replaced.

    Raises FixConfig as `fingerprint` does.
    """
    before = find_connection(KEY_CONNECTION).extra_dejson.get(PREVIOUS)
    return None if before is None else _fingerprint_of(str(before), f"its `{PREVIOUS}`")


def _fingerprint_of(secret: str, called: str) -> Fingerprint:
    if len(secret) < SHORTEST_KEY:
        raise FixConfig(
            f"Reading the key of the ledger from the connection `{KEY_CONNECTION}`",
            f"{called} has fewer than {SHORTEST_KEY} characters",
            "Set a long random password there once, and keep it: another key makes every enrolment look new.",
        )
    return Fingerprint(secret.encode())
