"""A day of the calendar as institution files write it."""

import re
from datetime import date

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def is_iso_date(text: str) -> bool:
    """Whether `text` is a day of the calendar, written 2026-09-01."""
    if _ISO_DATE.fullmatch(text.strip()) is None:
        return False
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
