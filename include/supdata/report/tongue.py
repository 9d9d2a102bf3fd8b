"""The two languages of a report: French as it is written where it is said, and English from one catalogue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from supdata.report import english, french


class Say(Protocol):
    """Returns a text that is written in French, with values put in where it names them."""

    def __call__(self, text: str, /, **values: object) -> str:
        """Return it in the language."""


class Counted(Protocol):
    """Writes a count and the noun that agrees with it."""

    def __call__(self, count: int, singular: str, plural: str = "") -> str:
        """Return both; without `plural`, every word of the French `singular` takes an s."""


@dataclass(frozen=True)
class Tongue:
    """How a report speaks; `percent` takes a share of 1."""

    code: Literal["fr", "en"]
    say: Say
    counted: Counted
    number: Callable[[int], str]
    percent: Callable[[float], str]
    long_date: Callable[[date], str]
    short_date: Callable[[date], str]
    moment: Callable[[datetime], str]

    def field_label(self, field: str) -> str:
        """Return the registrar's word for an enrolment field, or the field itself when it has none."""
        return self.say(french.field_label(field))


FRENCH = Tongue(
    code="fr",
    say=french.say,
    counted=french.counted,
    number=french.number,
    percent=french.percent,
    long_date=french.long_date,
    short_date=french.short_date,
    moment=french.moment,
)
ENGLISH = Tongue(
    code="en",
    say=english.say,
    counted=english.counted,
    number=english.number,
    percent=english.percent,
    long_date=english.long_date,
    short_date=english.short_date,
    moment=english.moment,
)
