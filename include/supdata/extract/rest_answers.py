"""What a REST API answers: bytes as they come, and the JSON in them, with errors that never quote it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ijson  # type: ignore[import-untyped]  # publishes no types
import requests
from urllib3.exceptions import HTTPError

from supdata.errors import FixConfig, FixSource, TryLater
from supdata.extract.json_values import parse
from supdata.extract.rest_patience import Patience

PART_BYTES = 1 << 16
LARGEST_PAGE = 1 << 28  # bytes; what is larger is no page
BOM = b"\xef\xbb\xbf"
COMPARE_PATH = "A login page or another API may answer there: compare `source.path` with its documentation."
DEEPEST = 100  # levels of brackets within brackets
NESTED = "the answer is nested without end"
NO_UTF_8 = "the answer is not in UTF-8, which JSON must be (RFC 8259)"


class Body:
    """The bytes of an answer, decompressed, read forward only and one part at a time."""

    def __init__(self, response: requests.Response, patience: Patience) -> None:
        self._response = response
        self._patience = patience

    def read(self, size: int = PART_BYTES, /) -> bytes:
        """Return what has come, up to `size` bytes; none at the end.

        Raises TryLater when the connection breaks, the answer stops coming, or time is over.
        """
        self._patience.check_time()
        try:
            return bytes(self._response.raw.read1(size, decode_content=True))
        except (HTTPError, OSError):
            found = "the connection broke while the answer came"
            raise TryLater(self._patience.attempted, found, "It is tried again; else call the school.") from None

    def whole(self) -> bytes:
        """Return all bytes, and close; raises FixConfig when they are more than a page can be."""
        parts, size = [], 0
        with self._response:
            while part := self.read(PART_BYTES):
                parts.append(part)
                size += len(part)
                if size > LARGEST_PAGE:
                    found = f"one answer has more than {LARGEST_PAGE >> 20} MB"
                    raise FixConfig(self._patience.attempted, found, "Ask for smaller pages: `source.paging.size`.")
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the connection."""
        self._response.close()


@dataclass
class Answer:
    """One answer: its status, its headers, the address that gave it, and its bytes, all here or yet to come."""

    status: int
    headers: Mapping[str, str]
    url: str
    body: Body
    content: bytes = b""


def document_of(answer: Answer, attempted: str) -> Any:
    """Return the JSON of an answer that is here as a whole, numbers as text.

    Raises FixConfig when it is a web page or no JSON, FixSource when it is not in UTF-8, TryLater when its end is missing.
    """
    require_no_web_page(answer, answer.content[:100], attempted)
    try:
        return parse(answer.content)
    except UnicodeDecodeError:
        raise FixSource(attempted, NO_UTF_8, "Ask the school to correct its API.") from None
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated") or (answer.content.strip() and error.pos >= len(error.doc.rstrip())):
            raise _cut_short(attempted) from None
        raise FixConfig(attempted, "the answer is not JSON", COMPARE_PATH) from None  # the cause holds the whole answer
    except RecursionError:
        raise FixConfig(attempted, NESTED, COMPARE_PATH) from None


def list_items(answer: Answer, path: str, attempted: str) -> Iterator[Any]:
    """Yield the items of the list at `path` of an answer while it comes, one in memory at a time.

    Raises FixConfig when the answer is no JSON or has no list there, TryLater when its end is missing.
    """
    start = answer.body.read()
    require_no_web_page(answer, start[:100], attempted)
    stream, lists = _Begun(start.removeprefix(BOM), answer.body), 0

    def watched() -> Iterator[tuple[str, str, Any]]:
        nonlocal lists
        for prefix, event, value in ijson.parse(_shallow(stream, attempted)):
            lists += prefix == path and event == "start_array"
            yield prefix, event, value

    try:
        yield from ijson.items(watched(), f"{path}.item" if path else "item")
    except ijson.IncompleteJSONError as error:  # also what is simply no JSON
        raise _meaning(str(error), attempted, empty=not start) from None
    except ijson.JSONError:
        raise FixConfig(attempted, "the answer is not JSON", COMPARE_PATH) from None
    if lists != 1:
        raise no_list(path, attempted)


def _shallow(stream: Any, attempted: str) -> Iterator[tuple[str, Any]]:
    """Yield the parser's events; raises FixConfig on brackets without end, whose paths alone would fill the memory."""
    depth = 0
    for event, value in ijson.basic_parse(stream):
        depth += (event in {"start_map", "start_array"}) - (event in {"end_map", "end_array"})
        if depth > DEEPEST:
            raise FixConfig(attempted, NESTED, COMPARE_PATH)
        yield event, value


def no_list(path: str, attempted: str) -> FixConfig:
    """Return the error of an answer that holds no list at `path`."""
    found = f"the answer holds no list `{path}`" if path else "the answer is not a list"
    return FixConfig(attempted, found, "Correct `source.rows_field`.")


def require_no_web_page(answer: Answer, start: bytes, attempted: str) -> None:
    """Raise FixConfig when what answers is made for a browser."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"} or start.removeprefix(BOM).lstrip().startswith(b"<"):
        raise FixConfig(attempted, "the answer is a web page and not JSON", COMPARE_PATH)


class _Begun:
    """A body whose first part has been looked at."""

    def __init__(self, start: bytes, body: Body) -> None:
        self._start = start
        self._body = body

    def read(self, size: int = PART_BYTES, /) -> bytes:
        part, self._start = self._start[:size], self._start[size:]
        return part or (self._body.read(size) if size else b"")


def _meaning(words: str, attempted: str, *, empty: bool) -> Exception:
    if "invalid bytes in UTF8" in words:
        return FixSource(attempted, NO_UTF_8, "Ask the school to correct its API.")
    if not empty and ("premature EOF" in words or not words):
        return _cut_short(attempted)
    return FixConfig(attempted, "the answer is not JSON", COMPARE_PATH)


def _cut_short(attempted: str) -> TryLater:
    return TryLater(attempted, "the answer ends before its end", "It is tried again; else call the school.")
