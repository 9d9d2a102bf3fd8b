"""A list within a JSON document, item by item while the document comes."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import ijson  # type: ignore[import-untyped]  # publishes no types

from supdata.extract.streams import Readable

DEEPEST = 100  # levels of brackets within brackets


class JsonFault(StrEnum):
    """Why a document cannot be read."""

    CUT_SHORT = "it ends before its end"
    NO_UTF_8 = "it is not in UTF-8, which JSON must be (RFC 8259)"
    NO_JSON = "it is not JSON"
    NESTED = "it is nested without end"
    NO_LIST = "it holds no list at that place"


class UnreadableJsonError(Exception):
    """A document cannot be read; nothing of it is in this error."""

    def __init__(self, fault: JsonFault) -> None:
        super().__init__(fault)
        self.fault = fault


def list_items(stream: Readable, path: str) -> Iterator[Any]:
    """Yield the items of the list at `path`, fields joined by dots and "" for the document itself, one in memory at a time.

    Numbers come as int and Decimal. Raises UnreadableJsonError.
    """
    lists = 0

    def watched() -> Iterator[tuple[str, str, Any]]:
        nonlocal lists
        for prefix, event, value in ijson.parse(_shallow(stream)):
            lists += prefix == path and event == "start_array"
            yield prefix, event, value

    try:
        yield from ijson.items(watched(), f"{path}.item" if path else "item")
    except ijson.JSONError as error:
        raise UnreadableJsonError(_fault(str(error))) from None  # the cause would quote the document
    if lists != 1:
        raise UnreadableJsonError(JsonFault.NO_LIST)


def _shallow(stream: Readable) -> Iterator[tuple[str, Any]]:
    """Yield the parser's events up to brackets without end, whose paths alone would fill the memory."""
    depth = 0
    for event, value in ijson.basic_parse(stream):
        depth += (event in {"start_map", "start_array"}) - (event in {"end_map", "end_array"})
        if depth > DEEPEST:
            raise UnreadableJsonError(JsonFault.NESTED)
        yield event, value


def _fault(words: str) -> JsonFault:
    """Read the words of yajl, which ijson passes on."""
    if "invalid bytes in UTF8" in words.partition("\n")[0]:
        return JsonFault.NO_UTF_8
    return JsonFault.CUT_SHORT if "premature EOF" in words.partition("\n")[0] or not words else JsonFault.NO_JSON
