"""What the ledger keeps of the schools' runs, read and never written, through short connections.

A page is worth showing without it: whoever asks gets the reason in plain words instead of a page that fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from supdata.ledger.opening import open_ledger_at
from supdata.orchestration.ledger_access import CALLED, ledger_address

#: A page is not worth a longer wait, and no page may keep the runs of the night waiting.
CONNECT_SECONDS = 3
STATEMENT = "-c default_transaction_read_only=on -c statement_timeout=5s"


@contextmanager
def reading_ledger() -> Iterator[psycopg.Connection]:
    """Yield a connection to the ledger on which nothing can be written; raises what `open_ledger` raises."""
    address = make_conninfo(ledger_address(), connect_timeout=CONNECT_SECONDS, options=STATEMENT)
    with open_ledger_at(address, CALLED) as connection:
        yield connection
