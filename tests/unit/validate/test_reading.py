"""Reading enrolments into columns: records and lines alike, in order, and nothing of a broken line is quoted."""

import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_enrolment
from supdata.errors import CallUs
from supdata.records.enrolment import Enrolment
from supdata.records.lines import write_lines
from supdata.validate import reading as room
from supdata.validate.reading import FIELDS, Table, read_table

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ROWS = st.lists(st.tuples(st.sampled_from(["b.csv", "a.csv"]), TEXTS, TEXTS), max_size=12)


def _lines(enrolments: list[Enrolment]) -> io.BytesIO:
    stream = io.BytesIO()
    write_lines(stream, enrolments)
    stream.seek(0)
    return stream


def _held(table: Table) -> list[tuple[object, ...]]:
    texts = ([table.columns[name].values[code] for code in table.columns[name].codes] for name in FIELDS)
    return [(*where, *row) for where, *row in zip(table.provenance(), *texts, strict=True)]


def _expected(enrolments: list[Enrolment]) -> list[tuple[object, ...]]:
    in_order = sorted(enrolments, key=lambda one: (one.source, one.row))
    return [(one.source, one.row, *(getattr(one, name) for name in FIELDS)) for one in in_order]


@given(ROWS)
def test_a_table_holds_what_records_and_lines_hold(rows: list[tuple[str, str, str]]) -> None:
    """Whatever characters a field holds; blocks of eight bytes make one of every line."""
    enrolments = [
        an_enrolment(source=source, row=row, ine=ine, diplome=diploma) for row, (source, ine, diploma) in enumerate(rows)
    ]
    Random(len(rows)).shuffle(enrolments)
    assert _held(read_table(enrolments)) == _expected(enrolments)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "BLOCK", 8)
        assert _held(read_table(_lines(enrolments))) == _expected(enrolments)


@pytest.mark.parametrize(
    "line",
    [b'{"ine": "987654321AA"', b'{"ine": "987654321AA"}', b'{"source": "a.csv", "row": "987654321AA"}', b"987654321AA"],
)
def test_a_line_that_is_no_enrolment_is_refused_and_not_quoted(line: bytes) -> None:
    with pytest.raises(CallUs) as caught:
        read_table(io.BytesIO(_lines([an_enrolment()]).getvalue() + line + b"\n"))
    assert "98765" not in str(caught.value)
    assert caught.value.__cause__ is None
