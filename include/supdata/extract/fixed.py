"""Text whose values stand at fixed places of each line, into rows."""

from collections.abc import Iterator, Sequence
from itertools import islice

from supdata.config.formats import FixedFormat
from supdata.errors import FixConfig
from supdata.extract.decoding import is_decoded, text_lines
from supdata.extract.header import missing_columns
from supdata.extract.streams import Readable
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, UnreadableRow


def read_fixed(
    stream: Readable, source: str, layout: FixedFormat, wanted: Sequence[str], reading: Reading
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of `stream` with their `wanted` columns, numbered by their lines; blank lines count and are no rows.

    Places are counted in characters, not in bytes. A line that ends early has nothing at the places it lacks: many programs
    leave out the blanks at the end of a line.

    Raises FixConfig when `layout` does not place a wanted column, and what `text_lines` raises.
    """
    attempted = f"Reading {source}"
    places = _places(layout, wanted, attempted)
    lines = enumerate(text_lines(stream, layout.encoding, attempted=attempted, reading=reading), start=1)
    for row, ended in islice(lines, layout.preamble, None):
        line = ended.rstrip("\r\n")
        if not is_decoded(line):
            reason = f"La ligne contient des caractères qui n'existent pas en {reading.encoding}."
            yield UnreadableRow(source=source, row=row, reason=reason)
        elif line.strip():
            yield RawRow(source=source, row=row, values={name: line[place] for name, place in places})


def _places(layout: FixedFormat, wanted: Sequence[str], attempted: str) -> list[tuple[str, slice]]:
    if missing := [name for name in wanted if name not in layout.fields]:
        found = missing_columns(missing, layout.fields, attempted=attempted).found
        raise FixConfig(attempted, found, "Give its place in `source.format.fields` of the institution file.")
    return [(name, slice(layout.fields[name][0] - 1, layout.fields[name][1])) for name in wanted]
