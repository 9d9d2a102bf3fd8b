"""The distinct rows of a frame: what judges each row by itself need see each combination of values only once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from supdata.validate.coded import Numbers, combined, first_places


def distinct_rows(frame: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, Numbers]:
    """Return the distinct rows of `frame` in the columns `names`, and for each row of `frame` which of them it is.

    The result has a plain RangeIndex.
    """
    columns = [pd.factorize(frame[name]) for name in names]
    # Nulls are numbered -1.
    which = combined(((codes.astype(np.int64) + 1, len(values) + 1) for codes, values in columns), len(frame))
    return frame[list(names)].iloc[first_places(which)].reset_index(drop=True), which
