"""What a REST API answers: bytes as they come, and the JSON in them, with errors that never quote it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from supdata.errors import FixConfig, FixSource, SupdataError, TryLater
from supdata.extract.json_lists import JsonFault, UnreadableJsonError, list_items
from supdata.extract.json_values import parse
from supdata.extract.rest_patience import Patience
from supdata.extract.streams import Peekable

PART_BYTES = 1 << 16
LARGEST_PAGE = 1 << 28  # bytes; what is larger is no page
BOM = b"\xef\xbb\xbf"
COMPARE_PATH = "A login page or another API may answer there: compare `source.path` with its documentation."


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
        fault = JsonFault.NO_UTF_8
    except json.JSONDecodeError as error:
        is_short = error.msg.startswith("Unterminated") or error.pos >= len(error.doc.rstrip())
        fault = JsonFault.CUT_SHORT if is_short and answer.content.strip() else JsonFault.NO_JSON
    except RecursionError:
        fault = JsonFault.NESTED
    raise unreadable(fault, attempted)  # out here, since the cause would hold the whole answer


def listed(answer: Answer, path: str, attempted: str) -> Iterator[Any]:
    """Yield the items of the list at `path` of an answer while it comes, one in memory at a time.

    Raises FixConfig when the answer is no JSON or has no list there, FixSource when it is not in UTF-8, TryLater when its end
    is missing.
    """
    stream = Peekable(answer.body)
    if stream.peek(len(BOM)) == BOM:
        stream.read(len(BOM))
    start = stream.peek(100)
    require_no_web_page(answer, start, attempted)
    try:
        yield from list_items(stream, path)
    except UnreadableJsonError as error:
        fault = JsonFault.NO_JSON if not start else error.fault
        raise no_list(path, attempted) if fault is JsonFault.NO_LIST else unreadable(fault, attempted) from None


def unreadable(fault: JsonFault, attempted: str) -> SupdataError:
    """Return what to do about an answer that cannot be read."""
    found = f"the answer cannot be read: {fault}"
    match fault:
        case JsonFault.CUT_SHORT:
            return TryLater(attempted, found, "It is tried again; else call the school.")
        case JsonFault.NO_UTF_8:
            return FixSource(attempted, found, "Ask the school to correct its API.")
        case _:
            return FixConfig(attempted, found, COMPARE_PATH)


def no_list(path: str, attempted: str) -> FixConfig:
    """Return the error of an answer that holds no list at `path`."""
    found = f"the answer holds no list `{path}`" if path else "the answer is not a list"
    return FixConfig(attempted, found, "Correct `source.rows_field`.")


def require_no_web_page(answer: Answer, start: bytes, attempted: str) -> None:
    """Raise FixConfig when what answers is made for a browser."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"} or start.removeprefix(BOM).lstrip().startswith(b"<"):
        raise FixConfig(attempted, "the answer is a web page and not JSON", COMPARE_PATH)
