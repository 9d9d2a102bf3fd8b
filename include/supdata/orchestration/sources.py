"""Open an institution's source through its Airflow connection, and hand the opened client to the extractor."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, assert_never

import requests
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.sftp.hooks.sftp import SFTPHook
from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, NoValidConnectionsError, SSHException

from supdata.config.database_source import DatabaseSource
from supdata.config.models import Institution
from supdata.config.rest_source import RestSource
from supdata.config.sftp_source import SftpSource
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.extract.database import read_database
from supdata.extract.rest import read_rest
from supdata.extract.sftp import read_sftp
from supdata.records.rows import RawRow, UnreadableRow

Rows = Iterator[RawRow | UnreadableRow]


@contextmanager
def open_source(institution: Institution) -> Iterator[Rows]:
    """Yield the rows of the institution's source; the client is closed on leaving.

    Raises FixConfig (AccessRefused) when the connection is missing or refused, TryLater when the other side is away, and
    what the extractor raises.
    """
    wanted = institution.columns.source_columns()
    match institution.source:
        case SftpSource() as source:
            with _open_sftp(source.connection) as client:
                yield read_sftp(client, source, wanted)
        case RestSource() as source:
            connection = find_connection(source.connection)
            with requests.Session() as session:
                login, password = connection.login or "", connection.password or ""
                yield read_rest(session, _address(connection), login, password, source, wanted)
        case DatabaseSource() as source:
            with _open_database(source.connection) as database:
                yield read_database(database, source, wanted)
        case _ as never:
            assert_never(never)


def find_connection(name: str) -> Connection:
    """Return the Airflow connection `name`; raises FixConfig when there is none."""
    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException as error:
        raise FixConfig(
            f"Looking up the Airflow connection `{name}`",
            "there is no connection of that name",
            "Create it under Admin > Connections, or correct `connection` in the institution file.",
        ) from error


@contextmanager
def _open_sftp(name: str) -> Iterator[Any]:
    find_connection(name)
    attempted = f"Opening the SFTP connection `{name}`"
    try:
        opened = SFTPHook(ssh_conn_id=name).get_managed_conn()
        client = opened.__enter__()
    except BadHostKeyException as error:
        remedy = "If the school has changed its server, put the new host key into the connection's extra."
        raise FixConfig(attempted, "the server shows another host key than the one known", remedy) from error
    except AuthenticationException as error:
        raise AccessRefused(attempted, "the server refused user or password", "Correct the connection.") from error
    except (NoValidConnectionsError, TimeoutError, OSError) as error:
        raise TryLater(attempted, "the server does not answer", "It is tried again; else call the school.") from error
    except SSHException as error:
        found = "the SSH handshake failed (an unknown host key, or no common algorithm)"
        raise FixConfig(attempted, found, "Compare the connection's host_key with the server's.") from error
    try:
        yield client
    finally:
        opened.__exit__(None, None, None)


def _address(connection: Connection) -> str:
    """Return the base URL of an http connection as Airflow writes it: schema, host, port."""
    host = connection.host or ""
    address = host if "://" in host else f"{connection.schema or 'https'}://{host}"
    return f"{address}:{connection.port}" if connection.port else address


@contextmanager
def _open_database(name: str) -> Iterator[Any]:
    find_connection(name)
    hook = PostgresHook(postgres_conn_id=name)
    try:
        database = hook.get_conn()
    except _operational_errors() as error:
        attempted = f"Opening the database connection `{name}`"
        if "authentication failed" in str(error):
            raise AccessRefused(attempted, "the server refused user or password", "Correct the connection.") from None
        raise TryLater(attempted, "the server does not answer", "It is tried again; else call the school.") from None
    try:
        yield database
    finally:
        database.close()


def _operational_errors() -> tuple[type[Exception], ...]:
    """Return the connection errors of both drivers the provider may use: it chooses by what is installed."""
    import psycopg
    import psycopg2

    return (psycopg.OperationalError, psycopg2.OperationalError)
