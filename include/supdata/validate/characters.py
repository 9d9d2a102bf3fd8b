"""Identifiers and dates of a whole column at once, as matrices of characters.

One row per value and one column per position make every shape and key a handful of numpy operations: some tens of
milliseconds for a university, where a regular expression per family and value takes a second. The rules themselves are those
of `supdata.records.ine` and `supdata.records.uai`; a property test holds the two together.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from supdata.records.ine import BEA_LETTERS, RNIE_LETTERS, Family
from supdata.records.uai import KEY_LETTERS

Matrix = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def matrix(values: Sequence[str], width: int) -> Matrix:
    """Return the ASCII codes of `values`, one row each.

    A value of another length than `width` becomes a row of zeros, and so does any character beyond ASCII.
    """
    exact = [value if len(value) == width else "\0" * width for value in values]
    together = "".join(exact)
    if together.isascii():  # nearly always, and three times as fast
        return np.frombuffer(together.encode("ascii"), dtype=np.uint8).reshape(len(exact), width)
    points = np.array(exact, dtype=f"U{width}").view(np.uint32).reshape(len(exact), width)
    return np.where(points < 128, points, 0).astype(np.uint8)


def _ords(letters: str) -> Matrix:
    return np.array([ord(letter) for letter in letters], dtype=np.uint8)


def _digits(text: Matrix) -> Mask:
    return (text >= ord("0")) & (text <= ord("9"))


def _number(text: Matrix) -> Numbers:
    """Read each row as a decimal number; rows that are not all digits give a number without meaning."""
    number = np.zeros(len(text), dtype=np.int64)
    for place in range(text.shape[1]):
        number = number * 10 + (text[:, place].astype(np.int64) - ord("0"))
    return number


def ine_families(values: Sequence[str]) -> npt.NDArray[np.str_]:
    """Return the family of each INE, as `supdata.records.ine.family` would."""
    return families_in(matrix(values, 11))


def families_in(text: Matrix) -> npt.NDArray[np.str_]:
    """Return the family of each INE of a matrix eleven wide."""
    digits = _digits(text)
    upper = (text >= ord("A")) & (text <= ord("Z"))
    bea_letter = np.isin(text[:, 10], _ords(BEA_LETTERS))
    around_fifth = digits[:, :4].all(axis=1) & digits[:, 5:10].all(axis=1) & bea_letter
    shapes = {
        Family.RNIE: digits[:, :9].all(axis=1) & np.isin(text[:, 9:], _ords(RNIE_LETTERS)).all(axis=1),
        Family.BEA: digits[:, :10].all(axis=1) & bea_letter,
        Family.BASE36: (digits | upper)[:, :10].all(axis=1) & digits[:, 10],
        Family.APPRENTICE: around_fifth & (text[:, 4] == ord("A")),
        Family.PROVISIONAL: around_fifth & (text[:, 4] == ord("D")),
    }
    return np.select(list(shapes.values()), [str(name) for name in shapes], default=str(Family.UNKNOWN))


def _bea_keys(text: Matrix) -> Mask:
    right: Mask = _ords(BEA_LETTERS)[_number(text[:, :10]) % 23] == text[:, 10]
    return right


def _base36_keys(text: Matrix) -> Mask:
    values = np.where(_digits(text), text - ord("0"), text - ord("A") + 10).astype(np.int64)
    # 36 to any power ends in 6, so the base-36 value modulo 10 needs no big number.
    right: Mask = (6 * values[:, :9].sum(axis=1) + values[:, 9]) % 10 == values[:, 10]
    return right


def _rnie_keys(text: Matrix) -> Mask:
    tens, units = np.divmod(97 - _number(text[:, :9]) % 97, 10)
    letters = _ords(RNIE_LETTERS)
    right: Mask = (letters[tens] == text[:, 9]) & (letters[units] == text[:, 10])
    return right


_KEYS: dict[str, Callable[[Matrix], Mask]] = {
    Family.BEA: _bea_keys,
    Family.BASE36: _base36_keys,
    Family.RNIE: _rnie_keys,
}


def ine_keys_right(values: Sequence[str], family: str) -> Mask:
    """Say of each value whether its key is right; only the values of `family` are judged, all others pass."""
    text = matrix(values, 11)
    return ~wrong_keys_in(text, families_in(text), family)


def wrong_keys_in(text: Matrix, families: npt.NDArray[np.str_], family: str) -> Mask:
    """Say of each INE of a matrix eleven wide whether it is of `family` and carries another key than its own."""
    judged = np.flatnonzero(families == family)
    wrong = np.zeros(len(text), dtype=bool)
    wrong[judged] = ~_KEYS[family](text[judged])
    return wrong


def uai_shapes(values: Sequence[str]) -> Mask:
    """Say of each value whether it is seven digits and a key letter."""
    text = matrix(values, 8)
    return _digits(text[:, :7]).all(axis=1) & np.isin(text[:, 7], _ords(KEY_LETTERS))


def uai_keys_right(values: Sequence[str]) -> Mask:
    """Say of each value whether it is a UAI whose letter belongs to its digits."""
    text = matrix(values, 8)
    right: Mask = _ords(KEY_LETTERS)[_number(text[:, :7]) % 23] == text[:, 7]
    return right & uai_shapes(values)


def real_dates(values: Sequence[str]) -> Mask:
    """Say of each value whether it is a date of the calendar, written AAAA-MM-JJ."""
    text = matrix(values, 10)
    written = _digits(text[:, [0, 1, 2, 3, 5, 6, 8, 9]]).all(axis=1) & (text[:, [4, 7]] == ord("-")).all(axis=1)
    year, month, day = _number(text[:, :4]), _number(text[:, 5:7]), _number(text[:, 8:])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = DAYS_IN_MONTH[np.where((month >= 1) & (month <= 12), month, 0)] + (leap & (month == 2))
    real: Mask = written & (year >= 1) & (day >= 1) & (day <= longest)
    return real
