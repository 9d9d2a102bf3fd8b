"""Dates as French systems write them, into AAAA-MM-JJ; a date that is not certain stays as it was found.

Two-digit years, impossible days (31/06) and texts that two accepted formats read differently are not certain. A time after
the date is passed over: the date is the one on the school's own wall. Converting to UTC is what moves birthdays by one day.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo

from supdata.errors import FixConfig

#: What an institution file may list under `dates`.
FORMATS = ("AAAA-MM-JJ", "ISO", "JJ/MM/AAAA", "JJ-MM-AAAA", "JJ.MM.AAAA", "AAAA/MM/JJ", "JJMMAAAA", "AAAAMMJJ")
#: What is read where the file lists nothing: these cannot be taken for one another.
USUAL = ("AAAA-MM-JJ", "JJ/MM/AAAA")

REMEMBERED = 50_000  # birth dates of a large school, over and over
_TIME = r"(?:[T ]\s*(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2}){0,2})?)?"

ReadDate = Callable[[str], str]


def date_reader(formats: Sequence[str], timezone: str) -> ReadDate:
    """Return the function that turns a text of one of `formats` into AAAA-MM-JJ, and leaves any other text as it is.

    Args:
        formats: Names from FORMATS; none means USUAL. `ISO` is AAAA-MM-JJ: all formats accept a time after the date.
        timezone: IANA name of the school's zone, which decides what the local date is when a time is given in UTC.

    Raises FixConfig when a format has another name.
    """
    patterns = [_pattern(name) for name in formats or USUAL]
    zone = ZoneInfo(timezone)

    @lru_cache(maxsize=REMEMBERED)
    def read(text: str) -> str:
        dates = {found for pattern in patterns if (match := pattern.fullmatch(text)) for found in _local_dates(match, zone)}
        return dates.pop().isoformat() if len(dates) == 1 else text

    return read


def _pattern(name: str) -> re.Pattern[str]:
    """Build the pattern of a format: a day or month below ten may lack its zero where separators tell them apart."""
    if name not in FORMATS:
        near = get_close_matches(name.upper(), FORMATS, n=1, cutoff=0.5)
        remedy = f"Write {f'`{near[0]}`' if near else 'one of these'}; accepted: {', '.join(FORMATS)}."
        raise FixConfig("Reading `dates` of the institution file", f"`{name}` is no date format that can be read", remedy)
    letters = name if name != "ISO" else "AAAA-MM-JJ"
    digits = r"\d{1,2}" if any(separator in letters for separator in "/-.") else r"\d{2}"
    dated = re.escape(letters).replace("AAAA", r"(?P<year>\d{4})")
    dated = dated.replace("MM", f"(?P<month>{digits})").replace("JJ", f"(?P<day>{digits})")
    return re.compile(dated + _TIME, re.ASCII)


def _local_dates(match: re.Match[str], zone: ZoneInfo) -> set[date]:
    """Return the date that a match stands for; two of them when it cannot be told which, none when there is no such day."""
    try:
        written = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return set()
    if match["time"] is None or not _is_utc(match["zone"]):
        return {written}
    return _from_utc(written, match["time"], zone)


def _is_utc(zone: str | None) -> bool:
    return zone is not None and (zone == "Z" or set(zone) <= set("+-0:"))


def _from_utc(written: date, clock: str, zone: ZoneInfo) -> set[date]:
    """Return what a time in UTC says of the local date.

    Midnight is a date that was never a moment: as written. A moment that is midnight on the school's wall is a date that a
    program converted: the local one. Any other moment tells a date only where both readings agree.
    """
    try:
        hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
        moment = datetime.combine(written, time(hour, minute, second), UTC)
        local = moment.astimezone(zone)
    except (ValueError, OverflowError):  # no such time of day; the first or the last day of all years
        return set()
    if moment.time() == time.min:
        return {written}
    return {local.date()} if local.time() == time.min else {written, local.date()}
