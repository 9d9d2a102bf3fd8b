"""Great Expectations' page on a lot: it tells which expectations failed, loads nothing, and names no student."""

import re
from pathlib import Path

from builders import an_enrolment, an_institution
from supdata.validate.data_docs import data_docs, offline

SUITE = Path(__file__).parents[3] / "expectations" / "enrolment.json"
#: Each value is a student's; some break rules, which is when the page as it comes would show them.
INES = ["123456789FJ", "123456789FK", "9876543210Z", "INE-CANARY-1"]
BIRTHS = ["2004-03-09", "1804-03-09", "2031-12-24", "2004-02-28"]


def test_the_page_tells_which_rows_are_counted_and_shows_no_student_s_value() -> None:
    rows = [an_enrolment(row=row, ine=INES[row % 4], dateNaissance=BIRTHS[row % 4], sisId=f"SIS{row}") for row in range(2, 42)]
    page = data_docs(rows, an_institution(), SUITE)
    assert "Université d&#39;essai" in page or "Université d&#x27;essai" in page
    assert "Failed" in page
    assert "40" in page, "how many rows there were"
    shown = [value for value in (*INES, *BIRTHS, "09/03/2004", "18040309", "SIS12", "44000") if value in page]
    assert shown == []


def test_the_page_loads_nothing_and_leads_nowhere() -> None:
    page = data_docs([an_enrolment()], an_institution(), SUITE)
    assert "default-src 'none'" in page
    assert re.findall(r"<script|<link|<img|<iframe|@import|url\(", page) == []
    assert re.findall(r"""(?:href|src)\s*=\s*["'](?!#)""", page) == []


def test_what_a_school_or_a_library_adds_cannot_bring_anything_in() -> None:
    page = offline('<body><img src="//x.example/a"><SCRIPT src=x>1</SCRIPT ><a href="https://x.example">a</a>ok</body>', "<b>")
    assert "x.example" not in page
    assert "<SCRIPT" not in page
    assert "ok" in page
    assert "<title>&lt;b&gt;</title>" in page
