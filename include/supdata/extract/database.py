"""Rows of a query or a table in a school's own PostgreSQL, through a server-side cursor in a read-only transaction.

The database itself turns values into text (`::text` under DateStyle ISO): one rule for both drivers, dates as AAAA-MM-JJ, and
no type that a driver cannot carry. Selecting the wanted columns from the school's query keeps all others inside the database.
The order is the query's own: a cursor's plan is never parallel, and PostgreSQL keeps the order of a sorted subquery.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, Protocol

from supdata.config.database_source import DatabaseSource
from supdata.errors import AccessRefused, FixConfig, FixSource, SupdataError, TryLater
from supdata.extract.header import locate
from supdata.records.rows import RawRow, UnreadableRow

ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)


class Connection(Protocol):
    """An opened connection of psycopg 3 or psycopg2, not in autocommit."""

    @property
    def Error(self) -> Any:  # noqa: N802  # DB-API's own name: the class of all that the driver raises
        """The driver's error class."""

    @property
    def cursor(self) -> Callable[..., Any]:
        """Return a cursor when called; one called with a `name` lives in the server."""

    def rollback(self) -> None:
        """End the transaction."""


def read_database(connection: Connection, source: DatabaseSource, wanted: Sequence[str]) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of `source`, numbered from 1 in its order, `batch_rows` of them in memory at a time.

    Raises FixConfig when the query is wrong or gives no fixed order, FixSource when a wanted column is missing or a value
    cannot be computed, AccessRefused when the account may not read, TryLater when the database is away or slower than
    `timeout_seconds`.
    """
    attempted = f"Reading {source.table or 'the query'} on {source.connection}"
    query = _query(source, attempted)
    name = source.table or "query"
    with _translated(connection, attempted):
        _begin(connection, source.timeout_seconds)
        statement = _selected(query, _columns(connection, query, wanted, attempted))
        with closing(connection.cursor(name="supdata_extract")) as cursor:
            cursor.execute(statement)
            for row, texts in enumerate(_fetched(cursor, source.batch_rows), start=1):
                values = {column: text or "" for column, text in zip(wanted, texts, strict=True)}
                yield RawRow(source=name, row=row, values=values)


def _query(source: DatabaseSource, attempted: str) -> str:
    """Return the school's SELECT; raises FixConfig when its order is left to chance, and with it every row number."""
    if source.table is not None:
        if not source.order_by:
            remedy = "Give `order_by` the columns that fix the order, for example the primary key."
            raise FixConfig(attempted, "`table` without `order_by` gives another order each night", remedy)
        table = ".".join(_quoted(part) for part in source.table.split("."))
        return f"SELECT * FROM {table} ORDER BY {', '.join(_quoted(name) for name in source.order_by)}"  # noqa: S608
    query = (source.query or "").strip().rstrip(";")
    if not ORDERED.search(query):
        raise FixConfig(attempted, "the query has no ORDER BY: its order may change each night", "End it with an ORDER BY.")
    return query


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _begin(connection: Connection, timeout_seconds: int) -> None:
    """Begin a transaction that cannot write, and that gives up on a statement that takes too long."""
    connection.rollback()  # these settings must be the first word of a transaction
    with closing(connection.cursor()) as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(f"SET LOCAL statement_timeout = {timeout_seconds * 1000:d}")
        cursor.execute("SET LOCAL datestyle = 'ISO'")


def _columns(connection: Connection, query: str, wanted: Sequence[str], attempted: str) -> list[str]:
    """Return the query's own spelling of each wanted column; the query is planned, not run."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"SELECT * FROM (\n{query}\n) AS source LIMIT 0")  # noqa: S608
        found = [column[0] for column in cursor.description]
    return [found[at] for at in locate(wanted, found, attempted=attempted)]


def _selected(query: str, columns: Sequence[str]) -> str:
    texts = ", ".join(f"{_quoted(column)}::text" for column in columns)
    return f"SELECT {texts} FROM (\n{query}\n) AS source"  # noqa: S608


def _fetched(cursor: Any, batch_rows: int) -> Iterator[Sequence[str | None]]:
    while batch := cursor.fetchmany(batch_rows):
        yield from batch


@contextmanager
def _translated(connection: Connection, attempted: str) -> Iterator[None]:
    """Turn what the driver raises into what the reader must do, and leave no transaction open."""
    try:
        yield
    except connection.Error as error:
        raise _meaning(error, attempted) from None  # the driver's message may quote a value
    finally:
        with suppress(connection.Error):
            connection.rollback()


def _meaning(error: Any, attempted: str) -> SupdataError:
    """Read PostgreSQL's error classes (appendix A of its manual); only class 42 speaks of names alone and is quoted."""
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    if state == "42501":
        return AccessRefused(attempted, "the account may not read it", "Ask the school for the right to select.")
    if state.startswith("42"):
        return FixConfig(
            attempted, f"PostgreSQL says: {error.diag.message_primary}", "Correct `source` in the institution file."
        )
    if state.startswith(("25", "0A")):
        return FixConfig(attempted, "the query would write, or is no plain SELECT", "Only reading is allowed: correct it.")
    if state == "57014":
        found = "a statement took longer than `timeout_seconds`"
        return TryLater(attempted, found, "Tried again; else make the query lighter, or raise `timeout_seconds`.")
    if state.startswith(("08", "40", "53", "55", "57", "58")) or not state:
        return TryLater(attempted, "the database is away or overloaded", "It is tried again; else call the school.")
    return FixSource(attempted, f"the query fails on the school's data (SQLSTATE {state})", "Show it to the school.")
