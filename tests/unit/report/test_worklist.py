"""The list of rows to correct."""

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.records.shipment import Receipt
from supdata.records.states import Outcome
from supdata.report.content import RunFacts
from supdata.report.worklist import HEADER, as_text, write_csv

GOLDEN = Path(__file__).parent / "golden" / "a_corriger.csv"


def written(facts: RunFacts) -> bytes:
    stream = io.BytesIO()
    count = write_csv(stream, facts)
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


def test_there_is_one_line_per_row_and_reason_and_none_where_nothing_is_to_correct(gathered: Callable[..., RunFacts]) -> None:
    lines = [(line[1], line[8]) for line in rows_of(written(gathered()))[1:]]
    assert lines == [
        ("3", "DATES-SPAN"),
        ("4", "BIRTH-REAL"),
        ("4", "INE-FORMAT"),
        ("5", "INE-FORMAT"),
        ("6", "INE-PROVISIONAL"),
        ("9", "REGISTRE-REFUS"),
        ("10", "REGISTRE-INCONNU"),
        ("13", "LIGNE-ILLISIBLE"),
        ("14", "LEDGER-DEPARTED"),
    ]


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
    assert as_text(value).removeprefix("'") == value


@given(st.text())
def test_no_cell_begins_like_a_formula(value: str) -> None:
    assert not as_text(value).lstrip().startswith(("=", "+", "-", "@"))


def test_the_registrys_words_are_guarded_too(gathered: Callable[..., RunFacts], receipt: Callable[..., Receipt]) -> None:
    facts = gathered(
        receipts=[receipt(9, Outcome.REFUSED, words='=cmd|" /C calc"!A0;\r\nx')], judgements=[], unreadable=[], departed=[]
    )
    (line,) = rows_of(written(facts))[1:]
    assert line[-1] == '\'=cmd|" /C calc"!A0;\r\nx'
    assert len(line) == len(HEADER)
