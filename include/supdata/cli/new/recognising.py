"""Which column of a sample is which field, by its name and by what it holds; what neither tells is left for a person to say."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from supdata.cli.language import say
from supdata.cli.new.sampling import Sample
from supdata.normalise.dates import FORMATS, date_reader
from supdata.normalise.repairs import clean_ine
from supdata.records.commune import load_communes
from supdata.records.ine import Family, family, has_right_key
from supdata.records.uai import is_valid_uai

#: The share of values that must be what a field holds: exports have mistakes, which are not for here to judge.
MOST = 0.6
NEARLY_ALL = 0.9
#: A school has few sites; of this many students, more than that many communes are homes.
ENOUGH_ROWS, FEW_SITES = 50, 3
#: More distinct values than this are no codes, and are not repeated in a file.
FEW = 20
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_NAMED = {
    "dateDebutInscription": r"deb|start|entree",
    "dateFinInscription": r"fin(?!anc)|end$|end_",
    "statut": r"statut|etat|situation|pmt|paiement",
    "regime": r"regime|rgi",
    "codeCommune": r"commune|cod_?pos|code_?post|insee|^cp$",
    "cursus": r"cursus|cod_cur",
    "diplome": r"sise|sis_dip|mefstat|diplome",
    "niveauDiplome": r"niv",
    "sisId": r"cod_etu|etudiant|nip|matricule|interne|num_?etu|^id$",
}
_BIRTH = r"nai|birth|ddn|^ne[_ ]"
#: Where somebody was born or lives says nothing of where the school stands.
_OF_A_PERSON = re.compile(r"nais|resid|perso|adr|emp|etab|_sco$", re.IGNORECASE)
_OF_A_SITE = re.compile(r"cmp|composante|site|campus|antenne|centre|form", re.IGNORECASE)
_EARLIER = re.compile(r"orig|prec|n_1|form|eple", re.IGNORECASE)
_WORDS = {
    "statut": {"inscrit": "inscrit", "admis": "admis", "p": "inscrit", "a": "admis", "paye": "inscrit", "non_paye": "admis"},
    "cursus": {"l": "L", "m": "M", "d": "D"},
}
_BCN = {"10": "RF2", "11": "RF3", "12": "RF4", "20": "RF6", "21": "RF5", "22": "RF7"}
_APOGEE = {"1": "RF2", "2": "RF5", "3": "RF3", "4": "RF4", "5": "RF6", "6": "RF7"}
#: What a regime's label speaks of, most particular first.
_LABELS = (
    ("hors apprentissage", "RF2"),
    ("apprenti", "RF4"),
    ("professionnalisation", "RF7"),
    ("reprise", "RF3"),
    ("hors contrat pro", "RF6"),
    ("continue", "RF5"),
    ("initiale", "RF1"),
)


@dataclass(frozen=True)
class Decision:
    """How one field is mapped, as the section of an institution file, and why; or what has to be asked, and a stand-in."""

    section: Any
    why: str = ""
    question: str = ""


@dataclass
class Recognised:
    """The decisions on the fields that a sample lets one take."""

    columns: dict[str, Decision] = field(default_factory=dict)

    def known(self) -> set[str]:
        """Return the columns that a decision has taken."""
        sections = [one.section for one in self.columns.values()]
        listed = [one.get(key, ()) for one in sections for key in ("columns", "first_of")]
        return {name for names in listed for name in names} | {one.get("column", "") for one in sections}


def recognise(sample: Sample, uai: str) -> Recognised:
    """Return what the sample tells of each field."""
    found = Recognised()
    for name, decision in (
        ("ine", _ine(sample)),
        ("dateNaissance", _birth(sample)),
        *_period(sample),
        ("uai", _uai(sample, uai)),
    ):
        if decision is not None:
            found.columns[name] = decision
    for name in ("statut", "regime", "codeCommune", "cursus", "diplome", "niveauDiplome", "sisId"):
        decision = _by_name(sample, name, found.known())
        if decision is not None:
            found.columns[name] = decision
    return found


def share(values: Sequence[str], fitting: Any) -> float:
    """Return the share of the values that fit, 0 where there are none."""
    return sum(map(bool, map(fitting, values))) / len(values) if values else 0


def is_called(column: str, names: str) -> bool:
    """Whether a column's name has one of the `names` (a pattern) in it, whatever its case and accents."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", column) if not unicodedata.combining(one))
    return re.search(names, plain, re.IGNORECASE) is not None


