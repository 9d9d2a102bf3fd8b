import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.records.uai import KEY_LETTERS, is_valid_uai, uai_key


@pytest.mark.parametrize("uai", ["0010006B", "0751717J", "0442953W", "0881269B", "0332870R"])
def test_published_codes_have_the_right_key(uai: str) -> None:
    assert is_valid_uai(uai)


@pytest.mark.parametrize("text", ["", "0331023W", "751717J", "0751717j", "0751717O", "٠٧٥١٧١٧J", "0751717J "])
def test_wrong_shapes_and_keys_are_not_codes(text: str) -> None:
    assert not is_valid_uai(text)


@given(st.integers(min_value=0, max_value=9_999_999), st.sampled_from(KEY_LETTERS))
def test_only_one_letter_fits_a_number(number: int, letter: str) -> None:
    digits = f"{number:07d}"
    assert is_valid_uai(digits + letter) == (letter == uai_key(digits))
