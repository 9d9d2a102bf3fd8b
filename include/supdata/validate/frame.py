"""Enrolments as one pandas frame: the columns a suite of expectations may name.

The registry's own fields and the school's number keep their text ("" when absent, but null in `ine` and `dateNaissance`).
Beside them stand derived columns, silent wherever an earlier rule has already said what is wrong: one mistake, one reason.

    ineFault                      what is wrong with the INE, "" for nothing (`ine_faults`)
    birthFault                    what is wrong with the birth date, "" for nothing (`birth_faults`)
    communeFault                  what is wrong with the commune code, "" for nothing (`commune_faults`)
    birthsOfIne                   how many birth dates come with the row's INE, 0 where either is in fault
    startDay, endDay              datetime64[ns], null unless the text is a real date
    age                           full years on the first day of the academic year, null where `birthFault` rejects
    uaiShaped, uaiRight           the UAI, null unless its shape, or its key too, is right
    communeSent                   the code that would be sent, "" when it cannot be known; null when the code is in fault
    contentsOfKey                 how many contents come with the row's natural key; 0 for a row without a real INE and for a
                                  cancelled enrolment, which contradicts nothing. Content leaves the birth date out: that is
                                  what `birthsOfIne` compares

Whatever can be said of a value is worked out once per distinct value; columns of texts hold numbers of their distinct values,
as pandas' categories. The index is a plain RangeIndex: Great Expectations then
names offending rows by position and copies no value.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from supdata.config.models import Commune, Institution
from supdata.records.commune import load_communes
from supdata.records.enrolment import CONTENT_FIELDS, REGISTRY_FIELDS
from supdata.validate import birth_faults as birth
from supdata.validate import ine_faults as ine
from supdata.validate.certain_ine import OTHER_FIELDS
from supdata.validate.characters import matrix, real_dates, uai_keys_right, uai_shapes
from supdata.validate.coded import Coded, Mask, Numbers, combined, values_per_key
from supdata.validate.commune_faults import HARMLESS, commune_fault
from supdata.validate.near import WIDTH
from supdata.validate.vocabulary import COLUMNS

CANCELLED = "annule"
#: datetime64[ns] ends in 1677 and 2262; a real date beyond is brought to these bounds, where it is as implausible as before.
FIRST_DAY, LAST_DAY = "1700-01-01", "2250-01-01"
#: Ages beyond which a birth date is not believed at all.
YOUNGEST, OLDEST = 10, 110

Columns = Mapping[str, Coded]


def make_frame(columns: Columns, institution: Institution, named: Collection[str] = COLUMNS) -> pd.DataFrame:
    """Return one row per enrolment, in their order; `institution` gives the academic year and the kinds of commune code.

    Only the columns `named` are made.
    """
    rows = len(columns["ine"].codes)
    births, starts, ends = (columns[name] for name in ("dateNaissance", "dateDebutInscription", "dateFinInscription"))
    faults = birth.birth_faults(births, starts, ends)
    ages = _ages(births, institution.year.start)
    ages[~faults.rows_of(["", birth.SUSPECT])] = np.nan
    certain_birth = (ages >= YOUNGEST) & (ages <= OLDEST)
    identity = _identity(columns, certain_birth)
    days = {"startDay": _days(starts), "endDay": _days(ends)}
    derived = {"birthFault": faults, "age": ages, **days, **_places(columns, institution.commune)}
    made = {**_texts(columns), **identity, **derived}
    series = {name: one.texts() if isinstance(one, Coded) else one for name, one in made.items() if name in named}
    return pd.DataFrame(series, index=pd.RangeIndex(rows))


def _texts(columns: Columns) -> dict[str, Coded]:
    texts = {name: columns[name] for name in ("sisId", *REGISTRY_FIELDS)}
    for name in ("ine", "dateNaissance"):
        texts[name] = texts[name].only_where(np.array([bool(value) for value in texts[name].values], dtype=bool))
    return texts


def content_numbers(columns: Columns, *, without: str = "") -> Numbers:
    """Number what the registry could be told of each row, but for the field `without`."""
    compared = [columns[name] for name in CONTENT_FIELDS if name != without]
    return combined(((one.codes, len(one.values)) for one in compared), len(columns["ine"].codes))


def _identity(columns: Columns, certain_birth: Mask) -> dict[str, object]:
    """Return what is wrong with each row's INE, and the two comparisons that rest on it."""
    ines, births = columns["ine"], columns["dateNaissance"]
    text = matrix(ines.values, WIDTH)
    alone = ine.ine_faults(text, ines.values)
    faults = alone[ines.codes]
    elsewhere = ine.held_elsewhere(ines, alone, {name: columns[name] for name in OTHER_FIELDS})
    cancelled = columns["statut"].rows_of([CANCELLED])
    typo, near = ine.near_numbers(ines, text, alone, births, certain_birth & ~cancelled & ~elsewhere)
    for rows, fault in ((elsewhere, ine.ELSEWHERE), (near, ine.NEAR), (typo, ine.TYPO)):
        faults[rows] = ine.FAULTS.index(fault)
    a_number = ~ine.among(alone, ine.NO_NUMBER)[ines.codes] & ~elsewhere
    return {
        "ineFault": Coded(faults.astype(np.int64), list(ine.FAULTS)),
        "birthsOfIne": values_per_key(ines.codes, births.codes, a_number & certain_birth),
        "contentsOfKey": values_per_key(
            _natural_keys(columns), content_numbers(columns, without="dateNaissance"), a_number & ~cancelled
        ),
    }


