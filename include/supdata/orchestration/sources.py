"""Open an institution's source through its Airflow connection, and hand the opened client to the extractor."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import assert_never

import requests

from supdata.config.database_source import DatabaseSource
from supdata.config.models import Institution
from supdata.config.rest_source import RestSource
from supdata.config.sftp_source import SftpSource
from supdata.extract.database import read_database
from supdata.extract.rest import read_rest
from supdata.extract.sftp import read_sftp
from supdata.orchestration.connections import address_of, find_connection
from supdata.orchestration.database_access import opened_database
from supdata.orchestration.sftp_access import sftp_sessions
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, ReadFile, UnreadableRow

Rows = Iterator[RawRow | UnreadableRow]


@contextmanager
def open_source(
    institution: Institution,
    *,
    known: Collection[ReadFile] = (),
    since: datetime | None = None,
    on_open: Callable[[Reading], None] = lambda _: None,
    on_read: Callable[[ReadFile], None] = lambda _: None,
) -> Iterator[Rows]:
    """Yield the rows of the institution's source; the client is closed on leaving.

    Of a source that is files, `known` are those a green run has read before; `on_open` is given what will hold how each file
    turns out to be written, and `on_read` is told of each that was read to its end. Of an API that tells what has changed,
    `since` asks for that alone.

    Raises FixConfig (AccessRefused) when the connection is missing or refused, TryLater when the other side is away, and
    what the extractor raises.
    """
    wanted = institution.source_columns()
    match institution.source:
        case SftpSource() as source:
            with sftp_sessions(source.connection) as connect:
                optional = institution.optional_columns()
                yield read_sftp(connect, source, wanted, optional=optional, known=known, on_open=on_open, on_read=on_read)
        case RestSource() as source:
            connection = find_connection(source.connection)
            with requests.Session() as session:
                login, password = connection.login or "", connection.password or ""
                optional = institution.optional_columns()
                address = address_of(connection)
                yield read_rest(session, address, login, password, source, wanted, optional=optional, since=since)
        case DatabaseSource() as source:
            with opened_database(source.connection) as (database, dialect):
                yield read_database(database, source, wanted, dialect)
        case _ as never:
            assert_never(never)
