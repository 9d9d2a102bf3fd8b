"""A clean corpus: rows as four schools would serve them, with everything that is unusual and right in them.

All INE families with right keys, twins, students of 15 and of 80, births on 29 February and on 1 January, two diplomas, two
establishments, one-day enrolments, and every kind of commune that can be declared: metropolitan, Corsican, overseas, those of
arrondissements, postal codes of many communes, codes that are postal here and INSEE there. None of these rows may be rejected.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from random import Random

from builders import an_institution
from supdata.config.models import Institution
from supdata.normalise.normalising import normalise
from supdata.records.commune import CommuneClass, load_communes
from supdata.records.enrolment import REGISTRY_FIELDS, Enrolment
from supdata.records.ine import Family
from supdata.records.rows import RawRow
from supdata.sandbox.schools.made_ine import make_ine, with_base36_key, with_bea_key, with_rnie_key

#: One row as it is served: the value of each registry field, and the school's own student number under `sisId`.
Values = dict[str, str]

COLUMNS = ("sisId", *REGISTRY_FIELDS)
YEAR = ("2026-09-01", "2027-08-31")
FAMILIES = (Family.RNIE, Family.BEA, Family.BASE36, Family.APPRENTICE, Family.PROVISIONAL)
FAMILY_WEIGHTS = (60, 18, 14, 6, 2)
REGIMES = ("RF1", "RF2", "RF3", "RF4", "RF5", "RF6", "RF7")
DIPLOMAS = ("2500123", "2500124", "0412345", "31113010212", "")


@dataclass(frozen=True, eq=False)
class Lot:
    """The clean rows of one school."""

    institution: Institution
    rows: tuple[Values, ...]

    @property
    def source(self) -> str:
        """Return the name of the school's file."""
        return f"{self.institution.uai}.csv"


@dataclass(frozen=True)
class School:
    """What one school is: its establishments, what its commune column holds, what is sent, and which codes it may hold."""

    uai: str
    also: tuple[str, ...]
    holds: str
    emit: str
    communes: Callable[[], tuple[str, ...]]

    def institution(self) -> Institution:
        """Return the school's institution file: it maps every field from a column of the same name."""
        return an_institution(
            uai=self.uai,
            also=list(self.also),
            year={"start": YEAR[0], "end": YEAR[1]},
            columns={name: name for name in COLUMNS},
            commune={"column_holds": self.holds, "emit": self.emit},
        )


def _codes(*kinds: CommuneClass) -> tuple[str, ...]:
    table = load_communes()
    every = sorted({*table.postal_by_insee, *table.insee_by_postal})
    return tuple(code for code in every if table.classify(code) in kinds)


def _of_one_postal_code(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in codes if len(load_communes().postal_codes(code)) == 1)


def _either() -> tuple[str, ...]:
    """Codes that a column of both sorts gives a postal code for: a code that is both, for two places, gives none."""
    insee = _of_one_postal_code(_codes(CommuneClass.INSEE))
    return _codes(CommuneClass.POSTAL, CommuneClass.BOTH_SAME) + insee


def _postal() -> tuple[str, ...]:
    return _codes(CommuneClass.POSTAL, CommuneClass.BOTH_SAME, CommuneClass.BOTH_DIFFERENT)


def _insee() -> tuple[str, ...]:
    return _codes(CommuneClass.INSEE, CommuneClass.BOTH_SAME, CommuneClass.BOTH_DIFFERENT)


def _insee_of_one_postal_code() -> tuple[str, ...]:
    return _of_one_postal_code(_insee())


SCHOOLS = (
    School("0751717J", ("0442953W",), "either", "postal", _either),
    School("0332870R", ("0330023W",), "postal", "postal", _postal),
    School("0750106H", ("0313124C",), "insee", "insee", _insee),
    School("0751967F", ("0540081V", "0010006B"), "insee", "postal", _insee_of_one_postal_code),
)


