"""The column-wise rules say the same as the rules on one value, which are the ones to read."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from supdata.records.ine import SHAPES, Family, family, has_right_key
from supdata.records.uai import SHAPE, is_valid_uai
from supdata.validate.characters import ine_families, ine_keys_right, real_dates, uai_keys_right, uai_shapes

INES = st.one_of(
    st.text(max_size=13),
    st.text("0123456789ABDIOQZé٣\x00", min_size=11, max_size=11),
    *(st.from_regex(shape, fullmatch=True) for shape in SHAPES.values()),
)
UAIS = st.one_of(st.text(max_size=10), st.from_regex(r"[0-9]{7}[A-Z]", fullmatch=True), st.from_regex(SHAPE, fullmatch=True))
DATES = st.one_of(
    st.text(max_size=12),
    st.dates().map(date.isoformat),
    st.from_regex(r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]", fullmatch=True),
)


@given(st.lists(INES, max_size=8))
def test_families_of_a_column_are_the_families_of_its_values(values: list[str]) -> None:
    assert list(ine_families(values)) == [family(value) for value in values]


@given(st.lists(INES, max_size=8))
def test_keys_of_a_column_are_the_keys_of_its_values(values: list[str]) -> None:
    for judged in (Family.BEA, Family.BASE36, Family.RNIE):
        expected = [family(value) is not judged or has_right_key(value) for value in values]
        assert list(ine_keys_right(values, judged)) == expected


@given(st.lists(UAIS, max_size=8))
def test_uais_of_a_column_are_judged_like_single_ones(values: list[str]) -> None:
    assert list(uai_keys_right(values)) == [is_valid_uai(value) for value in values]
    assert list(uai_shapes(values)) == [value.isascii() and SHAPE.fullmatch(value) is not None for value in values]


def _is_real(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@given(st.lists(DATES, max_size=8))
def test_a_real_date_is_one_that_the_calendar_has(values: list[str]) -> None:
    assert list(real_dates(values)) == [_is_real(value) for value in values]


def test_leap_days_are_real_in_leap_years_only() -> None:
    assert list(real_dates(["2024-02-29", "2026-02-29", "2000-02-29", "1900-02-29", "2026-06-31"])) == [
        True,
        False,
        True,
        False,
        False,
    ]
