"""Excel workbooks: what a registrar sees in a cell is what is read."""

import io
import os
import subprocess
import sys
import warnings
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from supdata.errors import EmptySource, FixConfig, FixSource, TryLater
from supdata.records.reading import Reading
from unit.extract.reading import rows_of, values_of

XLSX = {"type": "xlsx"}


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def workbook(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    """Return a workbook of one sheet; `formats` are the number formats of single cells."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for place, shown_as in (formats or {}).items():
        sheet[place].number_format = shown_as
    return saved(book)


def shown(value: Any, shown_as: str = "General") -> str:
    """Return what is read of one cell."""
    ((_, text),) = values_of(workbook(["INE", "A"], [value, "x"], formats={"A2": shown_as}), XLSX)
    return str(text)


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        ("070578267KH", "General", "070578267KH"),
        ("0123", "@", "0123"),
        (date(2004, 3, 9), "DD/MM/YYYY", "2004-03-09"),
        (datetime(2004, 3, 9, 8, 30), "DD/MM/YYYY HH:MM", "2004-03-09 08:30:00"),  # noqa: DTZ001
        (time(8, 30), "HH:MM", "08:30:00"),
        (44000, "General", "44000"),
        (44000.0, "0.00", "44000"),
        (1.5, "General", "1.5"),
        (1004, "00000", "01004"),
        (70578267, "00000000000", "00070578267"),
        (12345678901, "General", "12345678901"),
        (1.2e10, "0.00E+00", "1.2E+10"),
        (12345678901, "##0.0E+0", "1.2345678901E+10"),
        (1.2e30, "General", "1.2E+30"),
        (True, "General", "VRAI"),
        ("#N/A", "General", "#N/A"),
        (-5, "00", "-5"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value: Any, shown_as: str, text: str) -> None:
    assert shown(value, shown_as) == text


def test_a_workbook_of_1904_has_the_same_dates() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append(["INE"])
    book.worksheets[0].append([date(2004, 3, 9)])
    assert values_of(saved(book), XLSX) == [[2, "2004-03-09"]]


def test_a_date_beyond_all_calendars_is_an_error_that_can_be_seen_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shown(99999999, "DD/MM/YYYY") == "#VALUE!"


def test_rows_have_excels_numbers_wherever_the_header_stands() -> None:
    reading = Reading()
    content = workbook(
        ["Export du 1er octobre"], [], [None, "NOM", " INE "], [None, "a", "1"], [], [None, None, None], [None, "b"]
    )
    assert values_of(content, XLSX, reading=reading) == [[4, "1"], [7, ""]]
    assert (reading.header_row, reading.sheet) == (3, "Sheet")


def test_a_sheet_without_a_header_has_names_or_positions() -> None:
    content = workbook(["titre"], ["a", "1"], ["b", "2"])
    assert values_of(content, {**XLSX, "header": False, "preamble": 1, "names": ["NOM", "INE"]}) == [[2, "1"], [3, "2"]]
    assert values_of(content, {**XLSX, "header": False, "preamble": 1}, ["2"]) == [[2, "1"], [3, "2"]]
    with pytest.raises(FixConfig, match="has no column `INE`"):
        rows_of(content, {**XLSX, "header": False})


def test_a_sheet_is_found_by_its_name_or_by_its_place_among_those_shown() -> None:
    book = Workbook()
    for number, title in enumerate(["Notes", "Élèves 2026", "2"]):
        sheet = book.create_sheet(title)
        sheet.append(["INE"])
        sheet.append([str(number)])
    book.worksheets[0].sheet_state = "hidden"
    content = saved(book)
    for named, text in {"1": "0", "Élèves 2026": "1", "2": "2", "3": "2"}.items():
        assert values_of(content, {**XLSX, "sheet": named}) == [[2, text]]
    for absent in ("4", "0", "Eleves"):
        with pytest.raises(FixSource, match=f"no sheet `{absent}` among the 3"):
            rows_of(content, {**XLSX, "sheet": absent})


def test_merged_cells_have_their_value_once_and_hidden_rows_are_read() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["INE", "A"], ["1", "x"], ["2", "y"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["A"].hidden = True
    assert values_of(saved(book), XLSX) == [[2, "1"], [3, ""]]


def test_a_missing_column_is_named_with_the_nearest_of_the_row_that_has_most() -> None:
    content = workbook(["Liste"], ["INE", "Date_Nai_Ind"], ["1", "2"])
    with pytest.raises(FixSource, match=r"no column `DATE_NAI` \(is it `Date_Nai_Ind`\?\)"):
        rows_of(content, XLSX, ["INE", "DATE_NAI"])


def test_a_sheet_without_anything_is_an_empty_source() -> None:
    with pytest.raises(EmptySource, match="the sheet is empty"):
        rows_of(workbook(), XLSX)


def test_what_is_no_workbook_is_for_the_school_to_mend() -> None:
    with pytest.raises(FixSource, match="no Excel workbook"):
        rows_of(b"INE;A\n1;2\n", XLSX)
    with pytest.raises(FixSource, match="of the old format"):
        rows_of(b"\xd0\xcf\x11\xe0" + b"\0" * 600, XLSX)
    with pytest.raises(TryLater, match="ends before its end"):
        rows_of(workbook(["INE"], ["1"])[:-30], XLSX)


def replaced(content: bytes, name: str, part: bytes) -> bytes:
    """Return the workbook with another text for one of its parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, part if one == name else old.read(one))
    return written.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_of(rows: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        (SHEET, b"<worksheet"),
        (SHEET, b'<!DOCTYPE a [<!ENTITY x "y">]>' + sheet_of('<row r="1"><c><v>&x;</v></c></row>')),
        (SHEET, sheet_of('<row r="1"><c t="s"><v>999</v></c></row>')),
        (SHEET, sheet_of('<row r="99999999"><c><v>1</v></c></row>')),
        ("xl/styles.xml", b"<no"),
        ("[Content_Types].xml", b""),
    ],
)
def test_a_damaged_workbook_is_for_the_school_to_mend(name: str, part: bytes) -> None:
    with pytest.raises(FixSource, match="the workbook is damaged"):
        rows_of(replaced(workbook(["A", "B"], ["1", "2"]), name, part), {**XLSX, "header": False}, ["1"])


def test_a_workbook_that_grows_beyond_reason_is_refused() -> None:
    content = replaced(workbook(["INE"], ["1"]), SHEET, b" " * 60_000_000)
    with pytest.raises(FixSource, match="more than 250 times its size"):
        rows_of(content, XLSX)
    with pytest.raises(FixSource, match="larger than 1 megabytes"):
        rows_of(content, {**XLSX, "compression": {"largest_mb": 1}})


def test_a_workbook_in_an_archive_is_read_when_the_archive_is_named() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("export.xlsx", workbook(["INE"], ["1"]))
    assert values_of(written.getvalue(), {**XLSX, "compression": {"method": "zip"}}) == [[2, "1"]]


TEXTS = st.text("09AZé '=\"", min_size=1, max_size=6).filter(lambda text: not text.startswith("="))


@settings(max_examples=30)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8))
def test_whatever_text_is_written_is_read_back(table: list[tuple[str, str]]) -> None:
    expected = [[row, *cells] for row, cells in enumerate(table, start=2)]
    assert values_of(workbook(["A", "B"], *map(list, table)), XLSX, ["A", "B"]) == expected


def test_workbooks_are_read_by_the_parser_that_declares_no_entities_though_another_is_installed() -> None:
    code = "import supdata, openpyxl; print(openpyxl.LXML, openpyxl.DEFUSEDXML)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENPYXL")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
