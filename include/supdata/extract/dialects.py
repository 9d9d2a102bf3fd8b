"""In what databases differ for a reader: transactions, cursors, quotes, and what an error code means.

PostgreSQL is run for real in the tests. The others are held against the documents named beside them and against the shape of
DB-API (PEP 249): nobody has run them here.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import Any


class Trouble(StrEnum):
    """What an error of a driver means for whoever has to act."""

    REFUSED = "refused"
    WRONG = "wrong"
    WRITES = "writes"
    SLOW = "slow"
    AWAY = "away"
    DATA = "data"


@dataclass(frozen=True)
class Dialect:
    """One kind of database.

    `begin` opens a transaction that cannot write and gives up on a statement after so many seconds, as far as the database
    knows such things. `rows` returns a cursor that leaves rows in the server and fetches so many at a time. `code` is the
    database's own number for an error; `troubles` says what the ones that matter mean, by their beginnings. With `casts` the
    database itself turns values into text, and keeps every other column to itself.
    """

    name: str
    begin: Callable[[Any, int], None]
    rows: Callable[[Any, int], Any]
    code: Callable[[Any], str]
    troubles: Mapping[str, Trouble]
    quotes: str = '""'
    casts: bool = False

    def quoted(self, name: str) -> str:
        """Return a name as it is written, whatever is in it."""
        opening, closing_quote = self.quotes[0], self.quotes[1]
        return opening + name.replace(closing_quote, closing_quote * 2) + closing_quote

    def trouble(self, error: Exception, driver_error: type[Exception]) -> Trouble:
        """Return what an error means: by its code, else by its DB-API class."""
        code = self.code(error)
        known = [prefix for prefix in self.troubles if code.startswith(prefix)]
        return self.troubles[max(known, key=len)] if known and code else _by_class(error, driver_error)


def error_of(connection: Any) -> type[Exception]:
    """Return the class of all that a connection's driver raises: DB-API puts it into the driver's module."""
    found = getattr(connection, "Error", None)
    parts = type(connection).__module__.split(".")
    for length in range(len(parts), 0, -1):
        if isinstance(found, type) and issubclass(found, Exception):
            return found
        found = getattr(import_module(".".join(parts[:length])), "Error", None)
    return found if isinstance(found, type) and issubclass(found, Exception) else Exception


def _by_class(error: Exception, driver_error: type[Exception]) -> Trouble:
    names = {one.__name__ for one in type(error).__mro__ if issubclass(one, driver_error)}
    if names & {"ProgrammingError", "NotSupportedError"}:
        return Trouble.WRONG
    if names & {"DataError", "IntegrityError"}:
        return Trouble.DATA
    return Trouble.AWAY


def _execute(connection: Any, *statements: str) -> None:
    with closing(connection.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)


def _begin_postgresql(connection: Any, seconds: int) -> None:
    connection.rollback()  # these settings must be the first word of a transaction
    _execute(
        connection,
        "SET TRANSACTION READ ONLY",
        f"SET LOCAL statement_timeout = {seconds * 1000:d}",
        "SET LOCAL datestyle = 'ISO'",
    )


def _sqlstate(error: Any) -> str:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    return str(state or ("28000" if "authentication failed" in str(error) else ""))


#: PostgreSQL's error classes: appendix A of its manual.
POSTGRESQL = Dialect(
    name="PostgreSQL",
    begin=_begin_postgresql,
    rows=lambda connection, _: connection.cursor(name="supdata_extract"),
    code=_sqlstate,
    troubles={
        **dict.fromkeys(("28", "42501"), Trouble.REFUSED),
        **dict.fromkeys(("42", "3D"), Trouble.WRONG),
        **dict.fromkeys(("25", "0A"), Trouble.WRITES),
        "57014": Trouble.SLOW,
        **dict.fromkeys(("25P03", "08", "40", "53", "55", "57", "58"), Trouble.AWAY),
        **dict.fromkeys(("2", "P"), Trouble.DATA),
    },
    casts=True,
)


def _begin_oracle(connection: Any, seconds: int) -> None:
    connection.rollback()
    connection.call_timeout = seconds * 1000  # python-oracledb: milliseconds of one round trip
    _execute(connection, "SET TRANSACTION READ ONLY")


def _oracle_rows(connection: Any, batch_rows: int) -> Any:
    cursor = connection.cursor()
    cursor.arraysize = cursor.prefetchrows = batch_rows
    cursor.outputtypehandler = _oracle_numbers
    return cursor


def _oracle_numbers(cursor: Any, metadata: Any) -> Any:
    """A NUMBER would come as a float, which keeps fifteen digits."""
    is_number = getattr(metadata.type_code, "name", "") == "DB_TYPE_NUMBER"
    return cursor.var(Decimal, arraysize=cursor.arraysize) if is_number else None


def _oracle_code(error: Any) -> str:
    """Return ORA-00942 or DPY-4024, without what stands beside it: the words of an ORA error may hold a value."""
    said = re.search(r"\b(?:ORA|DPY|DPI)-\d+", str(error))
    return said.group() if said else ""


#: Codes: Oracle Database Error Messages, and python-oracledb's own (DPY, DPI).
ORACLE = Dialect(
    name="Oracle",
    begin=_begin_oracle,
    rows=_oracle_rows,
    code=_oracle_code,
    troubles={
        **dict.fromkeys(("ORA-01017", "ORA-01031", "ORA-01045", "ORA-28000", "ORA-28001"), Trouble.REFUSED),
        **dict.fromkeys(("ORA-009", "ORA-01789", "ORA-12154", "ORA-12514", "DPY-4000", "DPY-6001"), Trouble.WRONG),
        **dict.fromkeys(("ORA-01456", "ORA-14551", "ORA-16000"), Trouble.WRITES),
        **dict.fromkeys(("ORA-01013", "DPY-4024", "DPI-1067"), Trouble.SLOW),
        **dict.fromkeys(("ORA-01722", "ORA-018", "ORA-01476", "ORA-06502"), Trouble.DATA),
    },
)


def _begin_mysql(connection: Any, seconds: int) -> None:
    connection.rollback()
    try:
        _execute(connection, f"SET SESSION max_execution_time = {seconds * 1000:d}")
    except error_of(connection):  # MariaDB has its own name for it
        with suppress(error_of(connection)):
            _execute(connection, f"SET SESSION max_statement_time = {seconds:d}")
    _execute(connection, "START TRANSACTION READ ONLY")


def _mysql_rows(connection: Any, batch_rows: int) -> Any:
    """Both drivers of Airflow's provider: mysqlclient holds a whole result unless asked for an SSCursor."""
    driver = type(connection).__module__.partition(".")[0]
    if driver in {"MySQLdb", "pymysql"}:
        return connection.cursor(import_module(f"{driver}.cursors").SSCursor)
    cursor = connection.cursor()
    cursor.arraysize = batch_rows
    return cursor


