"""Who the three schools are: their students, their diplomas, and how often each mistake is made there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from supdata.records.ine import Family
from supdata.sandbox.schools.entries import Ending
from supdata.sandbox.schools.mistakes import MISTAKES, Mistake
from supdata.sandbox.schools.students import Population


@dataclass(frozen=True)
class Diploma:
    """A diploma as the registry takes it: L, M or D, its SISE code (7 digits) or MEFSTAT11, and the year in it."""

    cursus: str
    code: str
    level: str


@dataclass(frozen=True)
class Profile:
    """One school: whom it enrols, in what, and the share of its students that each mistake befalls.

    `special` replaces a mistake of the catalogue where the school's own rules end it otherwise.
    """

    uai: str
    population: Population
    diplomas: tuple[Diploma, ...]
    regimes: tuple[tuple[str, int], ...]
    arrivals: tuple[tuple[str, int], ...]
    end: str
    shares: Mapping[str, float]
    special: tuple[Mistake, ...] = ()

    def mistakes(self) -> list[tuple[Mistake, float]]:
        """Return the mistakes made here, each with its share, in a fixed order."""
        special = {kind.name: kind for kind in self.special}
        return [(special.get(name, MISTAKES[name]), share) for name, share in self.shares.items()]


#: What befalls every school alike.
EVERYWHERE = {
    "line_twice": 0.006,
    "ine_in_lower_case": 0.004,
    "ine_between_spaces": 0.004,
    "ine_absent": 0.005,
    "ine_lost_zeros": 0.004,
    "ine_as_number": 0.001,
    "ine_placeholder": 0.001,
    "ine_bea_wrong_key": 0.003,
    "ine_rnie_wrong_key": 0.001,
    "birth_absent": 0.002,
    "birth_default": 0.001,
    "birth_is_enrolment": 0.001,
    "birth_impossible": 0.002,
    "birth_two_digit_year": 0.001,
    "birth_of_a_child": 0.001,
    "birth_day_and_month_swapped": 0.001,
    "statut_cancelled": 0.006,
    "statut_unfinished": 0.003,
    "regime_unknown": 0.003,
    "uai_of_another": 0.001,
    "two_regimes": 0.001,
    "two_files": 0.001,
    "misspelt_twin": 0.001,
    "not_in_directory": 0.004,
}

UNIVERSITY_REGIMES = (("RF2", 82), ("RF3", 2), ("RF4", 8), ("RF5", 4), ("RF6", 2), ("RF7", 2))
UNIVERSITY_DIPLOMAS = (
    Diploma("L", "2500123", "01"),
    Diploma("L", "2500123", "02"),
    Diploma("L", "2500123", "03"),
    Diploma("L", "2500147", "01"),
    Diploma("L", "2500147", "03"),
    Diploma("M", "2700218", "01"),
    Diploma("M", "2700218", "02"),
    Diploma("M", "2700305", "01"),
    Diploma("D", "4200011", "01"),
)
UNIVERSITY_FAMILIES = ((Family.RNIE, 55), (Family.BEA, 24), (Family.BASE36, 18), (Family.APPRENTICE, 3))

APOGEE = Profile(
    uai="0751717J",
    population=Population(22_600_001, UNIVERSITY_FAMILIES, date(1988, 1, 1), date(2009, 1, 1)),
    diplomas=UNIVERSITY_DIPLOMAS,
    regimes=UNIVERSITY_REGIMES,
    arrivals=(("2026-09-01", 1),),
    end="2027-08-31",
    shares={
        **EVERYWHERE,
        "two_diplomas": 0.010,
        "ine_base36_wrong_key": 0.002,
        "commune_cedex": 0.002,
        "ine_provisional": 0.006,
        "uai_wrong_key": 0.001,
        "semicolon_in_name": 0.001,
        "byte_of_no_character": 0.001,
    },
)

PEGASE = Profile(
    uai="0442953W",
    population=Population(100_000_001, UNIVERSITY_FAMILIES, date(1988, 1, 1), date(2009, 1, 1)),
    diplomas=UNIVERSITY_DIPLOMAS,
    regimes=UNIVERSITY_REGIMES,
    arrivals=(("2026-09-01", 1),),
    end="2027-08-31",
    shares={
        **EVERYWHERE,
        "two_diplomas": 0.010,
        "ine_base36_wrong_key": 0.002,
        "commune_unknown": 0.002,
        "ine_provisional": 0.008,
        "birth_with_time": 0.005,
        "row_not_an_object": 0.001,
    },
    # Its file makes the rules of the number's shape warnings: these go out, and the registry itself refuses them.
    special=tuple(replace(MISTAKES[name], endings=(Ending.REFUSED,)) for name in ("ine_lost_zeros", "ine_as_number")),
)

LYCEE = Profile(
    uai="0881269B",
    population=Population(41_001, ((Family.RNIE, 72), (Family.BEA, 28)), date(2004, 1, 1), date(2009, 9, 1)),
    diplomas=(
        Diploma("", "31131200121", "01"),
        Diploma("", "31131200122", "02"),
        Diploma("", "31132605121", "01"),
        Diploma("", "31132605122", "02"),
        Diploma("", "30111700121", "01"),
        Diploma("", "30111700122", "02"),
    ),
    regimes=(("RF2", 93), ("RF4", 7)),
    arrivals=(("2026-09-01", 94), ("2026-09-14", 4), ("2026-11-02", 2)),
    end="2027-08-31",
    shares={
        **EVERYWHERE,
        "ine_as_formula": 0.004,
        "commune_foreign": 0.002,
        "ine_provisional": 0.002,
        "dates_out_of_order": 0.002,
        "uai_wrong_key": 0.001,
    },
    # Its file makes the rule of the RNIE key a rejecting one.
    special=(replace(MISTAKES["ine_rnie_wrong_key"], endings=(Ending.REJECTED,)),),
)
