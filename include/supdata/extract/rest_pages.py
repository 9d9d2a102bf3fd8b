"""The pages of a REST API's list, from the first to the one that ends it; what the API counts is compared with what comes."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

import msgspec
import requests.utils

from supdata.config.rest_paging import CursorPaging, LinkPaging, NextPaging, OffsetPaging, PagePaging
from supdata.config.rest_source import RestSource
from supdata.errors import FixConfig, TryLater
from supdata.extract.json_values import as_text, find
from supdata.extract.rest_addresses import next_address
from supdata.extract.rest_answers import document_of, no_list
from supdata.extract.rest_calls import Caller

log = logging.getLogger(__name__)

MEND_PAGING = "Correct `source.paging` in the institution file."
AGAIN = "It is tried again; if it stays so, compare `source.paging` with the API's documentation."

Paged = PagePaging | OffsetPaging | CursorPaging | LinkPaging | NextPaging


@dataclass(frozen=True)
class Turn:
    """One page to ask for; without a `query` the address holds it all."""

    url: str
    query: Mapping[str, str] | None


@dataclass(frozen=True)
class Page:
    """One answer: its document, its rows, and the headers and the address it came with."""

    document: Any
    rows: list[Any]
    headers: Mapping[str, str]
    url: str


@dataclass
class Tally:
    """What has come so far."""

    attempted: str
    pages: int = 0
    rows: int = 0
    total: int | None = None
    seen: set[bytes] = field(default_factory=set)
    short: bool = False

    def add(self, page: Page, total: int | None) -> None:
        """Count a page; raises FixConfig or TryLater when it came before, or the API counts otherwise than before."""
        if page.rows:
            self._require_new(page.rows)
        if self.total is not None and total != self.total:
            raise TryLater(self.attempted, "the API's count of its rows changed while they were read", AGAIN)
        self.pages, self.rows, self.total = self.pages + 1, self.rows + len(page.rows), total

    def _require_new(self, rows: list[Any]) -> None:
        """Refuse a page that came before: an API that ignores the page's parameter gives the first one for ever."""
        digest = hashlib.sha256(msgspec.json.encode(rows)).digest()
        if digest in self.seen and self.pages == 1:
            raise FixConfig(self.attempted, "the same page came twice: the API does not know the parameter", MEND_PAGING)
        if digest in self.seen:
            raise TryLater(self.attempted, "the same page came twice", AGAIN)
        self.seen.add(digest)

    def close(self) -> None:
        """Raise TryLater when not as many rows came as the API counts."""
        log.info("extract.pages_read pages=%d rows=%d", self.pages, self.rows)
        if self.total is not None and self.rows != self.total:
            found = f"{self.rows} rows came where the API counts {self.total}: its list changed while it was read"
            raise TryLater(self.attempted, found, AGAIN)


