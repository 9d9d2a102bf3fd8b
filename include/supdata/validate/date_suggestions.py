"""The date that was meant, where one only can have been.

Day and month exchanged, a year of two digits, the wrong century, a spreadsheet's count of days, words, no separators.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from supdata.config.models import AcademicYear
from supdata.validate.ine_suggestions import only

Believed = Callable[[date], bool]

#: How old a student is: suggestions are for the usual, rules for the possible.
YOUNGEST, OLDEST = 14, 80
#: Nearly every student is younger: an older one is no second reading of a year that has a young one.
USUALLY_BELOW = 45
#: What is read where an institution file lists no format.
USUAL = ("AAAA-MM-JJ", "JJ/MM/AAAA")
#: Day 0 of spreadsheets, and how they write a day: 20,000 is in 1954, 60,000 in 2064.
DAY_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r"[2-5]\d{4}", re.ASCII)
_EIGHT = re.compile(r"\d{8}", re.ASCII)
_WORDS = re.compile(r"(\d{1,2})(?:er)? (\w+) (\d{4})")
MONTHS = ("jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec")
_PLAIN = str.maketrans("éèûôà", "eeuoa")
_THREE = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(?:[T ].*)?", re.ASCII)


def believed_birth(year: AcademicYear) -> Believed:
    """Return the test of a birth date that a student of `year` may well have."""
    return lambda day: YOUNGEST <= year.start.year - day.year <= OLDEST


def usual_birth(year: AcademicYear) -> Believed:
    """Return the test of a birth date that nearly every student of `year` has."""
    return lambda day: YOUNGEST <= year.start.year - day.year <= USUALLY_BELOW


def believed_day(year: AcademicYear) -> Believed:
    """Return the test of a day inside `year`."""
    return lambda day: year.start <= day <= year.end


def reread(text: str, formats: Sequence[str], believed: Believed) -> str:
    """Return the only believable day that an unreadable or impossible date can be: ISO, or "".

    A year of two digits stands where the school's own `formats` with the same separator have the year; without any such format
    it may stand at either end.
    """
    bare = text.strip()
    found = _THREE.fullmatch(bare)
    if found is None:
        return only([day.isoformat() for day in _without_separators(bare) if believed(day)])
    first, separator, second, third = found.groups()
    orders = [name for name in formats or USUAL if separator in name] or ["AAAA", "JJ"]
    return only([day.isoformat() for day in _readings(first, second, third, orders) if believed(day)])


def _readings(first: str, second: str, third: str, orders: Sequence[str]) -> Iterator[date]:
    if len(first) == 4:
        yield from _days([int(first)], int(second), int(third))
    elif len(third) == 4:
        yield from _days([int(third)], int(second), int(first))
    else:
        if any(order.startswith("AAAA") for order in orders) and len(first) == 2:
            yield from _days(_centuries(first), int(second), int(third))
        if any(order.startswith("JJ") for order in orders) and len(third) == 2:
            yield from _days(_centuries(third), int(second), int(first))


def _without_separators(text: str) -> Iterator[date]:
    """Yield the days that a spreadsheet's serial number, eight digits, or a date in French words can be."""
    if _SERIAL.fullmatch(text):
        yield DAY_ZERO + timedelta(days=int(text))
    elif _EIGHT.fullmatch(text):
        yield from _days([int(text[4:])], int(text[2:4]), int(text[:2]))
        yield from _days([int(text[:4])], int(text[4:6]), int(text[6:]))
    elif found := _WORDS.fullmatch(text.casefold()):
        month = [number for number, name in enumerate(MONTHS, start=1) if found[2].translate(_PLAIN).startswith(name)]
        yield from (day for number in month for day in _days([int(found[3])], number, int(found[1])) if day.month == number)


def _centuries(two_digits: str) -> list[int]:
    return [1900 + int(two_digits), 2000 + int(two_digits)]


def _days(years: Sequence[int], month: int, day: int) -> Iterator[date]:
    """Yield the day as written, or, where there is no such day, with day and month the other way round."""
    for year in years:
        for one, other in ((month, day), (day, month)):
            try:
                yield date(year, one, other)
            except ValueError:
                continue
            break


def swapped(text: str, believed: Believed) -> str:
    """Return a real date with day and month the other way round, when that is another day and is believed."""
    try:
        day = date.fromisoformat(text)
        other = day.replace(month=day.day, day=day.month)
    except ValueError:
        return ""
    return other.isoformat() if other != day and believed(other) else ""


def in_another_century(text: str, believed: Believed, usual: Believed) -> str:
    """Return a real date a century before or after, unless its year may as well be two digits exchanged: 2060, for 2006.

    Exchanged digits are a reading where they give the age of a `usual` student only: 1905 is 2005 and not 1950.
    """
    try:
        day = date.fromisoformat(text)
        moved = [one for one in (day.replace(year=day.year - 100), day.replace(year=day.year + 100)) if believed(one)]
        exchanged = [one for one in (day.replace(year=_exchanged_at_the_end(day.year)),) if usual(one)]
        return only(one.isoformat() for one in (*moved, *exchanged))
    except ValueError:  # no date; the 29 February of a year without one
        return ""


def _exchanged_at_the_end(year: int) -> int:
    tens, units = year // 10 % 10, year % 10
    return year - year % 100 + 10 * units + tens
