"""Databases other than PostgreSQL: SQLite's driver runs the plain path for real, the others are held to the shape of DB-API."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from supdata.config.database_source import DatabaseSource
from supdata.errors import AccessRefused, FixConfig, FixSource, SupdataError, TryLater
from supdata.extract.database import as_text, meaning, read_database
from supdata.extract.dialects import MYSQL, ORACLE, POSTGRESQL, SQL_SERVER, STANDARD, Dialect, error_of
from supdata.records.rows import RawRow, UnreadableRow


def described(**source: Any) -> DatabaseSource:
    return DatabaseSource.model_validate({"kind": "database", "connection": "sis", "batch_rows": 2, **source})


@pytest.fixture
def sis() -> Iterator[sqlite3.Connection]:
    """A real driver that is not PostgreSQL's; the product itself has nothing to do with SQLite."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute('CREATE TABLE "el""eve" (id INTEGER, "INE" TEXT, note REAL, photo BLOB, nom TEXT)')
        rows = [(number, f"{number:011d}", number / 2, None, "NOM") for number in (3, 1, 2)]
        connection.executemany('INSERT INTO "el""eve" VALUES (?, ?, ?, ?, ?)', [*rows, (4, None, None, b"\0", "NOM")])
        connection.commit()
        yield connection


def test_a_table_is_read_in_its_order_and_only_the_wanted_columns_are_kept(sis: sqlite3.Connection) -> None:
    rows = list(read_database(sis, described(table='el"eve', order_by=["id"]), ["INE", "note"], STANDARD))
    assert rows[0] == RawRow(source='el"eve', row=1, values={"INE": "00000000001", "note": "0.5"})
    assert [row.values["note"] for row in rows if isinstance(row, RawRow)] == ["0.5", "1", "1.5", ""]


def test_a_query_is_run_as_it_is_written(sis: sqlite3.Connection) -> None:
    query = 'WITH kept AS (SELECT id, "INE" AS ine FROM "el""eve" WHERE id < 3) SELECT ine FROM kept ORDER BY id DESC;'
    rows = list(read_database(sis, described(query=query), ["ine"], STANDARD))
    assert [row.values["ine"] for row in rows if isinstance(row, RawRow)] == ["00000000002", "00000000001"]


def test_a_missing_column_is_named_with_the_nearest(sis: sqlite3.Connection) -> None:
    with pytest.raises(FixSource, match=r"no column `ine` \(is it `INE`\?\)"):
        list(read_database(sis, described(table='el"eve', order_by=["id"]), ["ine"], STANDARD))


def test_a_value_that_is_no_text_makes_its_row_unreadable(sis: sqlite3.Connection) -> None:
    rows = list(read_database(sis, described(table='el"eve', order_by=["id"]), ["photo"], STANDARD))
    assert [type(row) for row in rows] == [RawRow, RawRow, RawRow, UnreadableRow]


def test_a_wrong_query_says_what_to_mend_and_quotes_nothing(sis: sqlite3.Connection) -> None:
    with pytest.raises(SupdataError) as caught:
        list(read_database(sis, described(query="SELECT secret FROM nowhere ORDER BY 1"), ["x"], STANDARD))
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_reader_that_stops_early_leaves_no_transaction_open(sis: sqlite3.Connection) -> None:
    rows = read_database(sis, described(table='el"eve', order_by=["id"]), ["id"], STANDARD)
    next(rows)
    rows.close()  # type: ignore[attr-defined]  # the iterator is a generator
    assert not sis.in_transaction


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("0123", "0123"),
        (True, "true"),
        (22100005, "22100005"),
        (Decimal("2.50"), "2.50"),
        (Decimal("1E+3"), "1000"),
        (22100005.0, "22100005"),
        (0.5, "0.5"),
        (date(2004, 3, 9), "2004-03-09"),
        (datetime(2004, 3, 9), "2004-03-09"),  # noqa: DTZ001  # as Oracle's DATE comes
        (datetime(2004, 3, 9, 8, 30), "2004-03-09 08:30:00"),  # noqa: DTZ001
        (datetime(2004, 3, 9, tzinfo=timezone(timedelta(hours=1))), "2004-03-09 00:00:00+01:00"),
        (time(8, 30), "08:30:00"),
        (SimpleNamespace(read=lambda: "long"), "long"),
    ],
)
def test_what_a_driver_gives_is_written_as_postgresql_would(value: Any, text: str) -> None:
    assert as_text(value) == text


def driver(words: str, *numbers: int, cause: str = "DatabaseError") -> tuple[Exception, type[Exception]]:
    """Make an error as a driver raises it, and the class of all its errors."""
    error = type("Error", (Exception,), {})
    raised = type(cause, (error,), {})
    return raised(*numbers, words), error


