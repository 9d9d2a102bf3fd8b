"""What is wrong with each birth date: one fault for one mistake, "" for none."""

import numpy as np

from supdata.validate.characters import real_dates
from supdata.validate.coded import Coded, Mask

ABSENT, UNREAL, DEFAULT, ENROLMENT, SUSPECT = "absent", "unreal", "default", "enrolment", "suspect"
#: Every fault, "" for none first.
FAULTS = ("", ABSENT, UNREAL, DEFAULT, ENROLMENT, SUSPECT)

#: Days that programs put where none was given, and on which no student living was born: the first days of Excel, of its Mac
#: edition, of SQL Server, of .NET and of many forms, the first and last days of calendars.
DEFAULT_DAYS = frozenset(
    {
        "0001-01-01", "1111-11-11", "1582-10-15", "1600-01-01", "1601-01-01", "1700-01-01", "1753-01-01", "1800-01-01",
        "1850-01-01", "1858-11-17", "1899-12-30", "1899-12-31", "1900-01-00", "1900-01-01", "1900-01-02", "1901-01-01",
        "1904-01-01", "2099-12-31", "2100-01-01", "2999-12-31", "3000-01-01", "9999-01-01", "9999-12-31",
    }
)  # fmt: skip
#: The first day of Unix: some students are born on it, and many programs put it where none was given.
EPOCH = "1970-01-01"
#: A first of January that this share of a file's rows has, and no fewer than so many rows, is more often a default than a day:
#: in a large school, five students in a thousand are known by their year of birth alone, spread over many years.
CROWD_SHARE, CROWD_ROWS = 0.01, 20


def birth_faults(births: Coded, starts: Coded, ends: Coded) -> Coded:
    """Return the fault of each row's birth date."""
    values = np.array(births.values, dtype=object)
    alone = np.zeros(len(values), dtype=np.int64)
    alone[_crowded(births) | (values == EPOCH)] = FAULTS.index(SUSPECT)
    alone[~real_dates(births.values)] = FAULTS.index(UNREAL)
    alone[np.isin(values, list(DEFAULT_DAYS))] = FAULTS.index(DEFAULT)
    alone[values == ""] = FAULTS.index(ABSENT)
    faults = alone[births.codes]
    faults[(faults == 0) & (_same(births, starts) | _same(births, ends))] = FAULTS.index(ENROLMENT)
    return Coded(faults, list(FAULTS))


def _crowded(births: Coded) -> Mask:
    counts = np.bincount(births.codes, minlength=len(births.values))
    first_days = np.array([value.endswith("-01-01") for value in births.values], dtype=bool)
    crowded: Mask = first_days & (counts >= max(CROWD_ROWS, CROWD_SHARE * len(births.codes)))
    return crowded


def _same(births: Coded, days: Coded) -> Mask:
    """Say of each row whether its birth date is the day in the other column."""
    number = {value: place for place, value in enumerate(births.values)}
    same: Mask = np.array([number.get(value, -1) for value in days.values], dtype=np.int64)[days.codes] == births.codes
    return same
