"""Values out of a JSON answer, as text: numbers keep the digits they were written with."""

import json
from decimal import Decimal
from typing import Any

Found = tuple[bool, Any]


def parse(body: bytes) -> Any:
    """Return the document with every number as its own text, so that no zero is lost and nothing is rounded.

    Raises ValueError when `body` is not JSON.
    """
    return json.loads(body, parse_int=str, parse_float=str)


def find(document: Any, path: str) -> Found:
    """Return whether `path` leads anywhere in `document`, and to what.

    A path is a field, or fields joined by dots, list positions included: `formation.codeDiplomeSISE`, `mels.0.adresse`. A
    field that has the whole path as its name comes first.
    """
    if isinstance(document, dict) and path in document:
        return True, document[path]
    name, dot, rest = path.partition(".")
    if isinstance(document, dict) and name in document:
        inner = document[name]
    elif isinstance(document, list) and name.isascii() and name.isdigit() and int(name) < len(document):
        inner = document[int(name)]
    else:
        return False, None
    return find(inner, rest) if dot else (True, inner)


def as_text(value: Any) -> str:
    """Return a scalar as text: null is empty, true and false are themselves; raises ValueError for an object or a list."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():  # out of a document that was read as it came
            return str(value)
        case _:
            raise ValueError("an object or a list where one value is due")


def field_names(document: Any) -> list[str]:
    """Return the paths of all single values of an object, for a message that names what is there."""
    if isinstance(document, dict):
        parts = [(name, inner) for name, inner in document.items()]
    elif isinstance(document, list):
        parts = [(str(position), inner) for position, inner in enumerate(document)]
    else:
        return []
    return [
        path
        for name, inner in parts
        for path in ([f"{name}.{deeper}" for deeper in field_names(inner)] if isinstance(inner, dict | list) else [name])
    ]
