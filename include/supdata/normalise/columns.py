"""One field of the enrolment out of one row, as the institution file maps it: join, repair, translate."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter

from supdata.config.columns import ColumnMapping
from supdata.config.models import Institution
from supdata.errors import FixConfig
from supdata.normalise.dates import USUAL, date_reader
from supdata.normalise.repairs import clean, clean_ine, known_word, upper

Understand = Callable[[str], str]
ReadField = Callable[[Mapping[str, str]], str]

DATES = frozenset({"dateNaissance", "dateDebutInscription", "dateFinInscription"})
#: The words of the fields that have few; `annule` is what a map says of an enrolment that was cancelled.
STATUTS = ("admis", "inscrit", "annule")
REGIMES = ("RF1", "RF2", "RF3", "RF4", "RF5", "RF6", "RF7")
CURSUS = ("L", "M", "D")

#: Fields whose values are each of one student: the others come over and over, and are understood once.
OF_ONE_STUDENT = frozenset({"ine", "sisId"})
REMEMBERED = 50_000  # values of one field; the birth dates of a large school are fewer

_UNDERSTOOD: dict[str, Understand] = {
    "ine": clean_ine,
    "uai": upper,
    "codeCommune": upper,  # Corsica: 2A004
    "statut": partial(known_word, words=STATUTS),
    "regime": partial(known_word, words=REGIMES),
    "cursus": partial(known_word, words=CURSUS),
}


def field_readers(institution: Institution) -> dict[str, ReadField]:
    """Return, for each field of the enrolment that the institution file maps, the function that reads it from a row.

    Raises FixConfig when a date format is not known. The functions raise FixConfig when a row lacks a mapped column.
    """
    return {name: _field_reader(name, mapping, institution) for name, mapping in institution.columns.mapped().items()}


def text_readers(institution: Institution) -> dict[str, Understand]:
    """Return, for each mapped field, the function that reads a text a person has written for it.

    It is read as the school's column would be, and in the forms that people write: a code of the school's, or the word it
    stands for; a date in one of the column's formats, AAAA-MM-JJ or JJ/MM/AAAA.
    """
    return {name: _text_reader(name, mapping, institution) for name, mapping in institution.columns.mapped().items()}


def _text_reader(name: str, mapping: ColumnMapping, institution: Institution) -> Understand:
    understand = _UNDERSTOOD.get(name, str)
    if name in DATES:
        understand = date_reader(tuple(dict.fromkeys((*mapping.dates, *USUAL))), institution.timezone)
    return lambda text: understand(_translated(clean(text), mapping.map))


def _field_reader(name: str, mapping: ColumnMapping, institution: Institution) -> ReadField:
    understand = _UNDERSTOOD.get(name, str)
    if name in DATES:
        understand = date_reader(mapping.dates, institution.timezone)
    if mapping.year is not None:
        day: str = getattr(institution.year, mapping.year).isoformat()
        return lambda _: day
    if mapping.constant is not None:
        constant = understand(_translated(clean(mapping.constant), mapping.map))
        return lambda _: constant

    def value_of(*found: str) -> str:
        return understand(_translated(_one_text(found, mapping), mapping.map))

    value = value_of if name in OF_ONE_STUDENT else lru_cache(REMEMBERED)(value_of)
    return _column_reader(mapping.source_columns(), value)


def _column_reader(columns: Sequence[str], value_of: Callable[..., str]) -> ReadField:
    """Return the function that gives the values of `columns` in a row to `value_of`."""
    pick = itemgetter(*columns)
    is_one = len(columns) == 1

    def read(values: Mapping[str, str]) -> str:
        try:
            return value_of(pick(values)) if is_one else value_of(*pick(values))
        except KeyError as error:
            found = f"the rows have no column `{error.args[0]}`: `columns` changed after they were extracted"
            raise FixConfig("Mapping the extracted rows", found, "Clear the run from its extract task.") from None

    return read


def _one_text(found: Sequence[str], mapping: ColumnMapping) -> str:
    """Return what the mapped columns hold, each repaired by itself.

    Columns are joined end to end (Apogée keeps an INE as ten characters and one); of columns by preference the first that
    holds anything counts (SIECLE has the INE of today and the one of before).
    """
    cleaned = map(clean, found)
    return "".join(cleaned) if mapping.columns else next(filter(None, cleaned), "")


def _translated(text: str, translations: Mapping[str, str]) -> str:
    return translations.get(text, text)
