"""One line of a school's system, before it is written in that school's shape, and what must become of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from supdata.records.counts import Counts
from supdata.sandbox.schools.students import Student


class Damage(StrEnum):
    """What makes a line unreadable as a line."""

    NONE = "none"
    RAGGED = "ragged"
    UNDECODABLE = "undecodable"
    NOT_AN_OBJECT = "not an object"


class Site(StrEnum):
    """Where a student studies; each school writes it in its own code."""

    MAIN = "main"
    ANNEX = "annex"
    NOWHERE = "nowhere"


class Ending(StrEnum):
    """The state a line must end in when it is synchronised for the first time."""

    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    PROVISIONAL = "provisional"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN_STUDENT = "unknown_student"


@dataclass(frozen=True)
class Entry:
    """One enrolment as a school's system holds it: ISO dates, canonical `statut` and `regime` where the school is right.

    A mistake may put anything in a field. `start` and `end` are dates in every school that keeps them.
    """

    student: Student
    number: int
    ine: str
    birth: str
    start: str
    end: str
    statut: str
    regime: str
    site: Site
    uai: str
    cursus: str
    diploma: str
    level: str
    damage: Damage = Damage.NONE


@dataclass(frozen=True)
class Line:
    """An entry, the mistake that was made in it ("" for none), and how it must end."""

    entry: Entry
    mistake: str
    ending: Ending


def count_endings(lines: Iterable[Line]) -> Counts:
    """Return the counts a first synchronisation of `lines` must show, nothing having been declared before."""
    found = Counter(line.ending for line in lines)
    accepted, refused, unknown = found[Ending.ACCEPTED], found[Ending.REFUSED], found[Ending.UNKNOWN_STUDENT]
    valid = accepted + refused + unknown
    return Counts(
        read=found.total(),
        unreadable=found[Ending.UNREADABLE],
        duplicate=found[Ending.DUPLICATE],
        rejected=found[Ending.REJECTED],
        provisional=found[Ending.PROVISIONAL],
        valid=valid,
        to_create=valid,
        accepted=accepted,
        created=accepted,
        refused=refused,
        unknown_student=unknown,
    )