def _first_number(error: Any) -> str:
    """Return the number that MySQL's and SQL Server's drivers put first."""
    number = getattr(error, "errno", None) or (error.args[0] if error.args else None)
    return str(number) if isinstance(number, int) else ""


#: Numbers: MySQL Server Error Message Reference; 1969 is MariaDB's, 2000 and up are the client's.
MYSQL = Dialect(
    name="MySQL",
    begin=_begin_mysql,
    rows=_mysql_rows,
    code=_first_number,
    troubles={
        **dict.fromkeys(("1044", "1045", "1142", "1143", "1227"), Trouble.REFUSED),
        **dict.fromkeys(("1049", "1054", "1064", "1146"), Trouble.WRONG),
        **dict.fromkeys(("1290", "1792"), Trouble.WRITES),
        **dict.fromkeys(("1969", "3024"), Trouble.SLOW),
    },
    quotes="``",
)


def _begin_plainly(connection: Any, _seconds: int) -> None:
    connection.rollback()


def _plain_rows(connection: Any, batch_rows: int) -> Any:
    cursor = connection.cursor()
    cursor.arraysize = batch_rows
    return cursor


#: Has no read-only transaction and no timeout of a statement: only SELECTs are sent, nothing is ever committed, and the account
#: should have no right to write. Numbers: Database Engine errors, and 20003 of DB-Library.
SQL_SERVER = Dialect(
    name="SQL Server",
    begin=_begin_plainly,
    rows=_plain_rows,
    code=_first_number,
    troubles={
        **dict.fromkeys(("229", "230", "4060", "18456"), Trouble.REFUSED),
        **dict.fromkeys(("102", "156", "207", "208"), Trouble.WRONG),
        "3906": Trouble.WRITES,
        "20003": Trouble.SLOW,
        **dict.fromkeys(("241", "245", "8114", "8134"), Trouble.DATA),
    },
    quotes="[]",
)

#: Any other database that Airflow has a DB-API hook for: what the standard says, and no more; nothing is ever committed.
STANDARD = Dialect(name="the database", begin=_begin_plainly, rows=_plain_rows, code=lambda _: "", troubles={})

#: By Airflow's types of connection.
DIALECTS: Mapping[str, Dialect] = {"postgres": POSTGRESQL, "oracle": ORACLE, "mysql": MYSQL, "mssql": SQL_SERVER}
