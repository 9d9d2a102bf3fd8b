"""Delimited text: every line ends as a row, as an unreadable row, or holds no value at all."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.config.formats import CsvFormat
from supdata.errors import EmptySource, FixConfig, FixSource
from supdata.extract.delimited import LINES_OF_A_ROW, read_delimited
from supdata.records.rows import RawRow, UnreadableRow


def read(content: bytes, wanted: Sequence[str] = ("INE",), **layout: Any) -> list[RawRow | UnreadableRow]:
    return list(read_delimited(io.BytesIO(content), "export.csv", CsvFormat().model_copy(update=layout), wanted))


def rows(content: bytes, **layout: Any) -> list[tuple[int, str]]:
    """Return the number and the INE of each readable row, and "?" for each unreadable one."""
    return [(row.row, row.values["INE"] if isinstance(row, RawRow) else "?") for row in read(content, **layout)]


def test_a_row_has_the_number_that_a_spreadsheet_shows_and_the_wanted_columns_only() -> None:
    assert read(b"NOM;INE;NE\r\nDurand;1;2004\r\n", ["NE", "INE"]) == [
        RawRow(source="export.csv", row=2, values={"NE": "2004", "INE": "1"})
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_of_every_system_are_read(end: bytes) -> None:
    assert rows(end.join([b"INE;A", b"1;x", b"2;y"])) == [(2, "1"), (3, "2")]


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-8", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("iso-8859-15", "iso-8859-15"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
    ],
)
def test_accents_arrive_whole_in_every_encoding(encoding: str, written: str) -> None:
    content = "INE;Prénom\n1;Éloïse\n".encode(written)
    assert read(content, ["Prénom"], encoding=encoding)[0] == RawRow(source="export.csv", row=2, values={"Prénom": "Éloïse"})


@pytest.mark.parametrize("delimiter", [",", "|", "\t", ";"])
def test_any_delimiter_can_be_named(delimiter: str) -> None:
    assert rows(delimiter.join(["A", "INE"]).encode() + b"\n" + delimiter.join(["x", "1"]).encode(), delimiter=delimiter) == [
        (2, "1")
    ]


def test_a_quoted_value_may_hold_delimiters_quotes_and_line_ends() -> None:
    content = b'NOM;INE\n"a;b ""c""";1\n"d\ne";2\nf;3\n'
    assert rows(content) == [(2, "1"), (3, "2"), (4, "3")]


def test_without_quoting_a_quote_is_a_character_like_any_other() -> None:
    assert rows(b'NOM;INE\n"a;1\nb";2\n', quoted=False) == [(2, "1"), (3, "2")]


def test_lines_without_any_value_count_and_are_no_rows() -> None:
    assert rows(b"NOM;INE\n\na;1\n;\n ; \n;;;;\nb;2\n\n") == [(3, "1"), (7, "2")]


@pytest.mark.parametrize("header", [True, False])
def test_any_number_of_blank_lines_may_stand_above_the_table(header: bool) -> None:
    content = b"\r\n" * 60 + b";;\r\n" + b"1;2;3\r\n4;5;6\r\n"
    assert [row.row for row in read(content, ["2"], header=header)] == ([63] if header else [62, 63])


@pytest.mark.parametrize("told", [b"sep=;", b'"sep=,"', b"sep=\t"])
def test_the_separator_that_is_told_to_excel_is_no_header(told: bytes) -> None:
    assert rows(told + b"\r\nNOM;INE\r\na;1\r\n") == [(3, "1")]


def test_a_ragged_line_is_unreadable_and_says_how_many_values_it_has() -> None:
    short, long = read(b"NOM;INE\nabc\nDU;PONT;1\n")
    assert short == UnreadableRow(source="export.csv", row=2, reason="La ligne a 1 valeurs, l'en-tête en a 2.")
    assert isinstance(long, UnreadableRow)
    assert long.row == 3


def test_a_value_too_many_is_not_dropped_even_when_it_is_empty() -> None:
    """A semicolon in an unquoted name shifts all values by one: an empty last one would hide it."""
    assert rows(b"NOM;INE;X\nDU;PONT;1;\n", quoted=False) == [(2, "?")]


def test_a_line_with_bytes_outside_the_encoding_is_unreadable_alone() -> None:
    assert rows("NOM;INE\nÉ;1\n".encode() + b"\xc9;2\nz;3\n", encoding="utf-8") == [(2, "1"), (3, "?"), (4, "3")]
    assert rows(b"NOM;INE\n\x81;1\nb;2\n", encoding="cp1252") == [(2, "?"), (3, "2")]


def test_a_quote_that_is_never_closed_costs_its_own_line_and_no_other() -> None:
    lines = b"".join(b"x;%d\n" % number for number in range(3, 3 * LINES_OF_A_ROW))
    assert rows(b'NOM;INE\n"oops;2\n' + lines) == [(2, "?"), *((n, str(n)) for n in range(3, 3 * LINES_OF_A_ROW))]


