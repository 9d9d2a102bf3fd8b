"""The list to correct as files: a workbook, and a CSV that opens in a French spreadsheet with a double click.

Cells are text, whatever they hold. A workbook's cells say so themselves. In the CSV an apostrophe goes before what a
spreadsheet would run or reckon with; one that is given back loses it again.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO, TextIOWrapper
from typing import IO, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from supdata.records.work_list import COLUMNS, CORRECTION, HEADER, SHEET, as_text
from supdata.report.worklist import WorkLine

#: What the workbook's own format has no place for, and how long a cell may be there.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_767
#: When a workbook was made, as its properties have it.
MOMENT = re.compile(rb"(?<=>)\d{4}-\d\d-\d\dT[\d:.]+Z?(?=<)")
NO_MOMENT = b"2000-01-01T00:00:00Z"


def write_csv(stream: BinaryIO, lines: Iterable[WorkLine]) -> int:
    """Write the lines to `stream` (UTF-8 with a byte order mark, `;`, CRLF) and return how many."""
    text = TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    count = 0
    for line in lines:
        writer.writerow([as_text(cell) for cell in cells_of(line)])
        count += 1
    text.detach()  # flushes; the stream stays open, it is the caller's
    return count


def write_workbook(stream: IO[bytes], lines: Iterable[WorkLine]) -> int:
    """Write the lines as a workbook with one sheet: its header stays in view, has filters, and its cells are text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    for number, width in enumerate(COLUMNS.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(list(_headings(sheet)))
    count = 0
    for line in lines:
        sheet.append([_cell(sheet, text, name) for name, text in zip(HEADER, cells_of(line), strict=True)])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(HEADER))}{count + 1}"
    _save(book, stream)
    return count


def cells_of(line: WorkLine) -> tuple[str, ...]:
    """Return the cells of a line, as they are; the correction is left to the registrar."""
    return (
        line.where.source,
        str(line.where.row),
        line.where.sis_id,
        line.weight.value,
        line.label,
        line.column,
        line.value,
        line.proposed,
        "",
        " ; ".join(line.titles),
        " ".join(line.explanations),
        " ".join(line.fixes),
        " ; ".join(line.words),
        line.sent,
        str(line.days),
        " ".join(line.rules),
        line.key,
    )


def _headings(sheet: WriteOnlyWorksheet) -> Iterator[Cell]:
    for name in HEADER:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.fill = PatternFill("solid", fgColor="FFF2CC" if name == CORRECTION else "E8E8F4")
        yield cell


def _cell(sheet: WriteOnlyWorksheet, text: str, name: str) -> Cell:
    """Return a cell that is text for every spreadsheet, a formula's first sign notwithstanding."""
    cell = WriteOnlyCell(sheet)
    cell.value = NO_XML.sub("\ufffd", text)[:LONGEST_CELL]
    cell.data_type = "s"
    cell.number_format = "@"
    if name == CORRECTION:
        cell.fill = PatternFill("solid", fgColor="FFF9E5")
    return cell


def _save(book: Workbook, stream: IO[bytes]) -> None:
    """Save a workbook without the moment it was made: the same lines give the same bytes."""
    made = BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "docProps/core.xml":
                content = MOMENT.sub(NO_MOMENT, content)
            target.writestr(zipfile.ZipInfo(member.filename), content, zipfile.ZIP_DEFLATED)
