"""A school's database through its Airflow connection, of any type that runs SQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.sdk.exceptions import AirflowException

from supdata.errors import AccessRefused, FixConfig, SupdataError, TryLater
from supdata.extract.dialects import DIALECTS, STANDARD, Dialect, Trouble
from supdata.orchestration.connections import find_connection

#: Where the hook of a type is, for the types that schools have.
PROVIDERS = {"postgres": "postgres", "oracle": "oracle", "mysql": "mysql", "mssql": "microsoft-mssql"}


@contextmanager
def opened_database(name: str) -> Iterator[tuple[Any, Dialect]]:
    """Yield an opened DB-API connection and how its database differs from others; closed on leaving.

    Raises FixConfig when there is no such connection, it runs no SQL or its provider is not installed, AccessRefused when the
    database refuses user or password, TryLater when it does not answer.
    """
    attempted = f"Opening the database connection `{name}`"
    hook, dialect = _hook(name, attempted)
    try:
        database = hook.get_conn()
    except Exception as error:
        if (driver_error := _driver_error(error)) is None:
            raise
        raise _refusal(dialect.trouble(error, driver_error), attempted) from None  # its words may hold the address
    try:
        yield database, dialect
    finally:
        database.close()


def _hook(name: str, attempted: str) -> tuple[DbApiHook, Dialect]:
    connection = find_connection(name)
    kind = connection.conn_type
    try:
        hook = connection.get_hook()  # type: ignore[no-untyped-call]  # Airflow wears no types here
    except (AirflowException, ImportError):
        provider = PROVIDERS.get(kind or "")
        remedy = "Choose a type that runs SQL, or install the provider that brings it."
        if provider:
            remedy = f"Install apache-airflow-providers-{provider} on every worker."
        raise FixConfig(attempted, f"Airflow knows no connection of type `{kind}` here", remedy) from None
    if not isinstance(hook, DbApiHook):
        raise FixConfig(attempted, f"a connection of type `{kind}` runs no SQL", "Choose another type, or another `kind`.")
    return hook, DIALECTS.get(kind or "", STANDARD)


def _driver_error(error: Exception) -> type[Exception] | None:
    """Return the driver's own class of errors, by the name that DB-API gives it; None when no driver raised this."""
    return next((one for one in type(error).__mro__ if one.__name__ == "Error"), None)


def _refusal(trouble: Trouble, attempted: str) -> SupdataError:
    match trouble:
        case Trouble.REFUSED:
            return AccessRefused(attempted, "the server refused user or password", "Correct the connection.")
        case Trouble.WRONG | Trouble.WRITES | Trouble.DATA:
            remedy = "Correct host, port and database in the connection."
            return FixConfig(attempted, "there is no such database on the server", remedy)
        case Trouble.SLOW | Trouble.AWAY:
            return TryLater(attempted, "the server does not answer", "It is tried again; else call the school.")