def test_a_quote_that_closes_students_later_costs_its_own_line_and_no_other() -> None:
    assert rows(b'NOM;INE\n"oops;2\nb;3\nc;4\nd "e";5\n"f";6\n') == [(2, "?"), (3, "3"), (4, "4"), (5, "5"), (6, "6")]


def test_a_name_with_quotes_inside_quotes_is_unreadable_alone() -> None:
    assert rows(b'NOM;INE\n"Le "Grand" Jean";1\nb;2\n') == [(2, "?"), (3, "2")]


def test_a_reason_holds_no_value_of_the_row() -> None:
    unreadable = read(b'NOM;INE\nSECRET\n"SECRET;\nSECRET;1;2\n\xff SECRET;1\n', encoding="utf-8")
    assert len(unreadable) == 4
    assert all(isinstance(row, UnreadableRow) and "SECRET" not in row.reason for row in unreadable)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\r\n", b";;\n"])
def test_a_file_without_a_header_line_is_an_empty_source(content: bytes) -> None:
    with pytest.raises(EmptySource, match="without even a header"):
        read(content)


def test_a_header_alone_gives_no_row() -> None:
    assert read(b"NOM;INE\n") == []


def test_names_are_found_among_blanks_and_marks() -> None:
    assert rows('\ufeff INE\xa0;"A"\n1;2\n'.encode()) == [(2, "1")]


def test_missing_columns_are_named_together_with_the_nearest_found() -> None:
    with pytest.raises(FixSource, match=r"no column `DATE_NAI` \(is it `Date_Nai_Ind`\?\), `REGIME`\."):
        read(b"INE;Date_Nai_Ind\n1;2\n", ["INE", "DATE_NAI", "REGIME"])


def test_a_file_without_a_header_shows_nobodys_number() -> None:
    with pytest.raises(FixSource) as caught:
        read(b"070578267KH;1999-03-30;DATE\n", ["070578267KX", "1999-03-31", "DATES"])
    assert "070578267KH" not in str(caught.value)
    assert "1999-03-30" not in str(caught.value)
    assert "is it `DATE`?" in str(caught.value)


def test_a_wanted_column_that_is_there_twice_is_refused_and_an_unwanted_one_is_not() -> None:
    with pytest.raises(FixSource, match="`INE` is the name of more than one column"):
        read(b"INE;INE\n1;2\n")
    assert rows(b"INE;LIB;LIB\n1;2;3\n") == [(2, "1")]


def test_the_wrong_delimiter_is_named() -> None:
    with pytest.raises(FixConfig, match="no ';' but has ','"):
        read(b"INE,NOM\n1,2\n", delimiter=";")


def test_an_encoding_that_the_file_contradicts_is_refused() -> None:
    with pytest.raises(FixConfig, match="mark of utf-8 while the institution file says cp1252"):
        read(b"\xef\xbb\xbfINE;A\n", encoding="cp1252")
    with pytest.raises(FixConfig, match="mark of utf-16"):
        read("INE;A\n".encode("utf-16"), encoding="utf-8")


def test_an_encoding_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FixConfig, match="`cp12522` is not an encoding"):
        read(b"INE\n", encoding="cp12522")


def test_a_file_that_cannot_be_decoded_any_further_is_refused_without_its_bytes() -> None:
    with pytest.raises(FixConfig, match="not utf-16 text") as caught:
        read("INE;A\n".encode("utf-16") + b"\x00\xdc\x41", encoding="utf-16")
    assert caught.value.__cause__ is None


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=30))
def test_whatever_a_spreadsheet_writes_is_read_back(table: list[tuple[str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows([("A", "B"), *table])
    found = read(written.getvalue().encode(), ["A", "B"])
    expected = [(n, a, b) for n, (a, b) in enumerate(table, start=2) if a.strip() or b.strip()]
    assert [(row.row, *row.values.values()) for row in found if isinstance(row, RawRow)] == expected
    assert len(found) == len(expected)


@given(st.binary(max_size=300), st.sampled_from(["utf-8-sig", "cp1252"]), st.booleans())
def test_any_bytes_give_rows_in_order_and_never_more_than_lines(content: bytes, encoding: str, quoted: bool) -> None:
    found = read(b"INE;A\n" + content, encoding=encoding, quoted=quoted)
    numbers = [row.row for row in found]
    assert numbers == sorted(set(numbers))
    assert all(2 <= number <= 2 + content.count(b"\n") + content.count(b"\r") for number in numbers)


@given(st.lists(st.sampled_from(["a;1", '"a";1', '"a;1', 'a";1', "a", "a;1;2", '"a\nb";1', '""";1']), max_size=12))
def test_no_stray_quote_ever_hides_a_plain_row_that_stands_alone(lines: list[str]) -> None:
    """After all that may go wrong before it, a file's last lines are read: fifty plain ones in a row outlast any quote."""
    plain = [f"x;{number}" for number in range(LINES_OF_A_ROW + 1)]
    found = [row.values["INE"] for row in read("\n".join(["A;INE", *lines, *plain]).encode()) if isinstance(row, RawRow)]
    assert found[-len(plain) :] == [str(number) for number in range(LINES_OF_A_ROW + 1)]
