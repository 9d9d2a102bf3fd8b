"""Enrolments into columns, one block of lines after another: a million of them are never in memory together.

A school's file says the same few thousand things over and over: each distinct text is kept once per column, and a row is a
number per column. As objects with texts of their own, a million enrolments take a gibibyte. polars reads the lines and numbers
the texts, on all cores; with a dictionary per column in Python, reading took longer than all the rules.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from supdata.errors import CallUs
from supdata.records.enrolment import CONTENT_FIELDS, Enrolment
from supdata.records.lines import Lines, write_lines
from supdata.validate.coded import Coded, Numbers

if TYPE_CHECKING:
    import polars as pl

#: Bytes read at a time, and records where there are no lines yet: enough to keep every core busy, little beside the columns.
BLOCK, LOT = 2**25, 100_000
FIELDS = ("sisId", *CONTENT_FIELDS)
TEXTS = ("source", *FIELDS)


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


def read_table(enrolments: Lines | Iterable[Enrolment]) -> Table:
    """Return enrolments, records or a stream of the lines that hold them, as a table sorted by source and row.

    Raises CallUs when a line is no enrolment.
    """
    import polars as pl  # here alone: whoever validates nothing need not load it

    # One numbering per column that all blocks share.
    numbered = {name: pl.Categorical(pl.Categories.random()) for name in TEXTS}
    blocks = [_read(block, numbered) for block in _blocks(enrolments)]
    frame = pl.concat([pl.DataFrame(schema={**numbered, "row": pl.Int64}), *blocks])
    del blocks
    if sum(frame.select(pl.col("source", "row").null_count()).row(0)):
        raise _no_enrolments("a line without a source or a row")
    rows = frame.drop_in_place("row").to_numpy().astype(np.int64)
    # One column after the other is taken out: what it was made of is let go before the next one is made.
    return _sorted({name: _coded(frame.drop_in_place(name)) for name in TEXTS}, rows)


def _blocks(enrolments: Lines | Iterable[Enrolment]) -> Iterator[bytes]:
    """Yield whole lines, many at a time."""
    if isinstance(enrolments, Lines):
        while block := enrolments.read(BLOCK):
            yield block + enrolments.readline()
        return
    records = iter(enrolments)
    while lot := list(islice(records, LOT)):
        lines = io.BytesIO()
        write_lines(lines, lot)
        yield lines.getvalue()


def _read(block: bytes, numbered: dict[str, "pl.Categorical"]) -> "pl.DataFrame":
    import polars as pl

    schema = dict.fromkeys(TEXTS, pl.String) | {"row": pl.Int64}
    try:
        frame = pl.read_ndjson(block, schema=schema)
    except pl.exceptions.PolarsError:  # what it says may quote the line
        raise _no_enrolments("a line that is no enrolment") from None
    texts = (pl.col(name).fill_null("").cast(kind) for name, kind in numbered.items() if name != "source")
    return frame.select(pl.col("source").cast(numbered["source"]), *texts, "row")


def _no_enrolments(found: str) -> CallUs:
    return CallUs("Reading the enrolments to judge", found, "Clear the task `normalise` so that they are written again.")


def _coded(column: "pl.Series") -> Coded:
    import polars as pl

    distinct = column.unique()
    numbers = distinct.to_physical().to_numpy().astype(np.int64)
    values = np.empty(len(numbers), dtype=object)
    values[numbers] = distinct.cast(pl.String).to_list()
    return Coded(column.to_physical().to_numpy().astype(np.int64), values.tolist())


def _sorted(columns: dict[str, Coded], rows: Numbers) -> Table:
    sources = columns.pop("source")
    place = {name: number for number, name in enumerate(sorted(sources.values))}
    places = np.array([place[name] for name in sources.values], dtype=np.int64)
    order = np.lexsort((rows, places[sources.codes]))
    if not np.array_equal(order, np.arange(len(rows))):  # most files come in order
        columns = {name: Coded(one.codes[order], one.values) for name, one in columns.items()}
    return Table(columns, Coded(sources.codes[order], sources.values), rows[order])
