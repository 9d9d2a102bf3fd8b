"""Near numbers: what the reduced forms find is what comparing every pair finds."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from supdata.validate.characters import matrix
from supdata.validate.ine_suggestions import is_a_slip
from supdata.validate.near import near_pairs

#: Few symbols and few days, so that nearness is common.
NUMBERS = st.text("01A", min_size=3, max_size=3).flatmap(
    lambda middle: st.sampled_from([f"0000{middle}0000", f"{middle}00000000", f"00000000{middle}", f"01{middle}AA1010"])
)


@given(st.lists(st.tuples(NUMBERS, st.integers(0, 1)), max_size=30, unique=True))
def test_the_pairs_found_are_those_that_comparing_every_pair_finds(students: list[tuple[str, int]]) -> None:
    one, other = near_pairs(matrix([ine for ine, _ in students], 11), np.array([born for _, born in students], dtype=np.int64))
    expected = {
        (a, b) for a, b in permutations(range(len(students)), 2)
        if students[a][1] == students[b][1] and is_a_slip(students[a][0], students[b][0])
    }  # fmt: skip
    assert set(zip(one.tolist(), other.tolist(), strict=True)) == expected


def test_two_neighbours_exchanged_are_near_wherever_they_stand() -> None:
    number = "0123456789A"
    for place in range(10):
        exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        one, _ = near_pairs(matrix([number, exchanged], 11), np.array([5, 5]))
        assert set(one.tolist()) == {0, 1}


def test_nothing_is_near_nothing() -> None:
    one, other = near_pairs(matrix([], 11), np.array([], dtype=np.int64))
    assert len(one) == len(other) == 0
