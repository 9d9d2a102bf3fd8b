"""The list of rows to correct."""

import csv
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from builders import an_enrolment
from supdata.records.judgement import Judgement
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome, Severity, Verdict
from supdata.records.work_list import HEADER, as_found, as_text
from supdata.report.content import RunFacts, Weight
from supdata.report.worklist import work_lines
from supdata.report.worklist_files import write_csv, write_workbook

GOLDEN = Path(__file__).parent / "golden" / "a_corriger.csv"


def written(facts: RunFacts) -> bytes:
    stream = io.BytesIO()
    count = write_csv(stream, work_lines(facts))
    content = stream.getvalue()  # raises when the writer has closed the caller's stream
    assert count == len(rows_of(content)) - 1
    return content


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_list_of_a_run_is_the_golden_list(gathered: Callable[..., RunFacts]) -> None:
    """Run with SUPDATA_REWRITE_GOLDEN=1 to accept a wanted change, then read the difference."""
    content = written(gathered())
    if os.environ.get("SUPDATA_REWRITE_GOLDEN"):
        GOLDEN.write_bytes(content)
    assert content == GOLDEN.read_bytes()


def test_a_french_spreadsheet_opens_it(gathered: Callable[..., RunFacts]) -> None:
    content = written(gathered())
    assert content.startswith(b"\xef\xbb\xbfSource;Ligne;")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_there_is_one_line_per_row_and_field_and_none_where_nothing_is_to_correct(gathered: Callable[..., RunFacts]) -> None:
    at = [HEADER.index(name) for name in ("Ligne", "Champ", "Valeur trouvée", "Règle")]
    lines = [tuple(line[place] for place in at) for line in rows_of(written(gathered()))[1:]]
    assert lines == [
        ("3", "Fin d’inscription", "2027-08-31", "DATES-SPAN"),
        ("4", "Date de naissance", "2004-02-31", "BIRTH-REAL"),
        ("4", "INE", "12345", "INE-FORMAT"),
        ("5", "INE", "'=HYPERLINK(1)", "INE-FORMAT"),
        ("6", "INE", "123456789FJ", "INE-PROVISIONAL"),
        ("9", "", "", "REGISTRE-REFUS"),
        ("10", "INE", "123456789FJ", "REGISTRE-INCONNU"),
        ("10", "Date de naissance", "2004-03-09", "REGISTRE-INCONNU"),
        ("13", "", "", "LIGNE-ILLISIBLE"),
        ("14", "", "", "LEDGER-DEPARTED"),
    ]


def test_two_reasons_for_one_field_are_one_line_with_the_heavier_weight(
    gathered: Callable[..., RunFacts], judgement: Callable[..., Judgement]
) -> None:
    reasons = (("INE-PROVISIONAL", "ine", Severity.WARN), ("INE-FORMAT", "ine", Severity.REJECT))
    facts = gathered(judgements=[judgement(4, Verdict.REJECTED, *reasons)], receipts=[], unreadable=[], departed=[])
    (line,) = work_lines(facts)
    assert (line.weight, line.rules) == (Weight.BLOCKING, ("INE-FORMAT", "INE-PROVISIONAL"))
    assert line.titles == ("INE mal formé", "INE provisoire")


def test_a_run_without_fault_leaves_a_list_with_its_header_alone(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(judgements=[], receipts=[], unreadable=[], departed=[])
    assert rows_of(written(facts)) == [list(HEADER)]


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+33612", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\ufeff=1", "＝1", "＋1", "－1", "＠A"],
)
def test_what_a_spreadsheet_would_run_is_made_text(value: str) -> None:
    assert as_text(value) == f"'{value}"


@pytest.mark.parametrize("value", ["01234", "12345E67890", "1234567890123456", "'quoted"])
def test_what_a_spreadsheet_would_change_is_made_text(value: str) -> None:
    assert as_text(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "123456789FJ", "2004-02-31", "44000", "regime = RF2", "étudiant introuvable", "a-b"])
def test_ordinary_values_stay_as_they_are(value: str) -> None:
    assert as_text(value) == value


@given(st.text())
def test_the_value_found_can_always_be_read_back(value: str) -> None:
    assert as_found(as_text(value)) == value


@given(st.text())
def test_no_cell_begins_like_a_formula(value: str) -> None:
    assert not as_text(value).lstrip().startswith(("=", "+", "-", "@"))


def test_the_registrys_words_are_guarded_too(gathered: Callable[..., RunFacts], receipt: Callable[..., Receipt]) -> None:
    facts = gathered(
        receipts=[receipt(9, Outcome.REFUSED, words='=cmd|" /C calc"!A0;\r\nx')], judgements=[], unreadable=[], departed=[]
    )
    (line,) = rows_of(written(facts))[1:]
    assert line[HEADER.index("Mots du registre ou du lecteur")] == '\'=cmd|" /C calc"!A0;\r\nx'
    assert len(line) == len(HEADER)


HOSTILE = ["=1+1", "@SUM(A1)", "-2", "\tx", "\x00\x1b", "x" * 40_000, "\u202eabc", "<script>", "01234", "\ud800", "2026-09-01"]


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_every_cell_of_the_workbook_is_text_whatever_it_holds(gathered: Callable[..., RunFacts], value: str) -> None:
    stream = io.BytesIO()
    enrolments = [an_enrolment(row=4, sisId=value, ine=value)]
    lines = work_lines(gathered(enrolments=enrolments, receipts=[], unreadable=[], departed=[]))
    count = write_workbook(stream, lines)
    sheet = load_workbook(stream).worksheets[0]
    assert sheet.max_row == count + 1
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    shown = value[:32_767].replace("\x00", "\ufffd").replace("\x1b", "\ufffd").replace("\ud800", "\ufffd")
    assert shown in {cell.value for cell in cells}


def test_the_workbook_has_filters_and_keeps_its_header_in_view(gathered: Callable[..., RunFacts]) -> None:
    stream = io.BytesIO()
    write_workbook(stream, work_lines(gathered()))
    sheet = load_workbook(stream).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(HEADER)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:Q11")
    assert sheet.column_dimensions["K"].width == 50


def test_the_same_lines_make_the_same_workbook_at_any_time(gathered: Callable[..., RunFacts]) -> None:
    books = []
    for _ in range(2):
        stream = io.BytesIO()
        write_workbook(stream, work_lines(gathered()))
        books.append(stream.getvalue())
        time.sleep(1.1)
    assert books[0] == books[1]
