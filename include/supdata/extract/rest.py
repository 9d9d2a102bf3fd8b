"""Rows of a school's paged REST API, all of them or an error: a list that was read in part would say that students left."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec
import requests

from supdata.config.rest_paging import PagePaging
from supdata.config.rest_source import RestSource
from supdata.errors import FixConfig, TryLater
from supdata.extract.header import missing_columns
from supdata.extract.json_values import as_text, field_names, find, parse
from supdata.extract.rest_calls import Caller
from supdata.records.rows import RawRow, UnreadableRow

log = logging.getLogger(__name__)

ENOUGH_ROWS = 20  # a field that this many rows do not have is misspelt; fewer rows may all just lack it


class Page(msgspec.Struct, frozen=True):
    """One page of the list: its rows as parsed JSON, and how many pages and rows the API says there are."""

    rows: list[Any]
    pages: int
    total: int


def read_rest(  # noqa: PLR0917  # what a connection holds, in its own order
    session: requests.Session,
    address: str,
    login: str,
    password: str,
    source: RestSource,
    wanted: Sequence[str],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of every page, numbered from 1 through all pages; a field that a row does not have is empty text.

    Args:
        session: An opened session; nothing is left in it.
        address: Base URL of the API, for example https://ins.school.example.
        login: User of the connection, where the way to authenticate has one.
        password: Password, token or key of the connection.
        source: What to read, and how it is paged.
        wanted: Fields to keep; dots lead into objects (`formation.codeDiplomeSISE`).
        sleep: What to wait with, in seconds, when the API asks for it.

    Raises AccessRefused on 401 or 403, TryLater when the API is away, busy, or changes its list while it is read, FixConfig
    when its answers are not what `source` describes, FixSource when no row has a wanted field.
    """
    attempted = f"Reading {source.path} on {source.connection}"
    caller = Caller(
        session=session,
        address=address,
        login=login,
        password=password,
        auth=source.auth,
        timeout_seconds=source.timeout_seconds,
        attempted=attempted,
        sleep=sleep,
    )
    row, unseen, names = 0, set(wanted), set[str]()
    for row, document in enumerate(chain.from_iterable(_pages(caller, source)), start=1):
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


def _pages(caller: Caller, source: RestSource) -> Iterator[list[Any]]:
    """Yield the rows of each page; what the API counted is compared with what came."""
    if not isinstance(paging := source.paging, PagePaging) or paging.end != "pages" or not paging.total_field:
        raise FixConfig(caller.attempted, "this kind of paging is not read yet", "Use another one.")
    seen, came = set[bytes](), 0
    number = paging.first
    while True:
        parameters = {
            **source.parameters,
            paging.page_parameter: str(number),
            **({paging.size_parameter: str(paging.size)} if paging.size_parameter else {}),
        }
        page = _read_page(caller.get(source.path, parameters), source, paging, caller.attempted)
        came += len(page.rows)
        _check_new(page, seen, caller.attempted, paging.page_parameter)
        yield page.rows
        number += 1
        if number - paging.first >= page.pages or not page.rows:
            break
    log.info("extract.pages_read pages=%d rows=%d", number - paging.first, came)
    if came != page.total:
        found = f"{came} rows came where the API counts {page.total}: its list changed while it was read"
        raise TryLater(caller.attempted, found, "It is tried again; if it stays so, compare `source.paging` with the API.")


def _check_new(page: Page, seen: set[bytes], attempted: str, parameter: str) -> None:
    """Refuse a page that came before: an API that ignores the page parameter gives the first one for ever."""
    digest = hashlib.sha256(msgspec.json.encode(page.rows)).digest()
    if page.rows and digest in seen:
        remedy = f"Compare `source.paging.page_parameter` ({parameter}) with the API's documentation."
        raise FixConfig(attempted, "the same page came twice", remedy)
    seen.add(digest)


def _read_page(body: bytes, source: RestSource, paging: PagePaging, attempted: str) -> Page:
    try:
        document = parse(body)
    except ValueError:
        remedy = "A login page or another API may answer there: compare `source.path` with its documentation."
        raise FixConfig(attempted, "the answer is not JSON", remedy) from None  # the cause holds the whole answer
    _, rows = find(document, source.rows_field)
    if not isinstance(rows, list):
        raise FixConfig(attempted, f"the answer holds no list `{source.rows_field}`", "Correct `source.rows_field`.")
    pages = _count(document, paging.pages_field, attempted)
    return Page(rows, pages, _count(document, paging.total_field or "", attempted))


def _count(document: Any, name: str, attempted: str) -> int:
    _, value = find(document, name)
    if not (isinstance(value, str) and value.isascii() and value.isdigit()):
        raise FixConfig(attempted, f"the answer holds no number `{name}`", "Correct `source.paging` in the institution file.")
    return int(value)
