"""Columns as numbers: what is said of a text is worked out once per distinct text, and rows are compared as numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Products of counts are kept below this, so that numbers never overflow 64 bits.
LIMIT = 2**62


@dataclass(frozen=True)
class Coded:
    """A column of texts: `values` are its distinct ones, `codes` say which one each row holds."""

    codes: Numbers
    values: list[str]

    def rows_of(self, texts: Iterable[str]) -> Mask:
        """Say of each row whether it holds one of `texts`."""
        wanted = frozenset(texts)
        mask: Mask = np.array([value in wanted for value in self.values], dtype=bool)[self.codes]
        return mask

    def only_where(self, right: Mask) -> "Coded":
        """Return the column without the values that are not `right`: their rows hold nothing."""
        numbers = np.where(right, np.cumsum(right) - 1, -1).astype(np.int64)
        return Coded(numbers[self.codes], [value for value, kept in zip(self.values, right.tolist(), strict=True) if kept])

    def texts(self) -> pd.Series:
        """Return the column as texts, kept as their numbers; a number of -1 is no text."""
        return pd.Series(pd.Categorical.from_codes(self.codes, pd.Index(self.values, dtype=object)))


def coded(texts: Sequence[str]) -> Coded:
    """Number the distinct texts of a column."""
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    codes, values = pd.factorize(column)
    return Coded(codes.astype(np.int64), list(values))


def combined(columns: Iterable[tuple[Numbers, int]], rows: int) -> Numbers:
    """Number the distinct combinations of several columns, exactly: two rows get one number when they are alike in all.

    Args:
        columns: Each column's numbers from 0, and how many there may be.
        rows: How many rows the columns have.
    """
    together, span = np.zeros(rows, dtype=np.int64), 1
    for codes, count in columns:
        if span * max(count, 1) >= LIMIT:
            together, distinct = pd.factorize(together)
            span = len(distinct)
        together = together * count + codes
        span *= max(count, 1)
    numbers: Numbers = pd.factorize(together)[0].astype(np.int64)
    return numbers


def values_per_key(keys: Numbers, values: Numbers, compared: Mask) -> Numbers:
    """Return, for each compared row, how many distinct values come with its key; 0 for the rows that are not compared."""
    counts = np.zeros(len(keys), dtype=np.int64)
    if not compared.any():
        return counts
    span = int(values.max()) + 1
    pairs = pd.unique(keys[compared] * span + values[compared])
    per_key = np.bincount(pairs // span, minlength=int(keys.max()) + 1)
    counts[compared] = per_key[keys[compared]]
    return counts


def first_of_each(numbers: Numbers) -> Mask:
    """Say of each row whether its number, from 0, was not there before."""
    return marked(first_places(numbers), len(numbers))


def first_places(numbers: Numbers) -> Numbers:
    """Return where each number, from 0 and without gaps, stands first."""
    first = np.zeros(int(numbers.max()) + 1 if len(numbers) else 0, dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return first


def marked(positions: Numbers, rows: int) -> Mask:
    """Return a mask that is True at `positions`."""
    mask = np.zeros(rows, dtype=bool)
    mask[positions] = True
    return mask


def sets_of(masks: Sequence[Mask], rows: int) -> tuple[list[int], list[list[int]]]:
    """Return which set of masks each row is in, and the sets, as places in `masks`."""
    which = combined(((mask.astype(np.int64), 2) for mask in masks), rows)
    sets = [[place for place, mask in enumerate(masks) if mask[row]] for row in first_places(which)]
    return which.tolist(), sets
