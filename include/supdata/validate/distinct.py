"""The distinct rows of a frame: what judges each row by itself need see each combination of values only once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from supdata.validate.coded import Numbers, combined, first_places


def distinct_rows(frame: pd.DataFrame, groups: Sequence[Sequence[str]]) -> tuple[pd.DataFrame, list[Numbers]]:
    """Return the distinct combinations of each group of columns, side by side, and per group which one each row has.

    Only the columns of one group belong together: so the few statuses do not multiply with the thousands of communes. Shorter
    groups are filled up with their first combination. Texts are texts again, and the index is a plain RangeIndex.
    """
    which = [combined((_numbered(frame[name]) for name in group), len(frame)) for group in groups]
    first = [first_places(numbers) for numbers in which]
    longest = max(map(len, first), default=0)
    filled = [np.concatenate([places, np.repeat(places[:1], longest - len(places))]) for places in first]
    shown = {name: frame[name].iloc[places] for group, places in zip(groups, filled, strict=True) for name in group}
    return as_texts(pd.DataFrame({name: one.reset_index(drop=True) for name, one in shown.items()})), which


def as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with texts, null for none, in the columns that hold their numbers: Great Expectations wants these."""
    return pd.DataFrame({name: _texts(frame[name]) for name in frame.columns}, index=pd.RangeIndex(len(frame)))


def _texts(column: pd.Series) -> pd.Series:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    texts = np.array([*column.cat.categories, None], dtype=object)
    return pd.Series(texts[column.cat.codes.to_numpy()], dtype=object)


def _numbered(column: pd.Series) -> tuple[Numbers, int]:
    """Number the values of a column from 1, nulls as 0; and say how many numbers there may be."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64) + 1, len(column.cat.categories) + 1
    codes, values = pd.factorize(column)
    return codes.astype(np.int64) + 1, len(values) + 1
