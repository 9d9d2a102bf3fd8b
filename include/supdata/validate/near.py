"""Numbers that differ by one character, or by two neighbours exchanged, and come with the same birth date.

No pair of rows is compared. Each number is written once per place with that place left out: two numbers that differ in one
place only are the same text once it is left out. For neighbours exchanged, two places are replaced by what does not depend on
their order. The texts are numbers of 64 bits, sums of one drawn number per place and character, so that leaving out is a
subtraction; what they bring together is then compared character by character, so that a collision brings nothing.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from supdata.validate.coded import Mask, Numbers

Hashes = npt.NDArray[np.uint64]
WIDTH = 11
#: One drawn number per place and character, and for the birth date; the draw is the same on every machine.
_DRAW = np.random.Generator(np.random.PCG64(11))
_PLACE = _DRAW.integers(1, 2**63, size=(WIDTH, 128), dtype=np.uint64)
_EITHER = _DRAW.integers(1, 2**63, size=128, dtype=np.uint64)
_BORN = np.uint64(_DRAW.integers(1, 2**63) | 1)
_HALVES = (slice(0, 5), slice(5, WIDTH))


def near_pairs(text: npt.NDArray[np.uint8], born: Numbers) -> tuple[Numbers, Numbers]:
    """Return the positions of the numbers near each other, every pair in both directions.

    Args:
        text: Distinct (number, birth date) pairs' numbers, as `characters.matrix` gives them, all of WIDTH characters.
        born: The number of each one's birth date.
    """
    candidates = _may_be_near(text, born)
    text, born = text[candidates], born[candidates]
    found = [_confirmed(text, born, *pair) for pair in _alike(text, born)]
    left = np.concatenate([np.empty(0, dtype=np.int64), *(one for one, _ in found)])
    right = np.concatenate([np.empty(0, dtype=np.int64), *(other for _, other in found)])
    return candidates[np.concatenate([left, right])], candidates[np.concatenate([right, left])]


def _hashes(text: npt.NDArray[np.uint8], places: range) -> list[Hashes]:
    return [_PLACE[place][text[:, place]] for place in places]


def _may_be_near(text: npt.NDArray[np.uint8], born: Numbers) -> Numbers:
    """Keep what shares its birth date and either half of its number, or all but the two characters where the halves meet."""
    base = born.astype(np.uint64) * _BORN
    parts = _hashes(text, range(WIDTH))
    low, high = (sum(parts[half], start=np.zeros(len(text), dtype=np.uint64)) for half in _HALVES)
    border = parts[4] + parts[5]
    keep = _repeated(base + low) | _repeated(base + high + np.uint64(1)) | _repeated(base + low + high - border + np.uint64(2))
    return np.flatnonzero(keep)


def _repeated(hashes: Hashes) -> Mask:
    in_order = np.sort(hashes)
    again = in_order[1:][in_order[1:] == in_order[:-1]]
    if len(again) == 0:
        return np.zeros(len(hashes), dtype=bool)
    place = np.minimum(np.searchsorted(again, hashes), len(again) - 1)
    repeated: Mask = again[place] == hashes
    return repeated


def _alike(text: npt.NDArray[np.uint8], born: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield positions of pairs that agree in one of the reduced forms."""
    parts = _hashes(text, range(WIDTH))
    whole = sum(parts, start=born.astype(np.uint64) * _BORN)
    for place in range(WIDTH):
        yield _pairs(whole - parts[place])
    for place in range(WIDTH - 1):
        unordered = _EITHER[text[:, place]] + _EITHER[text[:, place + 1]]
        yield _pairs(whole - parts[place] - parts[place + 1] + unordered)


def _pairs(hashes: Hashes) -> tuple[Numbers, Numbers]:
    """Return every pair of rows with one hash; groups are walked by distance, so that a pair needs no loop of its own."""
    rows = np.flatnonzero(_repeated(hashes))
    order = rows[np.argsort(hashes[rows], kind="stable")]
    in_order = hashes[order]
    left, right = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for distance in range(1, len(order)):
        same = in_order[distance:] == in_order[:-distance]
        if not same.any():
            break
        left.append(order[:-distance][same])
        right.append(order[distance:][same])
    return np.concatenate(left), np.concatenate(right)


def _confirmed(text: npt.NDArray[np.uint8], born: Numbers, left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
    """Keep the pairs that do differ by one character, or by two neighbours exchanged."""
    differs = text[left] != text[right]
    count = differs.sum(axis=1)
    first = differs.argmax(axis=1)
    second = np.minimum(first + 1, WIDTH - 1)
    pair = np.arange(len(left))
    exchanged = (
        (count == 2)
        & (text[left, first] == text[right, second])
        & (text[left, second] == text[right, first])
        & differs[pair, second]
    )
    near = (born[left] == born[right]) & ((count == 1) | exchanged)
    return left[near], right[near]
