"""Hours of the day as an institution file writes them: "01:00-05:00", and which minute of them is a school's own.

Schools that all ran at two in the morning would wait for each other, and for the registry, until three. A schedule that names
hours gives each school one minute of them: always the same, by its UAI alone, so that no other school's coming or going
moves it, which would make it run twice in one night or not at all.
"""

import re
from datetime import time
from hashlib import sha256

#: From and until; "22:00-06:00" ends the next morning.
HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_DAY = 24 * 60


def wrong_with_hours(text: str) -> str:
    """Return what is wrong with hours, "" when nothing is."""
    found = HOURS.fullmatch(text.strip())
    if found is None:
        return f'must be from and until, such as "08:00-18:00", in quotes; found `{text[:20]}`'
    return "begins and ends at one moment: leave it out for the whole day" if found[1] == found[2] else ""


def minutes_in(hours: str) -> list[int]:
    """Return the minutes of the day, from 0, that lie in `hours`: the first included, the last not."""
    begin, end = (time.fromisoformat(part) for part in hours.strip().split("-"))
    first, last = begin.hour * 60 + begin.minute, end.hour * 60 + end.minute
    return [minute % _DAY for minute in range(first, last if last > first else last + _DAY)]


def minute_of(uai: str, hours: str) -> time:
    """Return the minute within `hours` that belongs to the school `uai`: as if drawn, and always the same."""
    minutes = minutes_in(hours)
    drawn = int.from_bytes(sha256(uai.encode()).digest()[:8], "big")
    minute = minutes[drawn * len(minutes) >> 64]
    return time(minute // 60, minute % 60)


def cron_of(schedule: str, uai: str) -> str:
    """Return a school's schedule as cron: its own minute where the schedule is hours, the schedule itself otherwise."""
    if HOURS.fullmatch(schedule.strip()) is None:
        return schedule
    own = minute_of(uai, schedule)
    return f"{own.minute} {own.hour} * * *"