def _ine(sample: Sample) -> Decision | None:
    shares = {name: share(sample.values(name), lambda text: has_right_key(clean_ine(text))) for name in sample.columns}
    fitting = [name for name in sample.columns if shares[name] >= MOST]
    if not fitting:
        return _ine_of_two(sample)
    if len(fitting) == 1:
        return Decision({"column": fitting[0]}, say("{share:.0%} of its values have a right key", share=shares[fitting[0]]))
    today = sorted(fitting, key=lambda name: -share(sample.values(name), _is_rnie))
    return Decision({"first_of": today}, say("several columns hold numbers with right keys: the national one of today first"))


def _is_rnie(text: str) -> bool:
    return family(clean_ine(text)) is Family.RNIE


def _ine_of_two(sample: Sample) -> Decision | None:
    """Return two columns side by side that make a number together, as Apogée's do."""
    for one, other in pairwise(sample.columns):
        joined = [clean_ine(row.get(one, "").strip() + row.get(other, "").strip()) for row in sample.rows]
        if share(list(filter(None, joined)), has_right_key) >= MOST:
            return Decision({"columns": [one, other]}, say("joined, their values have right keys"))
    return None


def date_formats(values: Sequence[str]) -> list[str]:
    """Return the one format in which nearly all values are dates, none where no format is."""
    for name in FORMATS:
        read = date_reader([name], "Europe/Paris")
        if share(values, lambda text, read=read: ISO_DATE.fullmatch(read(text))) >= NEARLY_ALL:
            return ["ISO"] if name == "AAAA-MM-JJ" and any(len(text) > 10 for text in values) else [name]
    return []


def _years(values: Sequence[str], formats: list[str]) -> list[int]:
    read = date_reader(formats, "Europe/Paris")
    return sorted(int(found[:4]) for text in values if ISO_DATE.fullmatch(found := read(text)))


