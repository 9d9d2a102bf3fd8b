"""Enrolments into columns, one lot after another: a million of them are never in memory together.

A school's file says the same few thousand things over and over: each distinct text is kept once per column, and a row is a
number per column. As objects with texts of their own, a million enrolments take a gibibyte.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

import numpy as np

from supdata.records.enrolment import CONTENT_FIELDS, Enrolment
from supdata.validate.coded import Coded, Numbers

#: Enrolments in memory at a time: few enough for a processor's cache, where the texts of a lot are read column by column.
LOT = 500
FIELDS = ("sisId", *CONTENT_FIELDS)


@dataclass(frozen=True)
class Table:
    """Enrolments in the order of their sources and rows: their fields as columns, and where each comes from."""

    columns: dict[str, Coded]
    sources: Coded
    rows: Numbers

    def __len__(self) -> int:
        """Return how many enrolments there are."""
        return len(self.rows)

    def provenance(self) -> Iterator[tuple[str, int]]:
        """Yield the source and the row of each enrolment."""
        names = self.sources.values
        return ((names[code], row) for code, row in zip(self.sources.codes.tolist(), self.rows.tolist(), strict=True))


class _Column:
    """A column that grows lot by lot; a text that is new gets the next number."""

    def __init__(self, field: str) -> None:
        self._field = attrgetter(field)
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._codes: list[Numbers] = []

    def add(self, lot: Sequence[Enrolment]) -> None:
        # A chain of C functions: in Python, fourteen million steps would take longer than all the rules.
        codes = map(self._numbers.__getitem__, map(self._field, lot))
        self._codes.append(np.fromiter(codes, dtype=np.int64, count=len(lot)))

    def finished(self) -> Coded:
        return Coded(_joined(self._codes), list(self._numbers))


def read_table(enrolments: Iterable[Enrolment]) -> Table:
    """Return `enrolments`, which may come one at a time, as a table sorted by source and row."""
    growing = {name: _Column(name) for name in ("source", *FIELDS)}
    rows: list[Numbers] = []
    for lot in _lots(enrolments):
        rows.append(np.fromiter(map(attrgetter("row"), lot), dtype=np.int64, count=len(lot)))
        for column in growing.values():
            column.add(lot)
    # One column after the other is taken out: what it grew in is let go before the next one is made.
    return _sorted({name: growing.pop(name).finished() for name in tuple(growing)}, _joined(rows))


def _lots(enrolments: Iterable[Enrolment]) -> Iterator[list[Enrolment]]:
    source = iter(enrolments)
    while lot := list(islice(source, LOT)):
        yield lot


def _joined(parts: Sequence[Numbers]) -> Numbers:
    joined: Numbers = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    return joined


def _sorted(columns: dict[str, Coded], rows: Numbers) -> Table:
    sources = columns.pop("source")
    place = {name: number for number, name in enumerate(sorted(sources.values))}
    places = np.array([place[name] for name in sources.values], dtype=np.int64)
    order = np.lexsort((rows, places[sources.codes]))
    in_order = {name: Coded(one.codes[order], one.values) for name, one in columns.items()}
    return Table(in_order, Coded(sources.codes[order], sources.values), rows[order])
