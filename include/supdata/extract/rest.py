"""Rows of a school's REST API, all of them or an error: a list that was read in part would say that students left."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Literal, assert_never

import requests

from supdata.config.rest_paging import NoPaging
from supdata.config.rest_source import RestSource
from supdata.extract.documents import Fields
from supdata.extract.json_records import as_row
from supdata.extract.rest_answers import listed
from supdata.extract.rest_calls import Caller
from supdata.extract.rest_pages import read_pages
from supdata.extract.rest_patience import Patience
from supdata.records.rows import RawRow, UnreadableRow


def read_rest(  # noqa: PLR0917  # what a connection holds, in its own order
    session: requests.Session,
    address: str,
    login: str,
    password: str,
    source: RestSource,
    wanted: Sequence[str],
    *,
    optional: Collection[str] = (),
    since: datetime | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of the whole list, numbered from 1 through all pages; a field that a row does not have is empty text.

    Args:
        session: An opened session; nothing is left in it.
        address: Base URL of the API, for example https://ins.school.example.
        login: User of the connection, where the way to authenticate has one.
        password: Password, token or key of the connection.
        source: What to read, and how it is paged.
        wanted: Fields to keep; dots lead into objects (`formation.codeDiplomeSISE`).
        optional: Those of them that no row need have, since another stands in for them.
        since: Ask for what has changed since that moment alone, where `source` says how.
        sleep: What to wait with, in seconds, when the API asks for it.
        clock: What to measure the time for reading with, in seconds.

    Raises AccessRefused on 401 or 403, TryLater when the API is away, busy, or changes its list while it is read, FixConfig
    when its answers are not what `source` describes, FixSource when no row has a wanted field.
    """
    attempted = f"Reading {source.path} on {source.connection}"
    patience = Patience(attempted, until=clock() + 60 * source.deadline_minutes, clock=clock, sleep=sleep)
    caller = Caller(session, address, login, password, source, patience)
    fields = Fields(wanted, optional)
    for row, document in enumerate(_documents(caller, source, _parameters(source, since)), start=1):
        yield as_row(document, source.path, row, wanted, fields)
    fields.check(attempted)


def _parameters(source: RestSource, since: datetime | None) -> dict[str, str]:
    """Return what is sent with the first page, the moment in the API's own writing included."""
    incremental = source.incremental
    if since is None or incremental is None:
        return source.parameters
    return {**source.parameters, incremental.parameter: _written(since.astimezone(UTC), incremental.written)}


def _written(moment: datetime, form: Literal["seconds", "milliseconds", "date", "datetime"]) -> str:
    match form:
        case "seconds":
            return str(int(moment.timestamp()))
        case "milliseconds":
            return str(1_000 * int(moment.timestamp()))
        case "date":
            return moment.date().isoformat()
        case "datetime":
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        case _ as never:
            assert_never(never)


def _documents(caller: Caller, source: RestSource, parameters: Mapping[str, str]) -> Iterator[Any]:
    """Yield the rows as parsed JSON: page after page, or while the one answer comes."""
    if not isinstance(source.paging, NoPaging):
        yield from chain.from_iterable(read_pages(caller, source, source.paging, parameters))
        return
    answer = caller.open(caller.url(source.path), parameters)
    with closing(answer.body):
        yield from listed(answer, source.rows_field, caller.attempted)
