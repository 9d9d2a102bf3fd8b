"""Mistakes put into clean rows: one kind at a time, or all of them mixed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from benchmarks.corpus import Lot, Values
from benchmarks.kinds import Ending, Kind
from supdata.records.ine import Family, family

#: The header is row 1 of a file.
FIRST_ROW = 2


@dataclass(frozen=True)
class Mark:
    """What is known of one served line: the mistake in it, how it must end, and the right row behind it."""

    kind: Kind
    ending: Ending
    right: Values


@dataclass(frozen=True)
class Served:
    """The rows of a lot with mistakes in them; `marks` says where, `places` which clean row is behind each, by row number."""

    lot: Lot
    rows: tuple[Values, ...]
    marks: Mapping[int, Mark]
    places: Mapping[int, int]


def candidates(lot: Lot, kind: Kind) -> list[int]:
    """Return the places of the rows that a kind can befall."""
    return [place for place in _spotless(lot) if kind.fits(lot.rows[place], lot)]


@lru_cache(maxsize=16)
def _spotless(lot: Lot) -> tuple[int, ...]:
    """Return the places of students with one row, so that no other row is made wrong, and with a final number."""
    rows_of = Counter(row["ine"] for row in lot.rows)
    return tuple(
        place for place, row in enumerate(lot.rows) if rows_of[row["ine"]] == 1 and family(row["ine"]) is not Family.PROVISIONAL
    )


def inject(lot: Lot, kind: Kind, count: int, seed: int) -> Served:
    """Return the rows of `lot` with `count` of them befallen by `kind`: fewer where fewer fit."""
    draw = Random(f"{seed}:{kind.name}")
    places = candidates(lot, kind)
    chosen = draw.sample(places, min(count, len(places)))
    return _serve(lot, dict.fromkeys(chosen, kind), draw)


def inject_all(lot: Lot, kinds: Sequence[Kind], each: int, seed: int) -> Served:
    """Return the rows of `lot` with up to `each` rows befallen by each of `kinds`, and no row by two."""
    draw = Random(f"{seed}:{lot.source}")
    chosen: dict[int, Kind] = {}
    for kind in kinds:
        free = [place for place in candidates(lot, kind) if place not in chosen]
        chosen.update(dict.fromkeys(draw.sample(free, min(each, len(free))), kind))
    return _serve(lot, chosen, draw)


def _serve(lot: Lot, chosen: Mapping[int, Kind], draw: Random) -> Served:
    rows: list[Values] = []
    marks: dict[int, Mark] = {}
    places: dict[int, int] = {}
    for place, right in enumerate(lot.rows):
        for values, mark in _lines(right, chosen.get(place), draw):
            number = FIRST_ROW + len(rows)
            places[number] = place
            if mark is not None:
                marks[number] = mark
            rows.append(values)
    return Served(lot, tuple(rows), marks, places)


def _lines(right: Values, kind: Kind | None, draw: Random) -> Iterator[tuple[Values, Mark | None]]:
    if kind is None:
        yield right, None
        return
    lines = kind.make(right, draw)
    for values, ending in zip(lines, kind.endings(len(lines)), strict=True):
        yield values, Mark(kind, ending, right)
