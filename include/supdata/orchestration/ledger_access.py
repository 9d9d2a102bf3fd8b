"""The ledger and the key of its fingerprints, through Airflow's connections."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.store import Ledger
from supdata.orchestration.sources import find_connection

LEDGER_CONNECTION = "supdata_ledger"
KEY_CONNECTION = "supdata_ledger_key"
#: Shorter keys could be searched: an INE has only some ten million values a year.
SHORTEST_KEY = 16


@contextmanager
def open_ledger() -> Iterator[Ledger]:
    """Yield the ledger behind the connection `supdata_ledger`; closed on leaving.

    Raises AccessRefused when its database refuses the password, TryLater when it is away or goes away.
    """
    address = find_connection(LEDGER_CONNECTION).get_uri()
    attempted = f"Using the ledger behind the connection `{LEDGER_CONNECTION}`"
    try:
        with psycopg.connect(address, application_name="supdata") as connection:
            yield Ledger(connection)
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            raise AccessRefused(attempted, "its database refused user or password", "Correct the connection.") from error
        raise TryLater(attempted, "its database does not answer", "It is tried again; nothing is lost by waiting.") from error


def fingerprint() -> Fingerprint:
    """Return the keyed hash by which the ledger knows enrolments.

    Raises FixConfig when the key is missing or too short to protect anybody.
    """
    secret = find_connection(KEY_CONNECTION).password or ""
    if len(secret) < SHORTEST_KEY:
        raise FixConfig(
            f"Reading the key of the ledger from the connection `{KEY_CONNECTION}`",
            f"its password has fewer than {SHORTEST_KEY} characters",
            "Set a long random password there once, and keep it: another key makes every enrolment look new.",
        )
    return Fingerprint(secret.encode())
