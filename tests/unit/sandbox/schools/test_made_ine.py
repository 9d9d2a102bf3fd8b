"""Made student numbers: right keys, and digits that are never issued."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.records.ine import Family, family, has_right_key
from supdata.sandbox.schools.made_ine import make_ine

SHAPES = {
    Family.RNIE: r"9\d{8}[A-HJK]{2}",
    Family.BEA: r"00\d{8}[A-HJ-NPR-Z]",
    Family.BASE36: r"0ZZZZ[0-9A-Z]{5}\d",
    Family.APPRENTICE: r"9\d{3}A\d{5}[A-HJ-NPR-Z]",
    Family.PROVISIONAL: r"9\d{3}D\d{5}[A-HJ-NPR-Z]",
}


@pytest.mark.parametrize("kind", SHAPES)
@given(seed=st.integers(0, 10_000))
def test_every_made_number_has_its_family_s_shape_and_digits_nobody_is_given(kind: Family, seed: int) -> None:
    assert re.fullmatch(SHAPES[kind], make_ine(kind, Random(seed)))


@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("kind", SHAPES)
def test_every_made_number_has_the_key_its_family_wants(kind: Family, seed: int) -> None:
    made = make_ine(kind, Random(seed))
    assert family(made) is kind
    assert has_right_key(made)


def test_a_number_of_no_family_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no family"):
        make_ine(Family.UNKNOWN, Random(1))