def _dated(sample: Sample) -> dict[str, tuple[list[str], int]]:
    """Return the columns that hold dates: their format, and the year in the middle."""
    found = {}
    for name in sample.columns:
        values = sample.values(name)
        if formats := date_formats(values):
            years = _years(values, formats)
            found[name] = (formats, years[len(years) // 2])
    return found


def _birth(sample: Sample) -> Decision | None:
    dated = _dated(sample)
    latest = max((year for _, year in dated.values()), default=0)
    births = {name: formats for name, (formats, year) in dated.items() if year <= latest - 12 or len(dated) == 1}
    named = [name for name in births if is_called(name, _BIRTH)] or list(births)
    if not named:
        named = [name for name in dated if is_called(name, _BIRTH)]
    if not named:
        return None
    formats = dated[named[0]][0]
    return Decision({"column": named[0], "dates": formats}, say("dates of people old enough to study"))


def _period(sample: Sample) -> list[tuple[str, Decision]]:
    """Return start and end where columns hold both; else the year, and the question whether that is right."""
    dated = _dated(sample)
    latest = max((year for _, year in dated.values()), default=0)
    recent = {name: formats for name, (formats, year) in dated.items() if year > latest - 3}
    found = {}
    for name in ("dateDebutInscription", "dateFinInscription"):
        columns = [one for one in recent if is_called(one, _NAMED[name])]
        if columns:
            found[name] = Decision({"column": columns[0], "dates": recent[columns[0]]}, say("recent dates, by its name"))
    if len(found) == 2:
        return list(found.items())
    question = say("no column holds the first and the last day of an enrolment: are they those of `year`?")
    return [
        ("dateDebutInscription", Decision({"year": "start"}, question=question)),
        ("dateFinInscription", Decision({"year": "end"})),
    ]


def _uai(sample: Sample, uai: str) -> Decision | None:
    fitting = [
        name
        for name in sample.columns
        if share(sample.values(name), lambda text: is_valid_uai(text.upper())) >= NEARLY_ALL and not _EARLIER.search(name)
    ]
    own = [name for name in fitting if uai in {text.upper() for text in sample.values(name)}]
    return Decision({"column": own[0]}, say("it holds this establishment's UAI")) if own else None


def _by_name(sample: Sample, wanted: str, taken: set[str]) -> Decision | None:
    for name in sample.columns:
        if name in taken or not is_called(name, _NAMED[wanted]) or _OF_A_PERSON.search(name):
            continue
        decision = _content(wanted, name, sample)
        if decision is not None:
            return decision
    return None


def _content(wanted: str, name: str, sample: Sample) -> Decision | None:
    values = sample.values(name)
    codes = sorted(set(values))
    match wanted:
        case "statut" | "cursus":
            return _mapped(name, codes, {code: _WORDS[wanted].get(code.casefold(), "") for code in codes}, wanted)
        case "regime":
            return _mapped(name, codes, regime_codes(codes), wanted)
        case "codeCommune":
            return _commune(name, values)
        case "diplome":
            return Decision({"column": name}, say("by its name")) if share(values, _is_diploma) >= NEARLY_ALL else None
        case "niveauDiplome":
            short = share(values, lambda text: len(text) <= 2) >= NEARLY_ALL
            return Decision({"column": name}, say("by its name")) if short else None
        case _:
            unique = len(codes) == len(values) > 0
            return Decision({"column": name}, say("by its name; each row has another")) if unique else None


def _is_diploma(text: str) -> bool:
    return re.fullmatch(r"\d{7}|[0-9A-Z]{11}", text) is not None


def regime_codes(codes: Sequence[str]) -> dict[str, str]:
    """Return the registry's regime for each code, "" where it cannot be known: BCN's codes, Apogée's usual ones, labels."""
    known = next((table for table in (_BCN, _APOGEE) if codes and set(codes) <= table.keys()), None)
    if known is not None:
        return {code: known[code] for code in codes}
    return {code: _regime_of(code) for code in codes}


def _regime_of(text: str) -> str:
    if re.fullmatch(r"(?i)RF[1-7]", text):
        return text.upper()
    return next((regime for word, regime in _LABELS if word in text.casefold()), "")


def _mapped(name: str, codes: Sequence[str], words: dict[str, str], wanted: str) -> Decision | None:
    """Return a value map; codes without a known meaning are asked for, by their names."""
    if not 0 < len(codes) <= FEW:
        return None
    unknown = [code for code in codes if not words[code]]
    section: dict[str, Any] = {"column": name, "map": {code: word for code, word in words.items() if word}}
    if len(unknown) == len(codes) and wanted == "cursus":
        return None
    question = ""
    if unknown:
        question = say("what do these values of {column} mean: {codes}?", column=name, codes=", ".join(_tellable(unknown)))
    return Decision(section, say("by its name and its values"), question)


def _tellable(codes: Sequence[str]) -> list[str]:
    """Return codes as they may stand in a file: what looks like a person's number or date is left out."""
    return [code for code in codes if sum(map(str.isdigit, code)) < 6 and len(code) <= 40] or ["…"]


def _commune(name: str, values: Sequence[str]) -> Decision | None:
    communes = load_communes()
    known = share(values, lambda code: communes.is_postal(code) or communes.is_insee(code))
    of_sites = _OF_A_SITE.search(name) is not None or (len(values) >= ENOUGH_ROWS and len(set(values)) <= FEW_SITES)
    if known < NEARLY_ALL or not of_sites:
        return None  # where students live
    return Decision({"column": name}, say("known communes, and by its name or their small number those of sites"))
