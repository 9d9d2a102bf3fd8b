"""One file into rows, whatever it is written in and however it got here: the one door to all formats.

A row has the number that its reader sees when opening the file: the row of a spreadsheet for CSV (preamble and header are
counted, a value of several lines is within one row) and for workbooks; the line for fixed widths and JSON Lines; the position
from 1 among the records for XML and JSON, which have no rows to see.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from typing import assert_never

from supdata.config.formats import CsvFormat, FileFormat, FixedFormat, JsonFormat, JsonLinesFormat, XlsxFormat, XmlFormat
from supdata.errors import EmptySource
from supdata.extract.delimited import read_delimited
from supdata.extract.fixed import read_fixed
from supdata.extract.json_records import read_json, read_json_lines
from supdata.extract.sheets import read_xlsx
from supdata.extract.streams import Peekable, Readable
from supdata.extract.unpacking import unpacked
from supdata.extract.xml_records import read_xml
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, UnreadableRow

Rows = Iterator[RawRow | UnreadableRow]

log = logging.getLogger(__name__)


def read_file(
    stream: Readable,
    name: str,
    layout: FileFormat,
    wanted: Sequence[str],
    reading: Reading | None = None,
    *,
    optional: Collection[str] = (),
) -> Rows:
    """Yield the rows of one file with their `wanted` columns, without ever holding them all.

    Args:
        stream: The file's bytes, as they were dropped; only ever read forward.
        name: The file's name: rows carry it as their source.
        layout: How the file is written.
        wanted: The columns to keep.
        reading: Where it is noted how the file turned out to be written; complete once all rows are read.
        optional: Those wanted columns that no row of a document need have: others serve in their place.

    Raises EmptySource when the file holds no byte, FixConfig when it is not written as `layout` says, FixSource when a wanted
    column is missing or the file is damaged, TryLater when it ends before its end.
    """
    attempted, noted = f"Reading {name}", reading if reading is not None else Reading()
    noted.file = name
    source = Peekable(stream)
    if not source.peek(1):
        raise EmptySource(attempted, "it has no bytes at all", "Ask the school to export it again.")
    with unpacked(source, layout.compression, attempted=attempted, reading=noted, is_workbook=layout.type == "xlsx") as inside:
        yield from _rows(inside, name, layout, wanted, noted, optional)
    for sentence in noted.sentences():
        log.info("extract.file_understood %s", sentence)


def _rows(  # noqa: PLR0917  # `read_file` takes them by name
    stream: Readable, name: str, layout: FileFormat, wanted: Sequence[str], noted: Reading, optional: Collection[str]
) -> Rows:
    match layout:
        case CsvFormat():
            return read_delimited(stream, name, layout, wanted, noted)
        case FixedFormat():
            return read_fixed(stream, name, layout, wanted, noted)
        case XlsxFormat():
            return read_xlsx(stream, name, layout, wanted, noted)
        case XmlFormat():
            return read_xml(stream, name, layout, wanted, optional)
        case JsonFormat():
            return read_json(stream, name, layout, wanted, optional)
        case JsonLinesFormat():
            return read_json_lines(stream, name, wanted, optional)
        case _ as never:
            assert_never(never)
