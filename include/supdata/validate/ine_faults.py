"""What is wrong with each INE of a column: one fault for one mistake, "" for none."""

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from supdata.records.ine import Family, family, is_placeholder
from supdata.validate.certain_ine import ine_in, with_zeros
from supdata.validate.characters import Matrix, families_in, wrong_keys_in
from supdata.validate.coded import Coded, Mask, Numbers, marked
from supdata.validate.near import WIDTH, near_pairs

ABSENT, PLACEHOLDER, FORMAT, LOST_ZERO, FLOAT = "absent", "placeholder", "format", "lost_zero", "float"
PROVISIONAL, ELSEWHERE, TYPO, NEAR = "provisional", "elsewhere", "typo", "near"
WRONG_KEYS = {Family.BEA: "key_bea", Family.BASE36: "key_base36", Family.RNIE: "key_rnie"}

#: Faults that leave no number to speak of: what another column holds may be it.
NOT_AN_INE = frozenset({ABSENT, PLACEHOLDER, FORMAT, LOST_ZERO, FLOAT, WRONG_KEYS[Family.BEA], WRONG_KEYS[Family.BASE36]})
#: Every fault, "" for none first: what is wrong with many is kept as places in this list.
FAULTS = ("", ABSENT, PLACEHOLDER, FORMAT, LOST_ZERO, FLOAT, PROVISIONAL, ELSEWHERE, TYPO, NEAR, *WRONG_KEYS.values())
Places = npt.NDArray[np.uint8]

#: Faults that leave no number that two rows could share: `#N/A` or an address in many rows says nothing of their students.
NO_NUMBER = frozenset({ABSENT, PLACEHOLDER, FORMAT, LOST_ZERO, FLOAT})

#: What a spreadsheet makes of a number too long for it: 1,2E+10, with the key after it where Apogée gives that apart; or 123.0.
_FLOAT = re.compile(r"\d([.,]\d+)?E[+-]\d{1,3}[0-9A-Z]?|\d[.,]\d+E\d{1,3}[0-9A-Z]?|\d+[.,]0+", re.ASCII)


def ine_faults(text: Matrix, values: Sequence[str]) -> Places:
    """Return the fault of each INE taken by itself, as its place in FAULTS; `text` is the matrix of `values`."""
    families = families_in(text)
    faults = np.zeros(len(values), dtype=np.uint8)
    for name, fault in WRONG_KEYS.items():
        faults[wrong_keys_in(text, families, name)] = FAULTS.index(fault)
    faults[families == Family.PROVISIONAL] = FAULTS.index(PROVISIONAL)
    unknown = families == Family.UNKNOWN
    faults[unknown] = [FAULTS.index(_fault_of_shape(values[place])) for place in np.flatnonzero(unknown).tolist()]
    nearly_one_character = (text[:, :9] == text[:, :1]).all(axis=1) & ~unknown
    for place in np.flatnonzero(nearly_one_character).tolist():
        if is_placeholder(values[place]):
            faults[place] = FAULTS.index(PLACEHOLDER)
    return faults


def among(faults: Places, wanted: Collection[str]) -> Mask:
    """Say of each fault whether it is one of `wanted`."""
    mask: Mask = np.array([fault in wanted for fault in FAULTS], dtype=bool)[faults]
    return mask


def _fault_of_shape(value: str) -> str:
    if not value:
        return ABSENT
    if is_placeholder(value):
        return PLACEHOLDER
    if _FLOAT.fullmatch(value):
        return FLOAT
    return LOST_ZERO if with_zeros(value) else FORMAT


def held_elsewhere(ines: Coded, faults: Places, others: Mapping[str, Coded]) -> Mask:
    """Say of each row whether it has no INE where it should be and a certain one in another column."""
    without = among(faults, NOT_AN_INE)[ines.codes]
    found = np.zeros(len(ines.codes), dtype=bool)
    rows = np.flatnonzero(without)
    for other in others.values():
        codes = other.codes[rows]
        long_enough = ((code, other.values[code]) for code in pd.unique(codes).tolist() if len(other.values[code]) >= WIDTH)
        certain = {code for code, value in long_enough if ine_in(value)}
        if certain:
            found[rows[np.isin(codes, list(certain))]] = True
    return found


def near_numbers(ines: Coded, text: Matrix, faults: Places, births: Coded, compared: Mask) -> tuple[Mask, Mask]:
    """Say of each compared row whether its INE is a misspelling of another's with the same birth date, or may be.

    `text` is the matrix of the INEs. Certain: its key is wrong, and one character or one exchange away stands a right one. Not
    certain: neither key is wrong.
    """
    typo, near = (np.zeros(len(ines.codes), dtype=bool) for _ in range(2))
    well_formed = among(faults, {"", *WRONG_KEYS.values()})
    rows = np.flatnonzero(compared & well_formed[ines.codes])
    which, pairs = pd.factorize(ines.codes[rows] * len(births.values) + births.codes[rows])
    ine, born = np.divmod(pairs, max(len(births.values), 1))
    one, other = near_pairs(text[ine], born)
    right = faults[ine] == 0
    typo[rows] = marked(one[~right[one] & right[other] & _has_key(ines, ine, other)], len(pairs))[which]
    near[rows] = marked(one[right[one] & right[other]], len(pairs))[which]
    return typo, near


def _has_key(ines: Coded, ine: Numbers, positions: Numbers) -> Mask:
    """Say of each position whether its number's family has a key that is known, so that being right means something."""
    return np.array([family(ines.values[ine[one]]) is not Family.APPRENTICE for one in positions], dtype=bool)
