"""A database source's SELECT: what is wrong with one, and the file beside the institution's that may hold it."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from supdata.config.database_source import DatabaseSource
from supdata.config.document import LARGEST_BYTES, Document
from supdata.config.faults import Fault
from supdata.config.models import Institution

SELECT = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with)\b", re.IGNORECASE | re.DOTALL)
ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
WHERE = ("source", "query_file")


def wrong_with_query(text: str) -> str:
    """Return what is wrong with a query, "" when nothing is."""
    if SELECT.match(text) is None:
        return "must be a SELECT: a source is only read"
    if ORDERED.search(text) is None:
        return "must end with an ORDER BY: row numbers must be the same each night"
    return ""


def check_query_file(document: Document, folder: Path) -> Iterator[Fault]:
    """Yield the faults of the query file that `document` names; its path starts at `folder`, and stays below it."""
    name = document.at(*WHERE)
    if not isinstance(name, str) or document.at("source", "kind") != "database":
        return
    path = PurePosixPath(name.strip())
    if path.is_absolute() or ".." in path.parts or path.suffix != ".sql":
        yield document.fault(WHERE, "must name a .sql file beside the institution file, or in a folder there")
        return
    try:
        text = _read(folder / path)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8, or far too large"
        yield document.fault(WHERE, f"cannot be read: {said}")
        return
    if wrong := wrong_with_query(text):
        yield document.fault(WHERE, f"{path} {wrong}")


def with_query(institution: Institution, folder: Path) -> Institution:
    """Return the institution with the query that its file holds, for whoever runs it."""
    source = institution.source
    if not isinstance(source, DatabaseSource) or source.query_file is None:
        return institution
    read = source.model_copy(update={"query": _read(folder / source.query_file)})
    return institution.model_copy(update={"source": read})


def _read(path: Path) -> str:
    content = path.read_bytes()
    if len(content) > LARGEST_BYTES:
        raise ValueError("too large")
    return content.decode("utf-8-sig")
