"""INE families and keys, on numbers made for the purpose and on the published examples of the rules."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.records.ine import SHAPES, Family, base36_key, bea_key, family, has_right_key, is_placeholder, rnie_key

NINE = st.text("0123456789", min_size=9, max_size=9)
TEN = st.text("0123456789", min_size=10, max_size=10)
TEN_ANY = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=10, max_size=10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123456789FJ", Family.RNIE),
        ("1234567890V", Family.BEA),
        ("0AYIOP071Y8", Family.BASE36),
        ("01234567890", Family.BASE36),
        ("1234A12345B", Family.APPRENTICE),
        ("1234D12345B", Family.PROVISIONAL),
        ("123456789IJ", Family.UNKNOWN),
        ("1234567890O", Family.UNKNOWN),
        ("23456789FJ", Family.UNKNOWN),
        ("123456789fj", Family.UNKNOWN),
        ("123456789FJ\n", Family.UNKNOWN),
        ("12345678٩FJ", Family.UNKNOWN),
        ("", Family.UNKNOWN),
    ],
)
def test_a_number_belongs_to_the_family_of_its_shape(text: str, expected: Family) -> None:
    assert family(text) is expected


@given(st.one_of(*(st.from_regex(shape, fullmatch=True) for shape in SHAPES.values())))
def test_no_number_has_the_shape_of_two_families(text: str) -> None:
    assert sum(re.fullmatch(shape, text) is not None for shape in SHAPES.values()) == 1


def test_the_published_examples_have_right_keys() -> None:
    """The registry's contract prints the first three; the fourth is the sample of another publisher."""
    for example in ("081768862AE", "070578267KH", "0AYIOP071Y8", "0100007108D"):
        assert has_right_key(example), example


@given(NINE)
def test_an_rnie_key_makes_a_right_number_and_no_other_key_does(digits: str) -> None:
    right = digits + rnie_key(digits)
    assert family(right) is Family.RNIE
    assert has_right_key(right)
    assert not has_right_key(digits + ("AA" if not right.endswith("AA") else "AB"))


@given(TEN)
def test_a_bea_key_makes_a_right_number_and_the_next_letter_does_not(digits: str) -> None:
    right = bea_key(digits)
    wrong = "A" if right != "A" else "B"
    assert has_right_key(digits + right)
    assert not has_right_key(digits + wrong)


@given(TEN_ANY)
def test_the_base36_key_is_the_weighted_sum_that_the_source_states(characters: str) -> None:
    *first, last = (int(character, 36) for character in characters)
    assert base36_key(characters) == str((6 * sum(first) + last) % 10)
    assert has_right_key(characters + base36_key(characters))


@given(TEN, st.integers(0, 9), st.integers(0, 9))
def test_one_mistyped_digit_never_keeps_a_bea_key(digits: str, position: int, other: int) -> None:
    """23 is prime and larger than any difference of two digits: the key catches every single slip."""
    slipped = digits[:position] + str(other) + digits[position + 1 :]
    assert (bea_key(slipped) == bea_key(digits)) == (slipped == digits)


@pytest.mark.parametrize(
    "text", ["00000000000", "1111111111A", "XXXXXXXXXXX", "INCONNU", "en cours", "-", "0", "N/A", "9999999999"]
)
def test_fillers_are_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["", "123456789FJ", "0000000001B", "12345", "NANTES"])
def test_other_values_are_not_placeholders(text: str) -> None:
    assert not is_placeholder(text)
