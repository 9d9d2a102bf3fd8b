"""The conditions our own expectations check: a column in, True where a value is as it should be out. Pure pandas."""

import pandas as pd

from supdata.validate.characters import Mask, ine_keys_right, real_dates, uai_keys_right


def _mask(values: Mask, column: pd.Series) -> pd.Series:
    return pd.Series(values, index=column.index)


def ine_key(column: pd.Series, *, family: str) -> pd.Series:
    """Whether each INE of `family` (bea, base36, rnie) carries the key its other characters give; other families pass."""
    return _mask(ine_keys_right(list(column), family), column)


def uai_key(column: pd.Series) -> pd.Series:
    """Whether each UAI ends in the letter that its digits give."""
    return _mask(uai_keys_right(list(column)), column)


def real_date(column: pd.Series) -> pd.Series:
    """Whether each text is a date of the calendar, written AAAA-MM-JJ."""
    return _mask(real_dates(list(column)), column)


def span_at_most(start: pd.Series, end: pd.Series, *, months: int) -> pd.Series:
    """Whether each period lasts `months` or less, both days included."""
    return end <= start + pd.DateOffset(months=months)


def one_value_per_key(key: pd.Series, value: pd.Series) -> pd.Series:
    """Whether each row's key comes with one value only in the whole column."""
    pairs = pd.DataFrame({"key": key, "value": value}).drop_duplicates()
    contested = pairs.loc[pairs["key"].duplicated(keep=False), "key"]
    return ~key.isin(contested)
