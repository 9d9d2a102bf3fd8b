"""The made school: its records, and what must become of each, known beforehand."""

from collections.abc import Iterable
from typing import Any

from builders import UNIVERSITY, an_enrolment, an_institution
from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.states import Outcome

#: One record in a hundred each: the registry must be seen to say no as well.
EVERY = 100
UNKNOWN_AT, REFUSED_AT = 7, 13


def records(count: int) -> list[Enrolment]:
    """Return `count` enrolments of as many students, on rows 2 and following."""
    return [an_enrolment(row=row, ine=_ine(row), sisId=str(row)) for row in range(2, count + 2)]


def _ine(row: int) -> str:
    """Return a student's number; one too short is what the registry refuses."""
    return f"{row:09d}F" if row % EVERY == REFUSED_AT else f"{row:09d}FJ"


def truth(row: int) -> Outcome:
    """Return the state in which the record on `row` must end."""
    return {REFUSED_AT: Outcome.REFUSED, UNKNOWN_AT: Outcome.UNKNOWN_STUDENT}.get(row % EVERY, Outcome.ACCEPTED)


def directory(enrolments: Iterable[Enrolment]) -> list[dict[str, str]]:
    """Return the students that the national directory knows."""
    known = (one for one in enrolments if truth(one.row) is not Outcome.UNKNOWN_STUDENT)
    return [{"ine": one.ine, "dateNaissance": one.dateNaissance} for one in known]


def institution(**registry: Any) -> Institution:
    """Return the school; `registry` are its settings of that section."""
    return an_institution(registry={"connection": f"supdata_{UNIVERSITY.lower()}", **registry})
