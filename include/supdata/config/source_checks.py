"""What the types of a source cannot say: paths and queries that can be right at all."""

import re
from collections.abc import Callable, Iterator

from supdata.config.document import Document
from supdata.config.faults import Fault
from supdata.config.query_file import wrong_with_query

_ADDRESS = re.compile(r"https?://[^/?#@\s]+(/\S*)?", re.IGNORECASE)


def _paths(document: Document) -> Iterator[Fault]:
    kind = document.at("source", "kind")
    text = document.at("source", "path")
    if kind == "rest" and isinstance(text, str) and not text.strip().startswith("/"):
        yield document.fault(("source", "path"), "must start with `/`: the host belongs to the Airflow connection")
    if kind == "sftp" and isinstance(text, str):
        folder, _, name = text.strip().rpartition("/")
        if not name:
            yield document.fault(("source", "path"), "must end in a file name or a pattern, such as /export/*.csv")
        elif re.search(r"[*?\[]", folder):
            yield document.fault(("source", "path"), "may hold * and ? in its last part only")


def _login(document: Document) -> Iterator[Fault]:
    """Tokens may be given by another host than the API's: its address is a fact, and no secret."""
    text = document.at("source", "auth", "path")
    if isinstance(text, str) and not text.strip().startswith("/") and _ADDRESS.fullmatch(text.strip()) is None:
        message = "must start with `/`, or be a full address such as https://cas.school.example/cas/v1/tickets"
        yield document.fault(("source", "auth", "path"), message)


def _incremental(document: Document) -> Iterator[Fault]:
    """One parameter cannot say two things."""
    taken = [document.at("source", "parameters"), document.at("source", "paging")]
    words = {*(taken[0] if isinstance(taken[0], dict) else ()), *_texts(taken[1])}
    name = document.at("source", "incremental", "parameter")
    if isinstance(name, str) and name in words:
        yield document.fault(("source", "incremental", "parameter"), f"`{name}` is already sent with another meaning")


def _texts(section: object) -> Iterator[str]:
    for key, value in section.items() if isinstance(section, dict) else ():
        if str(key).endswith("_parameter") and isinstance(value, str):
            yield value


def _database(document: Document) -> Iterator[Fault]:
    query = document.at("source", "query")
    if isinstance(query, str) and (wrong := wrong_with_query(query)):
        yield document.fault(("source", "query"), wrong)
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


def _corrections(document: Document) -> Iterator[Fault]:
    """A folder of corrections is on an SFTP server: the source's, or one that is named."""
    section = document.at("corrections")
    if isinstance(section, dict) and not section.get("connection") and document.at("source", "kind") != "sftp":
        yield document.fault(("corrections",), "needs `connection`, of type sftp: the source is no SFTP server")
    path = document.at("corrections", "path")
    if isinstance(path, str) and not path.startswith("/"):
        yield document.fault(("corrections", "path"), "must start with `/`")


SOURCE_CHECKS: tuple[Callable[[Document], Iterator[Fault]], ...] = (
    _paths,
    _login,
    _incremental,
    _files,
    _database,
    _corrections,
)
