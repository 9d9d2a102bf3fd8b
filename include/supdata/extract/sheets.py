"""A sheet of an Excel workbook into rows, with each value as a registrar sees it there.

- A date is AAAA-MM-JJ, in workbooks of 1900 and of 1904 alike; with a time that is not midnight, the time follows.
- A number has no `.0`. A format of zeros (`00000`) gives it the zeros that the sheet shows. A number shown in scientific
  notation, or too large for Excel to hold all its digits, stays in that notation: it was an INE once, and a rule must see it.
- A formula is the value that was last computed; an error such as #N/A is its own text.
- Of merged cells the first has the value and the others have none. Rows and columns that are hidden or filtered out are read:
  hiding a student is not removing one. Sheets that are hidden have no number, but can be named.
"""

import re
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count, islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from supdata.config.formats import XlsxFormat
from supdata.errors import EmptySource, FixConfig, FixSource
from supdata.extract.header import clean_name, locate
from supdata.extract.streams import Readable
from supdata.extract.unpacking import MEGABYTE, ZIP, check_sizes, cut_short, spooled
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, UnreadableRow

HEADER_WITHIN = 100  # rows; what stands above a table is a title and a note
LARGEST_SHEET = 1_048_576  # rows, Excel's own limit
LARGEST_STRINGS_MB = 256  # the texts of a workbook are held in memory while it is read
EXACT_BELOW = 10**15  # Excel holds fifteen digits of a number

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"  # an OLE2 file: .xls, or .xlsx with a password
_ZEROS = re.compile("0+")
#: What a damaged workbook makes openpyxl raise: its XML, its archive, its references to styles and strings.
_DAMAGED = (ParseError, BadZipFile, zlib.error, EOFError, KeyError, IndexError, ValueError, TypeError, AttributeError)

Cells = tuple[Any, ...]


def read_xlsx(
    stream: Readable, source: str, layout: XlsxFormat, wanted: Sequence[str], reading: Reading
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of one sheet with their `wanted` columns, numbered as Excel does; rows without any value are none.

    Raises FixSource when it is no workbook or a damaged one, is larger than allowed, or lacks the sheet or a wanted column,
    TryLater when it ends before its end, EmptySource when the sheet holds nothing.
    """
    attempted = f"Reading {source}"
    with spooled(stream, layout.compression, attempted=attempted) as file:
        _check(file, layout, attempted)
        with closing(_opened(file, attempted)) as book:
            sheet = _sheet(book, layout.sheet, attempted)
            reading.sheet = sheet.title
            rows = _Rows(sheet, attempted)
            places = _places(rows, layout, wanted, reading, attempted)
            for row, cells in rows:
                if any(cell.value is not None for cell in cells):
                    values = {name: _text(cells[at]) if at < len(cells) else "" for name, at in places}
                    yield RawRow(source=source, row=row, values=values)


def _check(file: IO[bytes], layout: XlsxFormat, attempted: str) -> None:
    """Refuse what is no workbook, and what would unpack without end."""
    start = file.read(len(ZIP))
    remedy = "Ask the school for a workbook saved as .xlsx, or correct `source.format`."
    if start == OLD_WORKBOOK:
        raise FixSource(attempted, "it is a workbook of the old format .xls, or one with a password", remedy)
    if start != ZIP:
        raise FixSource(attempted, "it is no Excel workbook", remedy)
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
    except BadZipFile:
        raise cut_short(attempted) from None
    check_sizes(members, layout.compression, attempted)
    others = [one.file_size for one in members if not one.filename.startswith("xl/worksheets/")]
    if max(others, default=0) > LARGEST_STRINGS_MB * MEGABYTE:
        raise FixSource(attempted, f"its texts are larger than {LARGEST_STRINGS_MB} megabytes", "Ask the school for CSV.")


def _opened(file: IO[bytes], attempted: str) -> Any:
    from openpyxl import load_workbook

    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that would be lost if the workbook were saved
            return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except _DAMAGED:
        raise _damaged(attempted) from None


def _sheet(book: Any, named: str, attempted: str) -> Any:
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in book.worksheets:
        if clean_name(sheet.title) == named:
            return sheet
    if named.isascii() and named.isdigit() and 0 < int(named) <= len(shown):
        return shown[int(named) - 1]
    found = f"it has no sheet `{named}` among the {len(shown)} that are shown"
    raise FixSource(attempted, found, "Correct `source.format.sheet`, or ask the school for its export.")


class _Rows:
    """The rows of a sheet with their numbers, those without a cell included."""

    def __init__(self, sheet: Any, attempted: str) -> None:
        sheet.reset_dimensions()  # programs other than Excel write them wrong
        self._rows = iter(sheet.rows)
        self._numbers = count(1)
        self._attempted = attempted

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> tuple[int, Cells]:
        row = next(self._numbers)
        if row > LARGEST_SHEET:
            raise _damaged(self._attempted)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl's own would quote a cell
                return row, next(self._rows)
        except _DAMAGED:
            raise _damaged(self._attempted) from None


def _places(rows: _Rows, layout: XlsxFormat, wanted: Sequence[str], reading: Reading, attempted: str) -> list[tuple[str, int]]:
    if layout.header:
        reading.header_row, names = _header(rows, wanted, attempted)
    else:
        for _ in islice(rows, layout.preamble):
            pass
        names = layout.names or [str(position) for position in range(1, _last_position(wanted, attempted) + 1)]
    return [*zip(wanted, locate(wanted, names, attempted=attempted), strict=True)]


def _header(rows: _Rows, wanted: Sequence[str], attempted: str) -> tuple[int, list[str]]:
    """Return the number and the names of the first row that has all wanted columns, else of the one that has most of them."""
    best, most, header = 0, -1, list[str]()
    for row, cells in islice(rows, HEADER_WITHIN):
        names = [_text(cell) for cell in cells]
        found = len({*wanted} & {*map(clean_name, names)})
        if found > most and any(names):
            best, most, header = row, found, names
        if found == len({*wanted}):
            break
    if not header:
        raise EmptySource(attempted, "the sheet is empty, without even a header", "Ask the school to export it again.")
    return best, header


def _last_position(wanted: Sequence[str], attempted: str) -> int:
    if wrong := [name for name in wanted if not (name.isascii() and name.isdigit())]:
        remedy = "Name the columns in `source.format.names`, or map positions such as 3."
        raise FixConfig(attempted, f"a sheet without a header has no column `{wrong[0]}`", remedy)
    return max(map(int, wanted), default=0)


def _text(cell: Any) -> str:
    """Return what the sheet shows in a cell, as far as it can be known; see the module."""
    match cell.value:
        case None:
            return ""
        case bool() as flag:
            return "VRAI" if flag else "FAUX"
        case int() | float() as number:
            return _number(number, str(cell.number_format))
        case datetime() as moment:
            return moment.date().isoformat() if moment.time() == time.min else moment.isoformat(" ")
        case date() | time() as day:
            return day.isoformat()
        case other:
            return str(other)


def _number(number: float, shown_as: str) -> str:
    exact = Decimal(repr(number))
    if "E+" in shown_as.upper() or abs(number) >= EXACT_BELOW:
        return f"{exact.normalize():E}"
    if exact != exact.to_integral_value():
        return repr(number)
    digits = str(int(number))
    return digits.zfill(len(shown_as)) if _ZEROS.fullmatch(shown_as) and number >= 0 else digits


def _damaged(attempted: str) -> FixSource:
    return FixSource(attempted, "the workbook is damaged", "Ask the school to open it, and to save it again.")
