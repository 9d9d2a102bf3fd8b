"""What the types of a source cannot say: paths and queries that can be right at all."""

import re
from collections.abc import Callable, Iterator

from supdata.config.document import Document, Path
from supdata.config.faults import Fault

_SELECT = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with)\b", re.IGNORECASE | re.DOTALL)
_URL_PATHS: tuple[Path, ...] = (("source", "path"), ("source", "auth", "path"))


def _paths(document: Document) -> Iterator[Fault]:
    kind = document.at("source", "kind")
    for path in _URL_PATHS if kind == "rest" else ():
        text = document.at(*path)
        if isinstance(text, str) and not text.strip().startswith("/"):
            yield document.fault(path, "must start with `/`: the host belongs to the Airflow connection")
    text = document.at("source", "path")
    if kind == "sftp" and isinstance(text, str):
        folder, _, name = text.strip().rpartition("/")
        if not name:
            yield document.fault(("source", "path"), "must end in a file name or a pattern, such as /export/*.csv")
        elif re.search(r"[*?\[]", folder):
            yield document.fault(("source", "path"), "may hold * and ? in its last part only")


def _database(document: Document) -> Iterator[Fault]:
    query = document.at("source", "query")
    if isinstance(query, str) and _SELECT.match(query) is None:
        yield document.fault(("source", "query"), "must be a SELECT: a source is only read")
    if isinstance(document.at("source", "table"), str) and not document.at("source", "order_by"):
        message = "needs `order_by`, the columns that fix the order of its rows: row numbers must be the same each night"
        yield document.fault(("source", "table"), message)


def _files(document: Document) -> Iterator[Fault]:
    """What becomes of an SFTP source's files: a marker that names the file, an archive that is another folder."""
    if document.at("source", "kind") != "sftp":
        return
    marker = document.at("source", "marker")
    if isinstance(marker, str) and not re.search(r"\{(name|stem)\}", marker):
        yield document.fault(("source", "marker"), "must name the file it stands beside: {name}.ok, or {stem}.ok")
    elif isinstance(marker, str) and "/" in marker:
        yield document.fault(("source", "marker"), "is a name, not a path: the marker stands beside its file")
    archive, path = document.at("source", "archive"), document.at("source", "path")
    if isinstance(archive, str) and isinstance(path, str) and archive.rstrip("/") == path.strip().rpartition("/")[0]:
        yield document.fault(("source", "archive"), "is the folder the files are read from: name another one")
    if document.at("source", "take") == "all" and document.at("source", "wait_hours") is not None:
        message = "cannot go with `take: all`: the run would begin at the first of the files. Use a `schedule`, or `take: next`"
        yield document.fault(("source", "wait_hours"), message)


SOURCE_CHECKS: tuple[Callable[[Document], Iterator[Fault]], ...] = (_paths, _files, _database)
