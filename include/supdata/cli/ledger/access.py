"""Where the ledger is, and the key of its fingerprints: as given, or through Airflow's connections."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import psycopg

from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.opening import open_ledger_at

#: What messages call a ledger whose address was given.
GIVEN = "the ledger at the address given"


@contextmanager
def opened(database: str) -> Iterator[psycopg.Connection]:
    """Yield a connection to the ledger; raises what `open_ledger_at` raises."""
    address, called = address_of(database)
    with open_ledger_at(address, called) as connection:
        yield connection


def address_of(database: str) -> tuple[str, str]:
    """Return the ledger's address and what messages call it; raises FixConfig when Airflow knows of none either."""
    if database:
        return database, GIVEN
    with redirect_stdout(sys.stderr):  # importing Airflow may say a word, which is no part of an answer in JSON
        from supdata.orchestration.ledger_access import CALLED, ledger_address

        return ledger_address(), CALLED


def fingerprints() -> list[Fingerprint]:
    """Return the keyed hash of the ledger, and while its key is being replaced that of before.

    The keys are in Airflow's connection `supdata_ledger_key` and nowhere else.
    """
    with redirect_stdout(sys.stderr):
        from supdata.orchestration.ledger_access import fingerprint, previous_fingerprint

        return [one for one in (fingerprint(), previous_fingerprint()) if one is not None]
