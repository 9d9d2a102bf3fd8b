"""Delimited text (CSV) into rows: pure, one row at a time, and no row lost to another row's fault.

A stray quote opens a value that swallows every line up to the next quote, be it hundreds of students later. So a record of
several lines that does not read as a row gives back all of them but the first: that one is unreadable, and reading goes on
at the second. Lines are first taken many at a time; only where one of them is out of the ordinary are they read one by one.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter

from supdata.config.formats import CsvFormat
from supdata.errors import EmptySource, FixConfig
from supdata.extract.decoding import is_decoded, text_lines
from supdata.extract.dialect import DELIMITERS, SAMPLE_LINES, cells_of, csv_reader, find_delimiter, usual_width
from supdata.extract.header import locate
from supdata.extract.streams import Readable
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, UnreadableRow

LINES_OF_A_ROW = 50  # a quoted value may hold line ends; past this many the quote was never closed
LINES_AT_ONCE = 1_000
SEPARATOR = re.compile('"?sep=.?"?')  # told to Excel on a line of its own; the table tells it as well
BLANK = ' \t\r\n\xa0"' + DELIMITERS  # a line of these alone holds no value

Cells = list[str] | str
"""The values of one record, none for a blank one; or why it cannot be read."""


def read_delimited(
    stream: Readable, source: str, layout: CsvFormat, wanted: Sequence[str], reading: Reading | None = None
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of `stream` with their `wanted` columns, numbered as a spreadsheet shows them: the first line is row 1.

    Lines without any value (blank, or delimiters only) count as rows of the spreadsheet and are no rows of data.

    Raises EmptySource when there is not even a header, FixSource when a wanted column is missing or is there twice, FixConfig
    when the file is not written as `layout` says, or when it does not say and it cannot be told.
    """
    attempted, noted = f"Reading {source}", reading if reading is not None else Reading()
    lines = text_lines(stream, layout.encoding, attempted=attempted, reading=noted)
    above, sample = _start(lines, layout)
    table = _Table(layout, _delimiter(sample, layout, wanted, noted, attempted), noted)
    records = enumerate(_records(_Lines(chain(sample, lines)), table), start=above + 1)
    if layout.header:
        noted.header_row, header = next(((row, cells) for row, cells in records if cells), (0, ""))
        positions = _positions(header, table, wanted, attempted)
    else:
        positions = _named(cells_of(sample, layout, table.delimiter), table, wanted, attempted)
    names, pick = [name for name, _ in positions], _picker([at for _, at in positions])
    for row, cells in records:
        if isinstance(cells, str):
            yield UnreadableRow(source=source, row=row, reason=cells)
        elif cells:
            yield RawRow(source=source, row=row, values=dict(zip(names, pick(cells), strict=True)))


def _start(lines: Iterator[str], layout: CsvFormat) -> tuple[int, list[str]]:
    """Return how many lines stand above the table, and its first lines; Excel's own `sep=;` is one of those above."""
    above = sum(1 for _ in islice(lines, layout.preamble))
    for line in lines:
        if line.strip(BLANK) and not SEPARATOR.fullmatch(line.strip()):
            return above, [line, *islice(lines, SAMPLE_LINES - 1)]
        above += 1
    return above, []


