"""Rows of a school's REST API, all of them or an error: a list that was read in part would say that students left."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import Any

import requests

from supdata.config.rest_paging import NoPaging
from supdata.config.rest_source import RestSource
from supdata.extract.header import missing_columns
from supdata.extract.json_values import as_text, field_names, find
from supdata.extract.rest_answers import list_items
from supdata.extract.rest_calls import Caller
from supdata.extract.rest_pages import read_pages
from supdata.extract.rest_patience import Patience
from supdata.records.rows import RawRow, UnreadableRow

ENOUGH_ROWS = 20  # a field that this many rows do not have is misspelt; fewer rows may all just lack it


def read_rest(  # noqa: PLR0917  # what a connection holds, in its own order
    session: requests.Session,
    address: str,
    login: str,
    password: str,
    source: RestSource,
    wanted: Sequence[str],
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
        sleep: What to wait with, in seconds, when the API asks for it.
        clock: What to measure the time for reading with, in seconds.

    Raises AccessRefused on 401 or 403, TryLater when the API is away, busy, or changes its list while it is read, FixConfig
    when its answers are not what `source` describes, FixSource when no row has a wanted field.
    """
    attempted = f"Reading {source.path} on {source.connection}"
    patience = Patience(attempted, until=clock() + 60 * source.deadline_minutes, clock=clock, sleep=sleep)
    caller = Caller(session, address, login, password, source, patience)
    row, unseen, names = 0, set(wanted), set[str]()
    for row, document in enumerate(_documents(caller, source, source.parameters), start=1):
        if unseen:
            unseen -= {name for name in unseen if find(document, name)[0]}
            names.update(field_names(document) if row <= ENOUGH_ROWS else ())
        yield _row(document, source.path, row, wanted)
    if unseen and row >= ENOUGH_ROWS:
        raise missing_columns([name for name in wanted if name in unseen], sorted(names), attempted=attempted)


def _row(document: Any, source: str, row: int, wanted: Sequence[str]) -> RawRow | UnreadableRow:
    if not isinstance(document, dict):
        return UnreadableRow(source=source, row=row, reason="La réponse contient autre chose qu'une inscription.")
    values = {}
    for name in wanted:
        try:
            values[name] = as_text(find(document, name)[1])
        except ValueError:
            return UnreadableRow(source=source, row=row, reason=f"Le champ {name} contient plusieurs valeurs.")
    return RawRow(source=source, row=row, values=values)


def _documents(caller: Caller, source: RestSource, parameters: Mapping[str, str]) -> Iterator[Any]:
    """Yield the rows as parsed JSON: page after page, or while the one answer comes."""
    if not isinstance(source.paging, NoPaging):
        yield from chain.from_iterable(read_pages(caller, source, source.paging, parameters))
        return
    answer = caller.open(caller.url(source.path), parameters)
    with closing(answer.body):
        yield from list_items(answer, source.rows_field, caller.attempted)
