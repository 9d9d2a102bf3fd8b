"""English in print. Texts are written in French where they are said; `english.yaml` is the one catalogue of their English.

A counted noun stands there under its French singular, with both English forms parted by `|`. A text that has no entry is said
in French: a report that lacks a translation is still a report, and a test holds the catalogue to be complete.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files

import yaml


def say(text: str, /, **values: object) -> str:
    """Return the English of a French text, with `values` put in where it names them."""
    said = catalogue().get(text, text)
    return said.format(**values) if values else said


def counted(count: int, singular: str, plural: str = "") -> str:
    """Write `count` and the English noun that agrees with it: in English only one is singular."""
    one, _, many = catalogue().get(singular, f"{singular}|{plural or singular}").partition("|")
    return f"{number(count)} {one if count == 1 or not many else many}"


def number(count: int) -> str:
    """Write `count` with its thousands apart: 12,345."""
    return f"{count:,}"


def percent(share: float) -> str:
    """Write a share of 1 as a percentage: 2.5%."""
    return f"{share * 100:.4g}%"


def long_date(day: date) -> str:
    """Write a date in full: 1 September 2026."""
    return f"{day.day} {day:%B %Y}"


def short_date(day: date) -> str:
    """Write day and month: 1 Sep."""
    return f"{day.day} {day:%b}"


def moment(at: datetime) -> str:
    """Write a date and a time of day: 1 September 2026 at 03:05."""
    return f"{long_date(at.date())} at {at:%H:%M}"


@cache
def catalogue() -> Mapping[str, str]:
    """Return what each French text is in English."""
    found: dict[str, str] = yaml.safe_load((files("supdata.report") / "english.yaml").read_text(encoding="utf-8"))
    return found