def _natural_keys(columns: Columns) -> Numbers:
    parts = [columns[name] for name in ("uai", "ine", "dateDebutInscription", "diplome")]
    return combined(((one.codes, len(one.values)) for one in parts), len(parts[0].codes))


def _ages(births: Coded, year_start: date) -> npt.NDArray[np.float64]:
    born = pd.DatetimeIndex(_days_of(births.values))
    birthday_to_come = (born.month > year_start.month) | ((born.month == year_start.month) & (born.day > year_start.day))
    ages = np.where(born.isna(), np.nan, year_start.year - born.year - birthday_to_come)
    return np.asarray(ages[births.codes], dtype=np.float64)


def _days(column: Coded) -> npt.NDArray[np.datetime64]:
    days: npt.NDArray[np.datetime64] = _days_of(column.values)[column.codes]
    return days


def _days_of(texts: Sequence[str]) -> npt.NDArray[np.datetime64]:
    """Return the days that `texts` write, NaT where one writes none, brought into the bounds of datetime64[ns]."""
    days = np.where(real_dates(texts), texts, "NaT").astype("datetime64[D]")
    # Nanoseconds although a day would do: Great Expectations compares any other unit 80 times slower.
    in_bounds: npt.NDArray[np.datetime64] = np.clip(days, np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY))
    return in_bounds.astype("datetime64[ns]")


def _places(columns: Columns, commune: Commune) -> dict[str, Coded]:
    uais, codes = columns["uai"], columns["codeCommune"]
    table = load_communes()
    faults = [commune_fault(code, commune, table) for code in codes.values]
    different = tuple(dict.fromkeys(faults))
    numbers = np.array([different.index(fault) for fault in faults], dtype=np.int64)
    harmless = np.array([fault in HARMLESS for fault in different], dtype=bool)[numbers]
    sent = columns["communePostal" if commune.emit == "postal" else "communeInsee"]
    return {
        "uaiShaped": uais.only_where(uai_shapes(uais.values)),
        "uaiRight": uais.only_where(uai_keys_right(uais.values)),
        "communeFault": Coded(numbers[codes.codes], list(different)),
        "communeSent": Coded(np.where(harmless[codes.codes], sent.codes, -1), sent.values),
    }
