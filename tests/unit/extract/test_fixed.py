"""Values at fixed places of each line."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.config.formats import FixedFormat
from supdata.errors import FixConfig
from supdata.extract.files import read_file
from unit.extract.reading import rows_of, values_of

LAYOUT = {"type": "fixed", "fields": {"INE": [1, 11], "NOM": [12, 17], "NE": [18, 25]}}
LINE = "070578267KHÉLOÏSE30031999"


def test_values_are_cut_at_their_places_counted_in_characters() -> None:
    for codec in ("utf-8", "iso-8859-1", "utf-16"):
        assert values_of(f"{LINE}\r\n".encode(codec), LAYOUT, ["NE", "INE", "NOM"]) == [
            [1, "30031999", "070578267KH", "ÉLOÏSE"]
        ]


def test_blank_lines_and_lines_above_the_rows_count_and_are_no_rows() -> None:
    content = f"EXPORT DU 01/10\n\n{LINE}\n   \n{LINE}\n\n".encode()
    assert values_of(content, {**LAYOUT, "preamble": 1}) == [[3, "070578267KH"], [5, "070578267KH"]]


def test_a_line_without_its_last_blanks_has_nothing_there() -> None:
    assert values_of(b"070578267KHABC\nshort", LAYOUT, ["INE", "NOM", "NE"]) == [
        [1, "070578267KH", "ABC", ""],
        [2, "short", "", ""],
    ]


def test_what_stands_behind_the_last_place_is_passed_over() -> None:
    assert values_of(f"{LINE}COMMENT".encode(), LAYOUT, ["NE"]) == [[1, "30031999"]]


def test_a_line_with_bytes_outside_the_encoding_is_unreadable_alone() -> None:
    content = LINE.encode() + b"\n\xe9" + LINE.encode() + b"\n" + LINE.encode()
    assert values_of(content, {**LAYOUT, "encoding": "utf-8"}) == [[1, "070578267KH"], [2, "?"], [3, "070578267KH"]]


def test_a_column_without_a_place_is_a_fault_of_the_institution_file() -> None:
    with pytest.raises(FixConfig, match=r"no column `NOMS` \(is it `NOM`\?\)"):
        rows_of(LINE.encode(), LAYOUT, ["NOMS"])


@given(
    st.lists(
        st.tuples(st.text("09AÉ ", min_size=3, max_size=3), st.text("xyz", min_size=5, max_size=5)), min_size=1, max_size=20
    )
)
def test_whatever_is_written_at_its_place_is_read_there(table: list[tuple[str, str]]) -> None:
    layout = FixedFormat(type="fixed", fields={"B": [4, 8], "A": [1, 3]})
    content = "".join(f"{a}{b}\n" for a, b in table).encode()
    found = [tuple(row.values.values()) for row in read_file(BytesIO(content), "f", layout, ["A", "B"])]  # type: ignore[union-attr]
    assert found == table
