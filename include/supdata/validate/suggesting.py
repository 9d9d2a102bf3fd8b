"""For a row that breaks a rule, the value that would pass, where one only can have been meant. Pure; never applied.

A suggestion is for the person who corrects the row in the school's own system, beside what was found. Where two values could
have been meant there is none: a wrong one that is believed declares another student.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.validate import date_suggestions as days
from supdata.validate import ine_suggestions as ine
from supdata.validate import place_suggestions as places
from supdata.validate.certain_ine import ine_in, is_certain

#: The rule that sends a row to its neighbours: the suggestion is one of the numbers that share its birth date.
MISSPELT = "INE-TYPO"

COURSES = {"licence": "L", "master": "M", "doctorat": "D"}
STATUTS = {"inscrite": "inscrit", "inscrit(e)": "inscrit", "admise": "admis", "admis(e)": "admis"}
#: The labels that API Particulier v3 gives the codes.
REGIMES = {
    "formation initiale": "RF1",
    "formation initiale hors apprentissage": "RF2",
    "reprise d'études non financée sans convention": "RF3",
    "contrat d'apprentissage": "RF4",
    "formation continue": "RF5",
    "formation continue hors contrat professionnel": "RF6",
    "contrat de professionnalisation": "RF7",
}


class Suggester:
    """Suggestions for the rows of one institution."""

    def __init__(self, institution: Institution, known: Iterable[tuple[str, str]] = ()) -> None:
        """Take the institution's facts, and the (birth date, INE) pairs of the file that misspelt rows may be slips of."""
        self._institution = institution
        self._by_birth: dict[str, set[str]] = defaultdict(set)
        for birth, number in known:
            if is_certain(number):
                self._by_birth[birth].add(number)

    def __call__(self, enrolment: Enrolment, rule: str) -> str:
        """Return the value that would pass `rule` in the field it speaks of, "" where that cannot be said."""
        if rule == MISSPELT:
            return ine.misspelt(enrolment.ine, self._by_birth.get(enrolment.dateNaissance, ()))
        suggest = BY_RULE.get(rule)
        return "" if suggest is None else suggest(enrolment, self._institution)


Suggestion = Callable[[Enrolment, Institution], str]


def _birth(one: Enrolment, school: Institution) -> str:
    formats, believed = school.columns.dateNaissance.dates, days.believed_birth(school.year)
    # Where an INE stands in the date's place, the date may stand in the INE's.
    return days.reread(one.ine if ine_in(one.dateNaissance) else one.dateNaissance, formats, believed)


def _regime(one: Enrolment, _: Institution) -> str:
    label, code = one.regime.casefold().replace("’", "'"), "".join(one.regime.split()).upper()
    return REGIMES.get(label, code if code in REGIMES.values() else "")


def _century(one: Enrolment, school: Institution) -> str:
    return days.in_another_century(one.dateNaissance, days.believed_birth(school.year), days.usual_birth(school.year))


def _start(one: Enrolment, school: Institution) -> str:
    formats = school.columns.dateDebutInscription.dates
    return days.reread(one.dateDebutInscription, formats, days.believed_day(school.year))


def _end(one: Enrolment, school: Institution) -> str:
    return days.reread(one.dateFinInscription, school.columns.dateFinInscription.dates, days.believed_day(school.year))


def _end_after_start(one: Enrolment, school: Institution) -> str:
    end = days.swapped(one.dateFinInscription, days.believed_day(school.year))
    return end if end >= one.dateDebutInscription else ""


def _start_in_year(one: Enrolment, school: Institution) -> str:
    """A start inside the year was not what the rule spoke of: then it is the end, and there is nothing to say of the start."""
    return days.swapped(one.dateDebutInscription, days.believed_day(school.year)) if _starts_outside(one, school) else ""


def _starts_outside(one: Enrolment, school: Institution) -> bool:
    return not school.year.start.isoformat() <= one.dateDebutInscription <= school.year.end.isoformat()


def _uai(one: Enrolment, school: Institution) -> str:
    return places.own_uai(one.uai, school)


def _commune(one: Enrolment, school: Institution) -> str:
    return places.commune(one.codeCommune, school.commune)


BY_RULE: Mapping[str, Suggestion] = MappingProxyType(
    {
        "INE-ELSEWHERE": lambda one, _: ine.elsewhere(one),
        "INE-LOST-ZERO": lambda one, _: ine.zeros_restored(one.ine),
        "INE-FORMAT": lambda one, _: ine.reshaped(one.ine) or ine.elsewhere_by_shape(one),
        "INE-KEY-RNIE": lambda one, _: ine.corrected(one.ine),
        "INE-PROVISIONAL": lambda one, _: ine.elsewhere(one),
        "BIRTH-REAL": _birth,
        "BIRTH-PLAUSIBLE": _century,
        "START-REAL": _start,
        "END-REAL": _end,
        "DATES-ORDER": _end_after_start,
        "DATES-YEAR": _start_in_year,
        "STATUT-KNOWN": lambda one, _: STATUTS.get(one.statut.casefold(), ""),
        "REGIME-KNOWN": _regime,
        "CURSUS-KNOWN": lambda one, _: COURSES.get(one.cursus.casefold(), ""),
        "UAI-FORMAT": _uai,
        "UAI-KEY": _uai,
        "COMMUNE-KNOWN": _commune,
        "COMMUNE-LOST-ZERO": _commune,
        "COMMUNE-KIND": _commune,
        "COMMUNE-FORMER": _commune,
        "COMMUNE-CEDEX": lambda one, school: places.own_commune_near(one.codeCommune, school.commune),
    }
)