@pytest.mark.parametrize(
    ("dialect", "words", "numbers", "kind"),
    [
        (ORACLE, "ORA-01017: invalid username/password", (), AccessRefused),
        (ORACLE, 'ORA-00942: table or view "SECRET" does not exist', (), FixConfig),
        (ORACLE, "ORA-01456: may not perform insert/delete/update", (), FixConfig),
        (ORACLE, "DPY-4024: call timeout of 300000 ms exceeded", (), TryLater),
        (ORACLE, "ORA-01555: snapshot too old: secret", (), TryLater),
        (ORACLE, "ORA-03113: end-of-file on communication channel", (), TryLater),
        (ORACLE, "DPY-4011: the database or network closed the connection", (), TryLater),
        (ORACLE, "ORA-01722: unable to convert string value containing 'secret'", (), FixSource),
        (MYSQL, "Access denied for user", (1045,), AccessRefused),
        (MYSQL, "Unknown column 'secret'", (1054,), FixConfig),
        (MYSQL, "Cannot execute statement in a READ ONLY transaction", (1792,), FixConfig),
        (MYSQL, "maximum statement execution time exceeded", (3024,), TryLater),
        (MYSQL, "Lost connection to MySQL server during query", (2013,), TryLater),
        (SQL_SERVER, "The SELECT permission was denied on the object 'secret'", (229,), AccessRefused),
        (SQL_SERVER, "Invalid object name 'secret'", (208,), FixConfig),
        (SQL_SERVER, "Conversion failed when converting 'secret'", (245,), FixSource),
        (SQL_SERVER, "DB-Lib error: Connection is dead", (20047,), TryLater),
    ],
)
def test_an_error_says_who_must_act_without_its_own_words(
    dialect: Dialect, words: str, numbers: tuple[int, ...], kind: type[SupdataError]
) -> None:
    raised, error = driver(words, *numbers)
    said = meaning(raised, dialect, "Reading it", error)
    assert type(said) is kind
    assert "secret" not in str(said).lower()


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("ProgrammingError", FixConfig),
        ("DataError", FixSource),
        ("OperationalError", TryLater),
        ("InterfaceError", TryLater),
    ],
)
def test_an_error_without_a_number_is_read_by_its_standard_class(cause: str, kind: type[SupdataError]) -> None:
    raised, error = driver("secret", cause=cause)
    for dialect in (STANDARD, POSTGRESQL, ORACLE, MYSQL):
        assert type(meaning(raised, dialect, "Reading it", error)) is kind


class Recorded:
    """A connection and a cursor in one, of a driver that only notes what it is told."""

    class Error(Exception):
        """What the driver raises."""

    def __init__(self, refuses: str = "\0") -> None:
        self.told: list[str] = []
        self.refuses = refuses
        self.arraysize = 1

    def cursor(self, *kind: Any) -> "Recorded":
        self.told += [f"cursor {one.__name__}" for one in kind]
        return self

    def execute(self, statement: str) -> None:
        self.told.append(statement)
        if self.refuses in statement:
            raise self.Error(1193, "Unknown system variable")

    def rollback(self) -> None:
        self.told.append("rollback")

    def close(self) -> None:
        """Nothing is open."""

    def var(self, kind: type, arraysize: int) -> tuple[type, int]:
        return kind, arraysize


def test_oracle_reads_only_is_bounded_and_keeps_the_digits_of_numbers() -> None:
    connection: Any = Recorded()
    ORACLE.begin(connection, 300)
    assert (connection.told, connection.call_timeout) == (["rollback", "SET TRANSACTION READ ONLY"], 300_000)
    cursor = ORACLE.rows(connection, 2_000)
    assert (cursor.arraysize, cursor.prefetchrows) == (2_000, 2_000)
    number, text = (SimpleNamespace(type_code=SimpleNamespace(name=name)) for name in ("DB_TYPE_NUMBER", "DB_TYPE_VARCHAR"))
    assert cursor.outputtypehandler(cursor, number) == (Decimal, 2_000)
    assert cursor.outputtypehandler(cursor, text) is None


def test_mysql_and_mariadb_read_only_and_are_bounded() -> None:
    connection = Recorded()
    MYSQL.begin(connection, 300)
    assert connection.told == ["rollback", "SET SESSION max_execution_time = 300000", "START TRANSACTION READ ONLY"]
    maria = Recorded(refuses="max_execution_time")
    MYSQL.begin(maria, 300)
    assert maria.told[2:] == ["SET SESSION max_statement_time = 300", "START TRANSACTION READ ONLY"]


def test_mysql_s_driver_is_asked_to_leave_rows_in_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mysqlclient, whose plain cursor takes in the whole result at once."""
    cursors: Any = ModuleType("MySQLdb.cursors")
    cursors.SSCursor = type("SSCursor", (), {})
    monkeypatch.setitem(sys.modules, "MySQLdb", ModuleType("MySQLdb"))
    monkeypatch.setitem(sys.modules, "MySQLdb.cursors", cursors)
    connection = type("Connection", (Recorded,), {"__module__": "MySQLdb.connections"})()
    MYSQL.rows(connection, 2_000)
    assert connection.told == ["cursor SSCursor"]


@pytest.mark.parametrize(
    ("dialect", "quoted"), [(ORACLE, '"a""]`b"'), (MYSQL, '`a"]``b`'), (SQL_SERVER, '[a"]]`b]'), (POSTGRESQL, '"a""]`b"')]
)
def test_names_are_quoted_as_each_database_does(dialect: Dialect, quoted: str) -> None:
    assert dialect.quoted('a"]`b') == quoted


def test_the_class_of_a_driver_s_errors_is_found_in_its_module(sis: sqlite3.Connection) -> None:
    assert error_of(sis) is sqlite3.Error
    assert error_of(Recorded()) is Recorded.Error
