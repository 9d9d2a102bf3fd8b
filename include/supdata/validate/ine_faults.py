"""What is wrong with each INE of a column: one fault for one mistake, "" for none."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from supdata.records.ine import Family, family, is_placeholder
from supdata.validate.certain_ine import ine_in, with_zeros
from supdata.validate.characters import Matrix, families_in, matrix, wrong_keys_in
from supdata.validate.coded import Coded, Mask, Numbers, marked
from supdata.validate.near import near_pairs

ABSENT, PLACEHOLDER, FORMAT, LOST_ZERO, FLOAT = "absent", "placeholder", "format", "lost_zero", "float"
PROVISIONAL, ELSEWHERE, TYPO, NEAR = "provisional", "elsewhere", "typo", "near"
WRONG_KEYS = {Family.BEA: "key_bea", Family.BASE36: "key_base36", Family.RNIE: "key_rnie"}

#: Faults that leave no number to speak of: what another column holds may be it.
NOT_AN_INE = frozenset({ABSENT, PLACEHOLDER, FORMAT, LOST_ZERO, FLOAT, WRONG_KEYS[Family.BEA], WRONG_KEYS[Family.BASE36]})
Texts = npt.NDArray[np.object_]

#: Faults that leave no number that two rows could share: `#N/A` or an address in many rows says nothing of their students.
NO_NUMBER = frozenset({ABSENT, PLACEHOLDER, FORMAT, LOST_ZERO, FLOAT})

#: What a spreadsheet makes of a number too long for it: 1,2E+10, with the key after it where Apogée gives that apart; or 123.0.
_FLOAT = re.compile(r"\d([.,]\d+)?E[+-]\d{1,3}[0-9A-Z]?|\d[.,]\d+E\d{1,3}[0-9A-Z]?|\d+[.,]0+", re.ASCII)


def ine_faults(values: Sequence[str]) -> Texts:
    """Return the fault of each INE taken by itself."""
    text = matrix(values, 11)
    families = families_in(text)
    faults = np.full(len(values), "", dtype=object)
    for name, fault in WRONG_KEYS.items():
        faults[wrong_keys_in(text, families, name)] = fault
    faults[families == Family.PROVISIONAL] = PROVISIONAL
    unknown = families == Family.UNKNOWN
    faults[unknown] = [_fault_of_shape(values[place]) for place in np.flatnonzero(unknown).tolist()]
    nearly_one_character = (text[:, :9] == text[:, :1]).all(axis=1) & ~unknown
    for place in np.flatnonzero(nearly_one_character).tolist():
        if is_placeholder(values[place]):
            faults[place] = PLACEHOLDER
    return faults


def _fault_of_shape(value: str) -> str:
    if not value:
        return ABSENT
    if is_placeholder(value):
        return PLACEHOLDER
    if _FLOAT.fullmatch(value):
        return FLOAT
    return LOST_ZERO if with_zeros(value) else FORMAT


def held_elsewhere(ines: Coded, faults: Texts, others: Mapping[str, Coded]) -> Mask:
    """Say of each row whether it has no INE where it should be and a certain one in another column."""
    without = np.isin(faults, list(NOT_AN_INE))[ines.codes]
    found = np.zeros(len(ines.codes), dtype=bool)
    rows = np.flatnonzero(without)
    for other in others.values():
        codes = other.codes[rows]
        certain = {code for code in pd.unique(codes).tolist() if ine_in(other.values[code])}
        if certain:
            found[rows[np.isin(codes, list(certain))]] = True
    return found


def near_numbers(ines: Coded, faults: Texts, births: Coded, compared: Mask) -> tuple[Mask, Mask]:
    """Say of each compared row whether its INE is a misspelling of another's with the same birth date, or may be.

    Certain: its key is wrong, and one character or one exchange away stands a right one. Not certain: neither key is wrong.
    """
    typo, near = (np.zeros(len(ines.codes), dtype=bool) for _ in range(2))
    well_formed = np.isin(faults, ["", *WRONG_KEYS.values()])
    rows = np.flatnonzero(compared & well_formed[ines.codes])
    which, pairs = pd.factorize(ines.codes[rows] * len(births.values) + births.codes[rows])
    ine, born = np.divmod(pairs, max(len(births.values), 1))
    one, other = near_pairs(_texts_of(ines, ine), born)
    right = faults[ine] == ""
    typo[rows] = marked(one[~right[one] & right[other] & _has_key(ines, ine, other)], len(pairs))[which]
    near[rows] = marked(one[right[one] & right[other]], len(pairs))[which]
    return typo, near


def _texts_of(ines: Coded, places: Numbers) -> Matrix:
    return matrix([ines.values[place] for place in places], 11)


def _has_key(ines: Coded, ine: Numbers, positions: Numbers) -> Mask:
    """Say of each position whether its number's family has a key that is known, so that being right means something."""
    return np.array([family(ines.values[ine[one]]) is not Family.APPRENTICE for one in positions], dtype=bool)
