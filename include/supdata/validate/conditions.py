"""The conditions our own expectations check: a column in, True where a value is as it should be out. Pure pandas."""

from typing import Literal

import pandas as pd

from supdata.records.commune import CommuneClass
from supdata.validate.characters import Mask, ine_keys_right, real_dates, uai_keys_right

Holds = Literal["postal", "insee", "either"]

#: What is wrong with a commune code, by what the column is said to hold and what the code can be read as; "" is nothing.
#: A column whose kind is known is never ambiguous, and a former INSEE code is one only where INSEE codes may stand.
_UNKNOWN, _FORMER, _AMBIGUOUS = "unknown", "former", "ambiguous"
_FAULTS: dict[str, dict[str, str]] = {
    "postal": {CommuneClass.INSEE: _UNKNOWN, CommuneClass.FORMER: _UNKNOWN, CommuneClass.UNKNOWN: _UNKNOWN},
    "insee": {CommuneClass.POSTAL: _UNKNOWN, CommuneClass.FORMER: _FORMER, CommuneClass.UNKNOWN: _UNKNOWN},
    "either": {CommuneClass.BOTH_DIFFERENT: _AMBIGUOUS, CommuneClass.FORMER: _FORMER, CommuneClass.UNKNOWN: _UNKNOWN},
}


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


def commune_faults(classes: pd.Series, holds: Holds) -> pd.Series:
    """Return what is wrong with each commune code, given its class and what the column holds; "" is nothing."""
    return classes.map(lambda kind: _FAULTS[holds].get(kind, ""))


def commune(column: pd.Series, *, holds: Holds, fault: str) -> pd.Series:
    """Whether each commune class is free of `fault` (unknown, former, ambiguous) in a column that holds `holds`."""
    return commune_faults(column, holds) != fault


def span_at_most(start: pd.Series, end: pd.Series, *, months: int) -> pd.Series:
    """Whether each period lasts `months` or less, both days included."""
    return end <= start + pd.DateOffset(months=months)


def one_value_per_key(key: pd.Series, value: pd.Series) -> pd.Series:
    """Whether each row's key comes with one value only in the whole column."""
    pairs = pd.DataFrame({"key": key, "value": value}).drop_duplicates()
    contested = pairs.loc[pairs["key"].duplicated(keep=False), "key"]
    return ~key.isin(contested)
