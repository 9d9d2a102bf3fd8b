"""Rows of a query or a table in a school's own database, left in the server until they are wanted, in a read-only transaction.

PostgreSQL itself turns values into text (`::text` under DateStyle ISO): one rule for both its drivers, dates as AAAA-MM-JJ, and
no type that a driver cannot carry; selecting the wanted columns from the school's query keeps all others inside the database.
Elsewhere the school's query is run as it is written, and what its driver gives is written the same way here.
The order is the query's own: a cursor's plan is never parallel, and PostgreSQL keeps the order of a sorted subquery.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, assert_never

from supdata.config.database_source import DatabaseSource
from supdata.config.query_file import ORDERED
from supdata.errors import AccessRefused, FixConfig, FixSource, SupdataError, TryLater
from supdata.extract.dialects import POSTGRESQL, Dialect, Trouble, error_of
from supdata.extract.header import locate
from supdata.records.rows import RawRow, UnreadableRow


def read_database(
    connection: Any, source: DatabaseSource, wanted: Sequence[str], dialect: Dialect = POSTGRESQL
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of `source`, numbered from 1 in its order, `batch_rows` of them in memory at a time.

    `connection` is an opened one of a DB-API driver, not in autocommit; nothing is ever committed on it.

    Raises FixConfig when the query is wrong or gives no fixed order, FixSource when a wanted column is missing or a value
    cannot be computed, AccessRefused when the account may not read, TryLater when the database is away or slower than
    `timeout_seconds`.
    """
    attempted = f"Reading {source.table or source.query_file or 'the query'} on {source.connection}"
    query = _query(source, dialect, attempted)
    name = source.table or "query"
    with translated(connection, dialect, attempted):
        dialect.begin(connection, source.timeout_seconds)
        statement, places = query, None
        if dialect.casts:
            statement = _selected(query, _columns(connection, query, wanted, attempted), dialect)
            places = range(len(wanted))
        with closing(dialect.rows(connection, source.batch_rows)) as cursor:
            cursor.execute(statement)
            at = places or locate(wanted, [column[0] for column in cursor.description], attempted=attempted)
            for row, values in enumerate(_fetched(cursor, source.batch_rows), start=1):
                yield _row(name, row, wanted, [values[place] for place in at])


def _row(name: str, row: int, wanted: Sequence[str], values: Sequence[Any]) -> RawRow | UnreadableRow:
    texts = {}
    for column, value in zip(wanted, values, strict=True):
        try:
            texts[column] = as_text(value)
        except ValueError:
            return UnreadableRow(source=name, row=row, reason=f"La colonne {column} ne contient pas du texte.")
    return RawRow(source=name, row=row, values=texts)


def as_text(value: Any) -> str:
    """Return what a driver gives as PostgreSQL would write it; NULL is empty.

    A moment at midnight is a day: Oracle's DATE has no other form. Raises ValueError for what is no text: bytes, lists.
    """
    for kind, written in WRITTEN.items():
        if isinstance(value, kind):
            return str(written(value))
    text = value.read() if callable(getattr(value, "read", None)) else None  # a large object of Oracle's comes when it is read
    if isinstance(text, str):
        return text
    raise ValueError("no text")


def _moment(value: datetime) -> str:
    is_day = value.time() == time(0) and value.tzinfo is None
    return value.date().isoformat() if is_day else value.isoformat(sep=" ")


#: How each type is written, by the first that fits: a bool is an int too, and a moment a day.
WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    str: str,
    bool: lambda value: "true" if value else "false",
    int: str,
    Decimal: lambda value: format(value, "f"),
    float: lambda value: str(int(value)) if value.is_integer() else repr(value),
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
}


def _query(source: DatabaseSource, dialect: Dialect, attempted: str) -> str:
    """Return the school's SELECT; raises FixConfig when its order is left to chance, and with it every row number."""
    if source.table is not None:
        if not source.order_by:
            remedy = "Give `order_by` the columns that fix the order, for example the primary key."
            raise FixConfig(attempted, "`table` without `order_by` gives another order each night", remedy)
        table = ".".join(map(dialect.quoted, source.table.split(".")))
        return f"SELECT * FROM {table} ORDER BY {', '.join(map(dialect.quoted, source.order_by))}"  # noqa: S608
    query = (source.query or "").strip().rstrip(";")
    if not ORDERED.search(query):
        raise FixConfig(attempted, "the query has no ORDER BY: its order may change each night", "End it with an ORDER BY.")
    return query


def _columns(connection: Any, query: str, wanted: Sequence[str], attempted: str) -> list[str]:
    """Return the query's own spelling of each wanted column; the query is planned, not run."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"SELECT * FROM (\n{query}\n) AS source LIMIT 0")  # noqa: S608
        found = [column[0] for column in cursor.description]
    return [found[at] for at in locate(wanted, found, attempted=attempted)]


def _selected(query: str, columns: Sequence[str], dialect: Dialect) -> str:
    texts = ", ".join(f"{dialect.quoted(column)}::text" for column in columns)
    return f"SELECT {texts} FROM (\n{query}\n) AS source"  # noqa: S608


def _fetched(cursor: Any, batch_rows: int) -> Iterator[Sequence[Any]]:
    while batch := cursor.fetchmany(batch_rows):
        yield from batch


@contextmanager
def translated(connection: Any, dialect: Dialect, attempted: str) -> Iterator[None]:
    """Turn what the driver raises into what the reader must do, and leave no transaction open."""
    driver_error = error_of(connection)
    try:
        yield
    except driver_error as error:
        raise meaning(error, dialect, attempted, driver_error) from None  # the driver's message may quote a value
    finally:
        with suppress(driver_error):
            connection.rollback()


def meaning(error: Exception, dialect: Dialect, attempted: str, driver_error: type[Exception]) -> SupdataError:
    """Return what the reader must do about a driver's error; of its words only PostgreSQL's on names alone are quoted."""
    code = dialect.code(error)
    coded = f" ({code})" if code else ""
    match dialect.trouble(error, driver_error):
        case Trouble.REFUSED:
            remedy = "Correct user and password in the connection, or ask the school for the right to select."
            return AccessRefused(attempted, f"the account may not read it{coded}", remedy)
        case Trouble.WRONG:
            said = f"{dialect.name} says: {_words(error)}" if _words(error) else f"{dialect.name} refuses the query{coded}"
            return FixConfig(attempted, said, "Correct `source` in the institution file.")
        case Trouble.WRITES:
            return FixConfig(attempted, "the query would write, or is no plain SELECT", "Only reading is allowed: correct it.")
        case Trouble.SLOW:
            remedy = "Tried again; else make the query lighter, or raise `timeout_seconds`."
            return TryLater(attempted, "a statement took longer than `timeout_seconds`", remedy)
        case Trouble.AWAY:
            return TryLater(attempted, f"the database is away or overloaded{coded}", "It is tried again; else call the school.")
        case Trouble.DATA:
            return FixSource(attempted, f"the query fails on the school's data{coded}", "Show it to the school.")
        case _ as never:
            assert_never(never)


def _words(error: Any) -> str:
    """Return PostgreSQL's own words; its class 42 speaks of names and syntax, never of values."""
    return str(getattr(getattr(error, "diag", None), "message_primary", None) or "")
