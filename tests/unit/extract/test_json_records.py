"""JSON files: a list somewhere in a document, or one object per line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.errors import FixConfig, FixSource, TryLater
from unit.extract.reading import Trickle, rows_of, values_of

LINES = {"type": "jsonl"}
DOCUMENT = {"type": "json"}


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'[{"INE":"1"},{"INE":"2"}]', ""),
        (b'\xef\xbb\xbf{"n":[0],"d":{"e":[{"INE":"1"},{"INE":"2"}]},"x":[{"INE":"3"}]}', "d.e"),
    ],
)
def test_the_rows_are_the_items_of_one_list(content: bytes, rows: str) -> None:
    assert values_of(content, {**DOCUMENT, "rows": rows}, stream=Trickle) == [[1, "1"], [2, "2"]]


@pytest.mark.parametrize("layout", [DOCUMENT, LINES])
def test_values_keep_the_digits_they_were_written_with(layout: dict[str, str]) -> None:
    row = b'{"a":12345678901234567890,"b":1.10,"c":true,"d":null,"e":{"f":[0,"01"]}}'
    content = b"[" + row + b"]" if layout is DOCUMENT else row
    wanted = ["a", "b", "c", "d", "e.f.1", "g"]
    assert values_of(content, layout, wanted) == [[1, "12345678901234567890", "1.10", "true", "", "01", ""]]


@pytest.mark.parametrize("layout", [DOCUMENT, LINES])
def test_what_is_no_object_or_no_single_value_is_unreadable_alone(layout: dict[str, str]) -> None:
    rows = ['{"INE":["1"]}', "3", '{"INE":"4"}']
    content = "[" + ",".join(rows) + "]" if layout is DOCUMENT else "\n".join(rows)
    assert values_of(content.encode(), layout) == [[1, "?"], [2, "?"], [3, "4"]]


def test_lines_are_numbered_as_in_the_file_and_a_bad_one_costs_itself() -> None:
    content = b'{"INE":"1"}\n\n{"INE":\n{"INE":"\xe9"}\r\n' + b"[" * 100_000 + b'\n{"INE":"6"}'
    assert values_of(content, LINES) == [[1, "1"], [3, "?"], [4, "?"], [5, "?"], [6, "6"]]


@pytest.mark.parametrize("path", ["absent", "n", "o", "o.p.q"])
def test_a_list_that_is_not_there_is_a_fault_of_the_institution_file(path: str) -> None:
    with pytest.raises(FixConfig, match="it holds no list at"):
        rows_of(b'{"n":1,"o":{"p":2}}', {**DOCUMENT, "rows": path})


def test_a_document_that_ends_before_its_end_is_read_again_later() -> None:
    for content in (b'[{"INE":"1"}', b'[{"INE":"1', b'{"a":'):
        with pytest.raises(TryLater, match="ends before its end"):
            rows_of(content, DOCUMENT)


@pytest.mark.parametrize(
    "content", [b'[{"INE":1}]x', b'[{"INE":"\xe9"}]', b"INE;A", b"[" * 50_000, '[{"INE":1}]'.encode("utf-16")]
)
def test_what_is_not_json_is_refused_without_its_text(content: bytes) -> None:
    with pytest.raises(FixSource, match=r"not JSON|not in UTF-8|nested without end") as caught:
        rows_of(content, DOCUMENT)
    assert caught.value.__suppress_context__


def test_a_field_that_no_row_has_is_misspelt() -> None:
    content = json.dumps([{"INE": "1", "dateNaissance": "2"}] * 30).encode()
    with pytest.raises(FixSource, match=r"`dateNaisance` \(is it `dateNaissance`\?\)"):
        rows_of(content, DOCUMENT, ["INE", "dateNaisance"])


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=8)), max_size=10), st.booleans())
def test_whatever_json_is_written_is_read_back(rows: list[dict[str, str]], ascii_only: bool) -> None:
    expected = [[number, row.get("a", ""), row.get("b", "")] for number, row in enumerate(rows, start=1)]
    document = json.dumps(rows, ensure_ascii=ascii_only).encode("utf-8")
    lines = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows).encode("utf-8")
    assert values_of(document, DOCUMENT, ["a", "b"]) == expected
    assert not lines or values_of(lines, LINES, ["a", "b"]) == expected
