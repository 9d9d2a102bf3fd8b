"""JSON files into rows: a list within one document, or one object per line; numbers keep the digits they were written with."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from supdata.config.formats import JsonFormat
from supdata.errors import FixConfig, SupdataError
from supdata.extract.decoding import text_lines
from supdata.extract.documents import Fields, cut_short, not_well_formed
from supdata.extract.json_lists import JsonFault, UnreadableJsonError, list_items
from supdata.extract.json_values import as_text, field_names, find, parse
from supdata.extract.streams import Peekable, Readable
from supdata.records.rows import RawRow, UnreadableRow

BOM = b"\xef\xbb\xbf"

Rows = Iterator[RawRow | UnreadableRow]


def read_json(stream: Readable, source: str, layout: JsonFormat, wanted: Sequence[str], optional: Collection[str] = ()) -> Rows:
    """Yield the rows of the list at `layout.rows`, numbered from 1, one of them in memory at a time.

    Raises FixConfig when there is no list there, FixSource when the document is not JSON in UTF-8 or no row has a wanted field,
    TryLater when it ends before its end.
    """
    attempted = f"Reading {source}"
    unmarked = Peekable(stream)
    if unmarked.peek(len(BOM)) == BOM:
        unmarked.read(len(BOM))
    fields = Fields(wanted, optional)
    for row, document in enumerate(_items(unmarked, layout.rows, attempted), start=1):
        yield as_row(document, source, row, wanted, fields)
    fields.check(attempted)


def read_json_lines(stream: Readable, source: str, wanted: Sequence[str], optional: Collection[str] = ()) -> Rows:
    """Yield the rows of `stream`, one object per line and numbered by it; blank lines count and are no rows.

    Raises FixSource when no row has a wanted field, and what `text_lines` raises.
    """
    attempted = f"Reading {source}"
    fields = Fields(wanted, optional)
    for row, line in enumerate(text_lines(stream, "utf-8", attempted=attempted), start=1):
        if line.strip():
            try:
                document = parse(line.encode("utf-8", "surrogateescape"))
            except (ValueError, RecursionError):  # not UTF-8, not JSON, or brackets without end
                yield UnreadableRow(source=source, row=row, reason="La ligne n'est pas du JSON.")
            else:
                yield as_row(document, source, row, wanted, fields)
    fields.check(attempted)


def as_row(document: Any, source: str, row: int, wanted: Sequence[str], fields: Fields) -> RawRow | UnreadableRow:
    """Return a parsed object as a row, and note which fields it has."""
    if not isinstance(document, dict):
        return UnreadableRow(source=source, row=row, reason="La liste contient autre chose qu'une inscription.")
    found = {name: find(document, name) for name in wanted}
    fields.saw((name for name, (present, _) in found.items() if present), field_names(document) if fields.curious else ())
    values = {}
    for name, (_, value) in found.items():
        try:
            values[name] = as_text(value)
        except ValueError:
            return UnreadableRow(source=source, row=row, reason=f"Le champ {name} contient plusieurs valeurs.")
    return RawRow(source=source, row=row, values=values)


def _items(stream: Readable, path: str, attempted: str) -> Iterator[Any]:
    """Yield the items of the list at `path`; raises FixConfig when it is not a list, or nowhere."""
    try:
        yield from list_items(stream, path)
    except UnreadableJsonError as error:
        raise _meaning(error.fault, path, attempted) from None


def _meaning(fault: JsonFault, path: str, attempted: str) -> SupdataError:
    if fault is JsonFault.CUT_SHORT:
        return cut_short(attempted)
    if fault is not JsonFault.NO_LIST:
        return not_well_formed(attempted, str(fault))
    place = f"at `{path}`" if path else "at its top"
    return FixConfig(attempted, f"it holds no list {place}", "Correct `source.format.rows` in the institution file.")
