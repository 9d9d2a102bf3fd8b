"""A sample of an export as names and values, however it is written: a delimited text, an XML or JSON document, a workbook."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from supdata.config.formats import CsvFormat
from supdata.errors import FixSource
from supdata.extract.dialect import cells_of, find_delimiter
from supdata.extract.encodings import marked, recognised
from supdata.extract.header import clean_name
from supdata.extract.json_values import as_text, field_names, find, parse
from supdata.normalise.repairs import clean
from supdata.records.ine import has_right_key
from supdata.records.uai import is_valid_uai

#: What is looked at: enough for every code that a school uses, and quick.
SAMPLE_BYTES = 4_000_000
SAMPLE_ROWS = 2_000
_REMEDY = "Give an export of some hundred rows, as the school drops it."
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}.*|\d{4}-\d{2}-\d{2}.*")


@dataclass(frozen=True)
class Sample:
    """What a sample holds: its `columns` in order, up to 2,000 rows of texts, and `layout`, what the reader must be told.

    `why` says, for people, how the layout was told.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    layout: dict[str, Any]
    why: dict[str, str] = field(default_factory=dict)

    def values(self, column: str) -> list[str]:
        """Return the column's values that are not empty, repaired as normalisation repairs them."""
        return [text for row in self.rows if (text := clean(row.get(column, "")))]


def read_sample(path: Path) -> Sample:
    """Read the sample at `path`; raises FixSource when it cannot be read or holds no row."""
    attempted = f"Reading the sample {path.name}"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FixSource(attempted, str(error.strerror), "Give the path of a file.") from error
    sample = _sample(content, attempted)
    if not sample.rows:
        raise FixSource(attempted, "it holds no row", _REMEDY)
    return sample


def _sample(content: bytes, attempted: str) -> Sample:
    start = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"PK"):
        return _workbook(content, attempted)
    if start.startswith(b"<"):
        return _xml(content, attempted)
    if start.startswith((b"{", b"[")):
        return _json(content, attempted)
    return _delimited(content[:SAMPLE_BYTES], attempted)


def _delimited(content: bytes, attempted: str) -> Sample:
    encoding = marked(content[:4]) or recognised(content)
    if encoding is None:
        raise FixSource(attempted, "its encoding cannot be told", "Ask the school which one it is, and save it as UTF-8.")
    lines = content.decode(encoding.codec, errors="replace").splitlines(keepends=True)[: SAMPLE_ROWS + 1]
    delimiter = find_delimiter(lines[:50], CsvFormat(), (), attempted)
    table = cells_of(lines, CsvFormat(), delimiter.character)
    if not table:
        raise FixSource(attempted, "it holds no row", _REMEDY)
    header = not any(map(_is_a_value, table[0]))
    names = [clean_name(name) for name in table[0]] if header else [str(place + 1) for place in range(len(table[0]))]
    rows = [dict(zip(names, cells, strict=False)) for cells in (table[1:] if header else table)]
    layout: dict[str, Any] = {"type": "csv", "encoding": encoding.codec, "delimiter": delimiter.character}
    why = {"encoding": encoding.why, "delimiter": delimiter.why}
    return Sample(tuple(names), tuple(rows), layout if header else {**layout, "header": False}, why)


def _is_a_value(text: str) -> bool:
    """Whether a cell can stand in no header: a student's number, an establishment's, a date."""
    found = clean(text)
    return is_valid_uai(found) or has_right_key(found) or _DATE.fullmatch(found) is not None


def _json(content: bytes, attempted: str) -> Sample:
    try:
        document = parse(content)
    except ValueError:
        raise FixSource(attempted, "it is not JSON from its first to its last character", _REMEDY) from None
    path, found = _list_in(document)
    documents = [one for one in found if isinstance(one, dict)][:SAMPLE_ROWS]
    columns = tuple(dict.fromkeys(name for one in documents for name in field_names(one)))
    rows = tuple({name: _text(find(one, name)[1]) for name in columns} for one in documents)
    return Sample(columns, rows, {"type": "json", "rows": path})


def _list_in(document: Any) -> tuple[str, list[Any]]:
    """Return where the longest list of objects is, and the list."""
    if isinstance(document, list):
        return "", document
    lists = [(name, one) for name, one in document.items() if isinstance(one, list)] if isinstance(document, dict) else []
    return max(lists, key=lambda one: len(one[1]), default=("", []))


def _text(value: Any) -> str:
    try:
        return as_text(value)
    except ValueError:
        return ""


def _xml(content: bytes, attempted: str) -> Sample:
    import defusedxml.ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root: Element = defusedxml.ElementTree.fromstring(content)
    except (ParseError, DefusedXmlException):
        raise FixSource(attempted, "it is no well-formed XML, or one that is not safe to read", _REMEDY) from None
    record, records = _records_in(root)
    head = {f"/{path}": text for path, text in _leaves(root, root.tag) if not path.startswith(record.rpartition("/")[0])}
    rows = tuple({**head, **_fields(one)} for one in records[:SAMPLE_ROWS])
    return Sample(tuple(dict.fromkeys(name for row in rows for name in row)), rows, {"type": "xml", "record": record})


def _records_in(root: Element) -> tuple[str, list[Element]]:
    """Return the path of the elements that are rows, the most frequent ones that have children, and the elements."""
    found: dict[str, list[Element]] = {}
    for path, element in _walk(root, root.tag):
        if len(element):
            found.setdefault(path, []).append(element)
    path = Counter({name: len(elements) for name, elements in found.items()}).most_common(1)[0][0]
    return path, found[path]


def _walk(element: Element, path: str) -> Iterator[tuple[str, Element]]:
    yield path, element
    for child in element:
        yield from _walk(child, f"{path}/{child.tag}")


def _leaves(element: Element, path: str) -> Iterator[tuple[str, str]]:
    yield from ((where, one.text or "") for where, one in _walk(element, path) if not len(one))


def _fields(record: Element) -> dict[str, str]:
    start = f"{record.tag}/"
    return {path.removeprefix(start): text for path, text in _leaves(record, record.tag)}


def _workbook(content: bytes, attempted: str) -> Sample:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError):
        raise FixSource(attempted, "it is no workbook", "Unpack it, and give the file that is inside.") from None
    with closing(book):
        table = [["" if cell is None else str(cell) for cell in row] for row in islice(book.worksheets[0].values, SAMPLE_ROWS)]
    filled = [cells for cells in table if sum(map(bool, cells)) > 1]
    names = [clean_name(name) for name in filled[0]] if filled else []
    rows = tuple({name: text for name, text in zip(names, cells, strict=False) if name} for cells in filled[1:])
    return Sample(tuple(filter(None, names)), rows, {"type": "xlsx"})