@lru_cache(maxsize=2)
def clean_corpus(rows: int = 20_000, seed: int = 20_260_901) -> tuple[Lot, ...]:
    """Return `rows` clean rows, in equal parts of each school; the same ones for the same seed."""
    draw = Random(seed)
    return tuple(_lot(school, rows // len(SCHOOLS), draw) for school in SCHOOLS)


def enrolments(lot: Lot, rows: tuple[Values, ...] | None = None) -> list[Enrolment]:
    """Return what normalisation makes of a lot's rows, or of `rows` served in their place; numbered from 2, as in a file."""
    served = lot.rows if rows is None else rows
    raw = (RawRow(source=lot.source, row=number, values=values) for number, values in enumerate(served, start=2))
    return list(normalise(raw, lot.institution, load_communes()))


def rows_without_end(school: School, draw: Random) -> Iterator[Values]:
    """Yield clean rows of a school, student after student."""
    communes = school.communes()
    seen: set[str] = set()
    while True:
        yield from _student(school, communes, draw, seen)


def _lot(school: School, count: int, draw: Random) -> Lot:
    return Lot(school.institution(), tuple(islice(rows_without_end(school, draw), count)))


def _student(school: School, communes: tuple[str, ...], draw: Random, seen: set[str]) -> Iterator[Values]:
    """Yield the rows of one student, or of a pair of twins; `seen` keeps two students from sharing a number."""
    first = {
        "sisId": f"{22_000_000 + len(seen)}",
        "ine": _new_ine(draw, seen),
        "dateNaissance": _birth(draw),
        "dateDebutInscription": YEAR[0],
        "dateFinInscription": YEAR[1],
        "statut": draw.choices(("inscrit", "admis"), (9, 1))[0],
        "regime": draw.choice(REGIMES),
        "codeCommune": draw.choice(communes),
        "uai": school.uai,
        "cursus": draw.choice(("L", "L", "M", "D", "")),
        "diplome": draw.choice(DIPLOMAS),
        "niveauDiplome": draw.choice(("01", "02", "03", "")),
    }
    yield first
    yield from _beside(first, school, draw, seen)


def _beside(first: Values, school: School, draw: Random, seen: set[str]) -> Iterator[Values]:
    """Yield what some students have beside their first row, without any mistake in it."""
    what = draw.randrange(100)
    if what == 0:
        yield first | {"diplome": "9900001", "niveauDiplome": "01"}
    elif what == 1:
        yield first | {"uai": draw.choice(school.also)}
    elif what == 2 and (twin := _next_number(first["ine"])) and twin not in seen:
        seen.add(twin)
        yield first | {"ine": twin, "sisId": f"{22_000_000 + len(seen)}"}
    elif what == 3:
        yield first | {"dateDebutInscription": "2027-02-01", "diplome": "9900002"}
    elif what == 4:
        yield first | {"dateDebutInscription": "2027-06-30", "dateFinInscription": "2027-06-30", "diplome": "9900003"}


def _new_ine(draw: Random, seen: set[str]) -> str:
    while True:
        family = draw.choices(FAMILIES, FAMILY_WEIGHTS)[0]
        # A university whose numbers are all digits: they look like a telephone number, and are none.
        all_digits = family is Family.BASE36 and draw.random() < 0.3
        ine = with_base36_key(f"00000{draw.randrange(1, 10**5):05d}") if all_digits else make_ine(family, draw)
        if ine not in seen:
            seen.add(ine)
            return ine


def _next_number(ine: str) -> str:
    """Return the number given just after `ine`, "" where its family's key is not known: twins are registered together."""
    if ine[9:].isalpha():
        return with_rnie_key(f"{int(ine[:9]) + 1:09d}")
    if ine[:10].isdigit() and ine[10].isalpha():
        return with_bea_key(f"{int(ine[:10]) + 1:010d}")
    return ""


def _birth(draw: Random) -> str:
    age = draw.choices((19, 25, 40, 15, 80), (70, 20, 6, 3, 1))[0]
    if draw.random() < 0.01:
        return draw.choice(("2004-02-29", "2008-02-29", "2003-01-01", "1970-01-01"))
    return (date(2026 - age, 1, 1) + timedelta(days=draw.randrange(240))).isoformat()