def _picker(positions: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    """Return the function that takes the values at `positions` out of a row."""
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda cells: [cells[at] for at in positions]


@dataclass
class _Table:
    """How the file's rows are written; `width` is how many values each has, 0 until that is known."""

    layout: CsvFormat
    delimiter: str
    noted: Reading
    width: int = 0

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv_reader(lines, self.layout, self.delimiter, strict=True)

    def wrong_width(self, found: int) -> str:
        if self.layout.header:
            return f"La ligne a {found} valeurs, l'en-tête en a {self.width}."
        return f"La ligne a {found} valeurs au lieu de {self.width}."


class _Lines:
    """The lines of a file for the csv reader, with those that make the present record at hand, to be taken back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) == LINES_OF_A_ROW:
            raise StopIteration
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        return line

    def many(self, count: int) -> list[str]:
        """Return up to `count` lines; none at the end."""
        returned = [self._returned.popleft() for _ in range(min(count, len(self._returned)))]
        return [*returned, *islice(self._lines, count - len(returned))]

    def give_back(self, lines: Sequence[str]) -> None:
        """Let `lines` be read again."""
        self._returned.extendleft(reversed(lines))

    def keep_first(self) -> None:
        """Keep the first line of the record, and let the others be read again."""
        self.give_back(self.taken[1:])
        del self.taken[1:]


def _records(lines: _Lines, table: _Table) -> Iterator[Cells]:
    """Yield the cells of each record, or why it cannot be read; no cells for a blank one."""
    while batch := lines.many(LINES_AT_ONCE if table.width else 1):
        plain = _all_plain(batch, table) if table.width else None
        if plain is not None:
            yield from plain
        else:
            lines.give_back(batch)
            yield from _one_by_one(lines, table, len(batch))


def _all_plain(lines: list[str], table: _Table) -> list[list[str]] | None:
    """Return the cells of `lines` where each of them is one row as it should be, None where it takes a closer look."""
    try:
        rows = [*table.reader(lines)]
    except csv.Error:
        return None
    if len(rows) != len(lines) or not is_decoded("".join(lines)):
        return None
    rows = [cells if any(map(str.strip, cells)) else [] for cells in rows]
    return rows if {*map(len, rows)} <= {0, table.width} else None


def _one_by_one(lines: _Lines, table: _Table, count: int) -> Iterator[Cells]:
    """Yield the records that begin in the next `count` lines; the first with a value sets the width where none is known."""
    reader = table.reader(lines)
    while count > 0:
        lines.taken.clear()
        try:
            yield _checked(next(reader), lines, table)
        except StopIteration:
            return
        except csv.Error:
            lines.keep_first()
            yield "Les guillemets de la ligne sont mal placés."
        count -= len(lines.taken)


def _checked(cells: list[str], lines: _Lines, table: _Table) -> Cells:
    if not any(map(str.strip, cells)):
        return []
    if table.width and len(cells) != table.width:
        lines.keep_first()
        return table.wrong_width(len(cells))
    if not is_decoded("".join(lines.taken)):
        return f"La ligne contient des caractères qui n'existent pas en {table.noted.encoding}."
    table.width = len(cells)
    return cells


def _delimiter(sample: Sequence[str], layout: CsvFormat, wanted: Sequence[str], noted: Reading, attempted: str) -> str:
    if layout.delimiter is not None:
        noted.delimiter = layout.delimiter
    else:
        noted.delimiter, noted.delimiter_why = find_delimiter(sample, layout, wanted, attempted)
    return noted.delimiter


def _positions(header: Cells, table: _Table, wanted: Sequence[str], attempted: str) -> list[tuple[str, int]]:
    """Return where each wanted column is; a header that is all one column speaks of the wrong delimiter."""
    if not header:
        raise EmptySource(attempted, "it is empty, without even a header", "Ask the school to export it again.")
    if isinstance(header, str):
        found = f"its header cannot be read as {table.noted.encoding} text"
        raise FixConfig(attempted, found, "Correct `source.format` in the institution file.")
    others = [other for other in DELIMITERS if other != table.delimiter and other in header[0]]
    if len(header) == 1 and others:
        found = f"its header has no {table.delimiter!r} but has {others[0]!r}"
        raise FixConfig(attempted, found, "Correct `source.format.delimiter` in the institution file.")
    return [*zip(wanted, locate(wanted, header, attempted=attempted), strict=True)]


def _named(rows: Sequence[list[str]], table: _Table, wanted: Sequence[str], attempted: str) -> list[tuple[str, int]]:
    """Return where each wanted column is in a file without a header: its width is that of most of its first rows."""
    width, names = usual_width(rows), table.layout.names
    if names and rows and width != len(names):
        found = f"its rows have {width} values where `names` lists {len(names)}"
        raise FixConfig(attempted, found, "Correct `source.format` in the institution file.")
    table.width = width
    columns = names or [str(position) for position in range(1, width + 1)]
    return [*zip(wanted, locate(wanted, columns, attempted=attempted), strict=True)] if rows else []
