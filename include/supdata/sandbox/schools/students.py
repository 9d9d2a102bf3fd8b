"""Made students: a seeded draw gives the same people on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from supdata.records.ine import Family
from supdata.sandbox.schools.made_ine import make_ine

Choice = TypeVar("Choice")

# Names are there because real exports hold them, accents and all, and must be seen to be left behind.
FAMILY_NAMES = (
    "ABADIE", "BÉNARD", "CHÂTELAIN", "D'ALMEIDA", "ESTÈVE", "FAŸ", "GARÇON", "HÉBERT", "ÎLE-BLANCHE", "JOSSE", "KERVÉGAN",
    "LE GOFF", "MAÎTREPIERRE", "NOËL", "OUÉDRAOGO", "PRÉVOST", "QUÉRÉ", "RÔTISSEUR", "SÆTHER", "TŒUF", "ÜBER", "VÏVEK", "ZOÉ",
)  # fmt: skip
FIRST_NAMES = (
    "Anaïs", "Benoît", "Chloé", "Désiré", "Élodie", "François", "Gaëlle", "Héloïse", "Inès", "Jérôme", "Kévin", "Loïc",
    "Maëva", "Noémie", "Océane", "Pénélope", "Raphaël", "Stéphane", "Théo", "Ugo", "Zoë",
)  # fmt: skip


@dataclass(frozen=True)
class Student:
    """One made student, as the national directory knows them."""

    number: int
    family_name: str
    first_name: str
    sex: str
    family: Family
    ine: str
    birth: date


@dataclass(frozen=True)
class Population:
    """How a school's students are drawn: numbers from `first_number`, INE families by weight, birth dates in a range."""

    first_number: int
    families: tuple[tuple[Family, int], ...]
    born_after: date
    born_before: date


def draw_students(population: Population, count: int, draw: Random, taken: set[str]) -> list[Student]:
    """Return `count` students whose numbers are in nobody else's hands; `taken` is added to."""
    return [_draw_student(population, population.first_number + place, draw, taken) for place in range(count)]


def _draw_student(population: Population, number: int, draw: Random, taken: set[str]) -> Student:
    family = pick(population.families, draw)
    return Student(
        number=number,
        family_name=draw.choice(FAMILY_NAMES),
        first_name=draw.choice(FIRST_NAMES),
        sex=draw.choice("FM"),
        family=family,
        ine=_free_ine(family, draw, taken),
        birth=_birth(population, draw),
    )


def _free_ine(family: Family, draw: Random, taken: set[str]) -> str:
    while (ine := make_ine(family, draw)) in taken:
        pass
    taken.add(ine)
    return ine


def _birth(population: Population, draw: Random) -> date:
    days = (population.born_before - population.born_after).days
    return population.born_after + timedelta(days=draw.randrange(days))


def pick(choices: Sequence[tuple[Choice, int]], draw: Random) -> Choice:
    """Return one of `choices`, each as likely as its weight."""
    return draw.choices([value for value, _ in choices], [weight for _, weight in choices])[0]
