"""Columns as numbers: what is numbered alike is alike, in one column and in several."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.validate import coded as room
from supdata.validate.coded import coded, combined, first_of_each, sets_of, values_per_key
from supdata.validate.distinct import distinct_rows

ROWS = st.lists(st.tuples(*[st.sampled_from("abc")] * 3), max_size=20)


@pytest.mark.parametrize("limit", [room.LIMIT, 4])
@given(rows=ROWS)
def test_rows_get_one_number_when_they_are_alike_in_all_columns(limit: int, rows: list[tuple[str, ...]]) -> None:
    """The small limit makes every step number anew, as many wide columns would."""
    columns = [coded([row[place] for row in rows]) for place in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "LIMIT", limit)
        numbers = combined([(one.codes, len(one.values)) for one in columns], len(rows)).tolist()
    assert len(set(zip(numbers, rows, strict=True))) == len(set(rows)) == len(set(numbers))


@given(ROWS)
def test_distinct_rows_lead_back_to_every_row(rows: list[tuple[str, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b", "c"]).replace("c", None)
    distinct, (which,) = distinct_rows(frame, [["a", "c"]])
    assert distinct.iloc[which].reset_index(drop=True).equals(frame[["a", "c"]])
    assert not distinct.duplicated().any()


def test_values_are_counted_among_compared_rows_only() -> None:
    keys, values = np.array([0, 0, 1, 1, 1]), np.array([5, 6, 7, 7, 8])
    assert values_per_key(keys, values, np.array([True, True, True, True, False])).tolist() == [2, 2, 1, 1, 0]
    assert values_per_key(keys, values, np.zeros(5, dtype=bool)).tolist() == [0] * 5


def test_the_first_of_each_number_is_marked() -> None:
    assert first_of_each(np.array([0, 1, 0, 2, 1])).tolist() == [True, True, False, True, False]


def test_rows_are_grouped_by_the_masks_they_are_in() -> None:
    which, sets = sets_of([np.array([True, False, True]), np.array([False, False, True])], 3)
    assert [sets[place] for place in which] == [[0], [], [0, 1]]
    assert sets_of([], 2) == ([0, 0], [[]])
