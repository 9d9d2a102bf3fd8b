"""Delimited text (CSV) into rows: pure, one row at a time, and no row lost to another row's fault.

A stray quote opens a value that swallows every line up to the next quote, be it hundreds of students later. So a record of
several lines that does not read as a row gives back all of them but the first: that one is unreadable, and reading goes on
at the second.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence

from supdata.config.formats import CsvFormat
from supdata.errors import EmptySource, FixConfig
from supdata.extract.decoding import Readable, is_decoded, text_lines
from supdata.extract.header import locate
from supdata.records.rows import RawRow, UnreadableRow

LINES_OF_A_ROW = 50  # a quoted value may hold line ends; past this many the quote was never closed
DELIMITERS = ";,|\t"


def read_delimited(stream: Readable, source: str, layout: CsvFormat, wanted: Sequence[str]) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of `stream` with their `wanted` columns, numbered as a spreadsheet shows them: the header is row 1.

    Lines without any value (blank, or delimiters only) count as rows of the spreadsheet and are no rows of data.

    Raises EmptySource when there is not even a header, FixSource when a wanted column is missing or is there twice, FixConfig
    when the file is not written as `layout` says.
    """
    attempted = f"Reading {source}"
    records = enumerate(_records(_Lines(text_lines(stream, layout.encoding, attempted=attempted)), layout), start=1)
    header = next((cells for _, cells in records if cells), None)
    if header is None:
        raise EmptySource(attempted, "it is empty, without even a header", "Ask the school to export it again.")
    positions = _positions(header, layout, wanted, attempted)
    for row, cells in records:
        if isinstance(cells, str):
            yield UnreadableRow(source=source, row=row, reason=cells)
        elif cells:
            yield RawRow(source=source, row=row, values={name: cells[at] for name, at in positions.items()})


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

    def give_back(self) -> None:
        """Keep the first line of the record, and let the others be read again."""
        self._returned.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(lines: _Lines, layout: CsvFormat) -> Iterator[list[str] | str]:
    """Yield the cells of each record, or why it cannot be read; no cells for a blank one. The first sets the width."""
    if layout.quoted:
        reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    else:
        reader = csv.reader(lines, delimiter=layout.delimiter, strict=True, quoting=csv.QUOTE_NONE)
    width = 0
    while True:
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.give_back()
            yield "Les guillemets de la ligne sont mal placés."
            continue
        if not any(map(str.strip, cells)):
            yield []
        elif width and len(cells) != width:
            lines.give_back()
            yield f"La ligne a {len(cells)} valeurs, l'en-tête en a {width}."
        elif not is_decoded("".join(lines.taken)):
            yield f"La ligne contient des caractères qui n'existent pas en {layout.encoding}."
        else:
            width = width or len(cells)
            yield cells


def _positions(header: list[str] | str, layout: CsvFormat, wanted: Sequence[str], attempted: str) -> dict[str, int]:
    """Return where each wanted column is; a header that is all one column speaks of the wrong delimiter."""
    if isinstance(header, str):
        raise FixConfig(
            attempted,
            f"its header cannot be read as {layout.encoding} text",
            "Correct `source.format` in the institution file.",
        )
    others = [other for other in DELIMITERS if other != layout.delimiter and other in header[0]]
    if len(header) == 1 and others:
        found = f"its header has no {layout.delimiter!r} but has {others[0]!r}"
        raise FixConfig(attempted, found, "Correct `source.format.delimiter` in the institution file.")
    return dict(zip(wanted, locate(wanted, header, attempted=attempted), strict=True))
