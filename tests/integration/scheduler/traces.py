"""Looks for students in text: by every form of their numbers and birth dates, and by names nobody should have read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from supdata.sandbox.schools.students import FAMILY_NAMES
from supdata.sandbox.schools.world import World

#: The shortest thing taken for a student number: one that a spreadsheet has robbed of its zeros.
SHORTEST_NUMBER = 9
#: A number nobody has, typed to get past a form; the rules speak of it.
PLACEHOLDER = "0000000000A"
WORD = re.compile(r"[0-9A-Z]{9,}")
#: A moment of a birth: from 1970 to 2033 in seconds, or in milliseconds.
NUMBER = re.compile(r"(?<![\d.])\d{9,13}(?!\d)")
#: In the order year, month, day; eight digits only where they stand alone, since any long hash holds some.
DATES = (
    re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    re.compile(r"(?P<d>[0-9]{2})/(?P<m>[0-9]{2})/(?P<y>[0-9]{4})"),
    re.compile(r"\b(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>[0-9]{4})\b"),
    re.compile(r"\b([0-9]{4})([0-9]{2})([0-9]{2})\b"),
)


@dataclass(frozen=True)
class Traces:
    """What students of a world would leave behind in a text."""

    world: World

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every student number, as the directory has it and as the schools wrote it, in letters and digits alone."""
        entries = [line.entry for school in self.world.schools for line in school.lines]
        written = {re.sub("[^0-9A-Z]", "", ine.upper()) for one in entries for ine in (one.ine, one.student.ine)}
        return frozenset(ine for ine in written if len(ine) >= SHORTEST_NUMBER and ine != PLACEHOLDER)

    @cached_property
    def births(self) -> frozenset[str]:
        """Every birth date of the directory, as an ISO date. All are long past: no clock and no calendar writes them."""
        return frozenset(known.birth.isoformat() for known in self.world.directory)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The family names that are no part of any other word and that ASCII can write."""
        return tuple(name for name in FAMILY_NAMES if name.isascii() and name.isalpha())

    def numbers_in(self, text: str) -> set[str]:
        """Return the student numbers in `text`, also inside longer words, and as PostgreSQL dumps binary columns."""
        sought = self.numbers | {number.encode().hex().upper() for number in self.numbers}
        lengths = {len(number) for number in sought}
        words = set(WORD.findall(text.upper()))
        pieces = {
            word[start : start + length] for length in lengths for word in words for start in range(len(word) - length + 1)
        }
        return pieces & sought

    def births_in(self, text: str) -> set[str]:
        """Return the birth dates in `text`, in any of the forms in which a date is written here."""
        return set(self.births.intersection(_dates(text)))

    @cached_property
    def moments(self) -> Mapping[str, str]:
        """Every birth date as a moment: seconds and milliseconds since 1970 of its midnight, by UTC and in Paris."""
        zones = (ZoneInfo("UTC"), ZoneInfo("Europe/Paris"))
        midnights = ((born, datetime.fromisoformat(born).replace(tzinfo=zone)) for born in self.births for zone in zones)
        return {str(int(at.timestamp()) * scale): born for born, at in midnights for scale in (1, 1000)}

    def moments_in(self, text: str) -> set[str]:
        """Return the birth dates that stand in `text` as moments."""
        return {self.moments[number] for number in set(NUMBER.findall(text)) & self.moments.keys()}

    def names_in(self, text: str) -> set[str]:
        return {name for name in self.names if name in text.upper()}

    def all_in(self, text: str) -> set[str]:
        return self.numbers_in(text) | self.births_in(text) | self.moments_in(text) | self.names_in(text)


def _dates(text: str) -> Iterable[str]:
    for pattern in DATES:
        for match in pattern.finditer(text):
            named = match.groupdict()
            yield "-".join((named["y"], named["m"], named["d"]) if named else match.groups())
