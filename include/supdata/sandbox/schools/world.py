"""The made world: what the three schools hold, whom the national directory knows, and what a first night must count."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from supdata.records.counts import Counts
from supdata.sandbox.schools.entries import Ending, Entry, Line, Site, count_endings
from supdata.sandbox.schools.mistakes import Mistake
from supdata.sandbox.schools.profiles import APOGEE, LYCEE, PEGASE, Profile
from supdata.sandbox.schools.students import Student, draw_students, pick

DEFAULT_SEED = 2026
STUDENTS_PER_SCHOOL = 3_000


@dataclass(frozen=True)
class Known:
    """A student the national directory knows: the registry finds them by exactly this pair."""

    ine: str
    birth: date


@dataclass(frozen=True)
class School:
    """One school's lines in the order it serves them, and the students the directory knows of."""

    uai: str
    lines: tuple[Line, ...]
    directory: tuple[Known, ...]

    @property
    def expected(self) -> Counts:
        """What the first synchronisation must count."""
        return count_endings(self.lines)


@dataclass(frozen=True)
class World:
    """The three schools, each on a system of its own."""

    apogee: School
    pegase: School
    lycee: School

    @property
    def schools(self) -> tuple[School, School, School]:
        """All three, the one that drops files first."""
        return (self.apogee, self.pegase, self.lycee)

    @property
    def directory(self) -> tuple[Known, ...]:
        """The national directory: every school's known students, each once."""
        return tuple(known for school in self.schools for known in school.directory)


@cache
def build_world(seed: int = DEFAULT_SEED, students_per_school: int = STUDENTS_PER_SCHOOL) -> World:
    """Return the same world for the same arguments, on every machine. No two students share a number."""
    taken: set[str] = set()
    apogee, pegase, lycee = (
        _build_school(profile, students_per_school, Random(f"{seed} {profile.uai}"), taken)
        for profile in (APOGEE, PEGASE, LYCEE)
    )
    return World(apogee, pegase, lycee)


def _build_school(profile: Profile, count: int, draw: Random, taken: set[str]) -> School:
    entries = [_right_entry(profile, student, draw) for student in draw_students(profile.population, count, draw, taken)]
    befallen = _befall(profile, entries, draw)
    lines: list[Line] = []
    directory: list[Known] = []
    for entry in entries:
        mistake = befallen.get(entry.number)
        lines += _lines_of(entry, mistake, draw)
        if mistake is None or mistake.in_directory:
            directory.append(Known(entry.student.ine, entry.student.birth))
    return School(profile.uai, tuple(lines), tuple(directory))


def _right_entry(profile: Profile, student: Student, draw: Random) -> Entry:
    diploma = draw.choice(profile.diplomas)
    return Entry(
        student=student,
        number=student.number,
        ine=student.ine,
        birth=student.birth.isoformat(),
        start=pick(profile.arrivals, draw),
        end=profile.end,
        statut=pick((("inscrit", 88), ("admis", 12)), draw),
        regime=pick(profile.regimes, draw),
        site=pick(((Site.MAIN, 85), (Site.ANNEX, 15)), draw),
        uai=profile.uai,
        cursus=diploma.cursus,
        diploma=diploma.code,
        level=diploma.level,
    )


def _befall(profile: Profile, entries: list[Entry], draw: Random) -> dict[int, Mistake]:
    """Return which mistake befalls which entry, by its number: at most one each, every kind at least once where it fits."""
    befallen: dict[int, Mistake] = {}
    for mistake, share in profile.mistakes():
        fitting = [entry.number for entry in entries if entry.number not in befallen and mistake.fits(entry)]
        wanted = min(len(fitting), max(1, round(share * len(entries))))
        befallen.update(dict.fromkeys(draw.sample(fitting, wanted), mistake))
    return befallen


def _lines_of(entry: Entry, mistake: Mistake | None, draw: Random) -> list[Line]:
    if mistake is None:
        return [Line(entry, "", Ending.ACCEPTED)]
    made = mistake.make(entry, draw)
    return [Line(one, mistake.name, ending) for one, ending in zip(made, mistake.endings, strict=True)]
