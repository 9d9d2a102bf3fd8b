"""Which character parts the values of a text table, told from its first lines."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from supdata.config.formats import CsvFormat
from supdata.errors import FixConfig
from supdata.extract.header import clean_name

DELIMITERS = ";,|\t"
SAMPLE_LINES = 50


class Delimiter(NamedTuple):
    """One character, and why it is the one, as the rest of a sentence."""

    character: str
    why: str


def find_delimiter(lines: Sequence[str], layout: CsvFormat, wanted: Sequence[str], attempted: str) -> Delimiter:
    """Return the delimiter of a table by its first `lines`.

    With a header it is the one that leads to the most of the `wanted` columns, then to the most columns. Without a header it is
    the one by which the most lines have as many values as there are names, or as positions are wanted.

    Raises FixConfig when two are equally near.
    """
    tables = {one: cells_of(lines, layout, one) for one in DELIMITERS}
    if layout.header:
        scores = {one: _header_score(table, wanted) for one, table in tables.items()}
        why = "it parts the header into the columns that are mapped"
    else:
        scores = {one: _rows_score(table, layout, wanted) for one, table in tables.items()}
        why = "it gives the most lines as many values as are expected"
    best = max(scores.values())
    nearest = [one for one in DELIMITERS if scores[one] == best]
    if best[1] <= 1:
        return Delimiter(DELIMITERS[0], "there is one column, whatever it is")
    if len(nearest) > 1:
        found = f"its delimiter cannot be told: {' and '.join(map(repr, nearest))} fit equally"
        raise FixConfig(attempted, found, "Give `source.format.delimiter` in the institution file.")
    return Delimiter(nearest[0], why)


def cells_of(lines: Sequence[str], layout: CsvFormat, delimiter: str) -> list[list[str]]:
    """Return the rows of a sample without its blank ones, as far as they read."""
    reader = csv_reader(lines, layout, delimiter, strict=False)
    rows: list[list[str]] = []
    with suppress(csv.Error):  # a value longer than csv allows; what came before it is enough
        rows.extend(reader)
    return [cells for cells in rows if any(map(str.strip, cells))]


def csv_reader(lines: Iterable[str], layout: CsvFormat, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    """Return a reader of `lines`; a strict one raises csv.Error at a misplaced quote."""
    if layout.quoted:
        return csv.reader(lines, delimiter=delimiter, strict=strict)
    return csv.reader(lines, delimiter=delimiter, strict=strict, quoting=csv.QUOTE_NONE)


def usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Return how many values most of the rows have, 0 without rows."""
    counted = Counter(map(len, rows)).most_common(1)
    return counted[0][0] if counted else 0


def _header_score(table: Sequence[Sequence[str]], wanted: Sequence[str]) -> tuple[int, int]:
    header = {clean_name(name) for name in table[0]} if table else set()
    return sum(name in header for name in wanted), len(table[0]) if table else 0


def _rows_score(table: Sequence[Sequence[str]], layout: CsvFormat, wanted: Sequence[str]) -> tuple[int, int]:
    positions = [int(name) for name in wanted if name.isascii() and name.isdigit()]
    expected = len(layout.names) or max(positions, default=1)
    fitting = sum(len(cells) == expected if layout.names else len(cells) >= expected for cells in table)
    return fitting, usual_width(table)