def read_pages(caller: Caller, source: RestSource, paging: Paged, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """Yield the rows of each page, numbers in them as text.

    Raises FixConfig when answers are not what `paging` describes, TryLater when pages repeat or counts do not agree, and what
    `Caller.get` raises.
    """
    sent = {**parameters, **({paging.size_parameter: str(paging.size)} if paging.size_parameter else {})}
    tally, asked = Tally(caller.attempted), set[str]()
    turn: Turn | None = _first(paging, Turn(caller.url(source.path), sent))
    while turn is not None:
        if (words := repr(turn)) in asked or tally.pages >= paging.most_pages:
            found = f"the pages lead in circles, or are more than {paging.most_pages}"
            raise TryLater(caller.attempted, found, AGAIN)
        asked.add(words)
        page = _page(caller, turn, source.rows_field)
        tally.add(page, _total(paging, page, caller.attempted))
        yield page.rows
        turn = _next(paging, page, tally, turn)
    tally.close()


def _page(caller: Caller, turn: Turn, place: str) -> Page:
    answer = caller.get(turn.url, turn.query)
    document = document_of(answer, caller.attempted)
    _, rows = find(document, place) if place else (True, document)
    if not isinstance(rows, list):
        raise no_list(place, caller.attempted)
    return Page(document, rows, answer.headers, answer.url)


def _first(paging: Paged, turn: Turn) -> Turn:
    match paging:
        case PagePaging(page_parameter=name, first=first):
            return _asking(turn, name, first)
        case OffsetPaging(offset_parameter=name):
            return _asking(turn, name, 0)
        case _:
            return turn


def _next(paging: Paged, page: Page, tally: Tally, turn: Turn) -> Turn | None:
    """Return the next page to ask for, None when this one was the last."""
    following: Turn | None = None
    match paging:
        case PagePaging() | OffsetPaging() if _is_last(paging, page, tally):
            pass
        case PagePaging(page_parameter=name, first=first):
            following = _asking(turn, name, first + tally.pages)
        case OffsetPaging(offset_parameter=name):
            following = _asking(turn, name, tally.rows)
        case CursorPaging(cursor_parameter=name):
            mark = _mark(paging, page, tally.attempted)
            following = _asking(turn, name, mark) if mark else None
        case LinkPaging():
            following = _led(page, _linked(page.headers.get("Link", "")), tally.attempted)
        case NextPaging(next_field=place):
            following = _led(page, _text(page, place, tally.attempted), tally.attempted)
        case _ as never:
            assert_never(never)
    return following


def _mark(paging: CursorPaging, page: Page, attempted: str) -> str:
    """Return the mark with which the next page is asked for, "" when there is none."""
    if paging.more_field and not _more(page, paging.more_field, attempted):
        return ""
    mark = _text(page, paging.cursor_field, attempted)
    if paging.more_field and not mark:
        raise FixConfig(attempted, f"more is to come, but no mark is at `{paging.cursor_field}`", MEND_PAGING)
    return mark


def _is_last(paging: PagePaging | OffsetPaging, page: Page, tally: Tally) -> bool:
    match paging.end:
        case "pages":
            assert isinstance(paging, PagePaging)  # noqa: S101 - narrows the type
            is_last = tally.pages >= _number(page, paging.pages_field, tally.attempted)
            if not page.rows and not is_last and tally.total is None:
                raise TryLater(tally.attempted, "a page has no rows where more are to come", AGAIN)
            return is_last or not page.rows  # too early: `close` finds that rows are missing
        case "total":
            return not page.rows or tally.rows >= (tally.total or 0)
        case "more":
            more = _more(page, paging.more_field or "", tally.attempted)
            if more and not page.rows:
                raise TryLater(tally.attempted, "a page has no rows where more are to come", AGAIN)
            return not more
        case "empty":
            return not page.rows
        case "short":
            return _is_short(page, paging.size, tally)
        case _ as never:
            assert_never(never)


def _is_short(page: Page, size: int, tally: Tally) -> bool:
    """A first page that is short may be all there is, or all that an API gives at a time: the second one tells."""
    if tally.short and page.rows:
        found = f"the API gives fewer rows at a time than the {size} it is asked for"
        raise FixConfig(tally.attempted, found, "Correct `source.paging.size`, or choose another `end`.")
    tally.short = 0 < len(page.rows) < size and tally.pages == 1
    return len(page.rows) < size and not tally.short


def _asking(turn: Turn, parameter: str, value: int | str) -> Turn:
    return Turn(turn.url, {**(turn.query or {}), parameter: str(value)})


def _led(page: Page, target: str, attempted: str) -> Turn | None:
    if not target:
        return None
    return Turn(next_address(page.url, target, how="names a next page on", attempted=attempted), None)


def _linked(header: str) -> str:
    """Return the target of `rel=next` in a Link header, "" when there is none."""
    links = requests.utils.parse_header_links(header)
    return next((str(one["url"]) for one in links if "next" in str(one.get("rel", "")).lower().split()), "")


def _total(paging: Paged, page: Page, attempted: str) -> int | None:
    if isinstance(paging, LinkPaging) and paging.total_header:
        value = page.headers.get(paging.total_header, "").strip()
        if value.isascii() and value.isdigit():
            return int(value)
        raise FixConfig(attempted, f"the answer has no number in its header `{paging.total_header}`", MEND_PAGING)
    return _number(page, paging.total_field, attempted) if paging.total_field else None


def _number(page: Page, place: str, attempted: str) -> int:
    _, value = find(page.document, place)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    remedy = "Correct `source.paging`; write `~` for a count that the API does not give."
    raise FixConfig(attempted, f"the answer holds no number `{place}`", remedy)


def _more(page: Page, place: str, attempted: str) -> bool:
    _, value = find(page.document, place)
    if isinstance(value, bool):
        return value
    raise FixConfig(attempted, f"the answer holds no true or false at `{place}`", MEND_PAGING)


def _text(page: Page, place: str, attempted: str) -> str:
    try:
        return as_text(find(page.document, place)[1])
    except ValueError:
        raise FixConfig(attempted, f"`{place}` of the answer is no single value", MEND_PAGING) from None
