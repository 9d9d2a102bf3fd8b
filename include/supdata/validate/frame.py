"""Enrolments as one pandas frame: the columns a suite of expectations may name.

The registry's own fields keep their text ("" when absent). Beside them stand derived columns, null wherever an earlier rule has
already said what is wrong, so that one mistake gets one reason:

    ine, dateNaissance            null when absent
    ineFamily                     family of a present INE, or `placeholder`
    ineNumber                     the INE, null when absent or a placeholder
    startDay, endDay              datetime64[ns], null unless the text is a real date
    age                           full years on the first day of the academic year, null unless the birth date is real
    uaiShaped, uaiRight           the UAI, null unless its shape, or its key too, is right
    communeClass                  how the commune code reads (`supdata.records.commune.CommuneClass`)
    communeSent                   the code that would be sent, "" when it cannot be known; null when the code is not known
    naturalKey, content           a number for each natural key and each content, to compare rows; naturalKey is null
                                  for a row without a real INE and for a cancelled enrolment, which contradicts nothing;
                                  content leaves the birth date out: INE-TWO-BIRTHS is the rule that compares it

The index is a plain RangeIndex: Great Expectations then names offending rows by position and copies no value.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import pandas as pd

from supdata.config.models import Commune, Institution
from supdata.records.commune import load_communes
from supdata.records.enrolment import CONTENT_FIELDS, REGISTRY_FIELDS, Enrolment
from supdata.records.ine import is_placeholder
from supdata.validate.characters import ine_families, real_dates, uai_keys_right, uai_shapes
from supdata.validate.conditions import commune_faults

PLACEHOLDER = "placeholder"
CANCELLED = "annule"
#: datetime64[ns] ends in 1677 and 2262; a real date beyond is brought to these bounds, where it is as implausible as before.
FIRST_DAY, LAST_DAY = "1700-01-01", "2250-01-01"


def make_frame(enrolments: Sequence[Enrolment], institution: Institution) -> pd.DataFrame:
    """Return one row per enrolment, in the order given; `institution` gives the academic year and the kinds of commune code."""
    frame = pd.DataFrame(
        {name: pd.Series([getattr(e, name) for e in enrolments], dtype=object) for name in REGISTRY_FIELDS},
        index=pd.RangeIndex(len(enrolments)),
    )
    _add_identity(frame)
    _add_days(frame, institution.year.start)
    _add_places(frame, enrolments, institution.commune)
    _add_comparisons(frame, enrolments)
    for name in ("ine", "dateNaissance"):
        frame[name] = frame[name].where(frame[name] != "", None)
    return frame


def numbered(values: Iterable[Hashable]) -> npt.NDArray[np.float64]:
    """Give each distinct value a number, in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.float64)


def _add_identity(frame: pd.DataFrame) -> None:
    texts = list(frame["ine"])
    families = ine_families(texts).astype(object)
    families[[is_placeholder(text) for text in texts]] = PLACEHOLDER
    absent = frame["ine"] == ""
    frame["ineFamily"] = pd.Series(families, dtype=object).mask(absent, None)
    frame["ineNumber"] = frame["ine"].mask(absent | (families == PLACEHOLDER), None)


def _add_days(frame: pd.DataFrame, year_start: date) -> None:
    frame["startDay"] = _days(frame["dateDebutInscription"])
    frame["endDay"] = _days(frame["dateFinInscription"])
    born = pd.DatetimeIndex(_days(frame["dateNaissance"]))
    birthday_to_come = (born.month > year_start.month) | ((born.month == year_start.month) & (born.day > year_start.day))
    frame["age"] = np.where(born.isna(), np.nan, year_start.year - born.year - birthday_to_come)


def _days(column: pd.Series) -> npt.NDArray[np.datetime64]:
    """Return the days that `column` writes, NaT where it writes none, brought into the bounds of datetime64[ns]."""
    texts = list(column)
    days = np.where(real_dates(texts), texts, "NaT").astype("datetime64[D]")
    # Nanoseconds although a day would do: Great Expectations compares any other unit 80 times slower.
    in_bounds: npt.NDArray[np.datetime64] = np.clip(days, np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY))
    return in_bounds.astype("datetime64[ns]")


def _add_places(frame: pd.DataFrame, enrolments: Sequence[Enrolment], commune: Commune) -> None:
    uais = list(frame["uai"])
    frame["uaiShaped"] = frame["uai"].where(uai_shapes(uais), None)
    frame["uaiRight"] = frame["uai"].where(uai_keys_right(uais), None)
    table = load_communes()
    classes = {code: str(table.classify(code)) for code in set(frame["codeCommune"])}
    frame["communeClass"] = frame["codeCommune"].map(classes).astype(object)
    known = commune_faults(frame["communeClass"], commune.column_holds).isin(["", "ambiguous"])
    sent = [e.communePostal if commune.emit == "postal" else e.communeInsee for e in enrolments]
    frame["communeSent"] = pd.Series(sent, dtype=object).where(known, None)


def _add_comparisons(frame: pd.DataFrame, enrolments: Sequence[Enrolment]) -> None:
    compared = attrgetter(*(name for name in CONTENT_FIELDS if name != "dateNaissance"))
    frame["content"] = numbered(compared(e) for e in enrolments)
    comparable = frame["ineNumber"].notna() & (frame["statut"] != CANCELLED)
    frame["naturalKey"] = pd.Series(numbered(e.natural_key for e in enrolments)).where(comparable)
