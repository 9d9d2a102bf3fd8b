"""Bytes through the one door, as tests like to see what comes out."""

import io
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from supdata.config.formats import FileFormat
from supdata.extract.files import read_file
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, UnreadableRow

FORMAT: TypeAdapter[FileFormat] = TypeAdapter(FileFormat)


class Trickle(io.BytesIO):
    """A file that gives a few bytes at a time, as a network may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size) if size and size > 0 else size)


def rows_of(
    content: bytes,
    layout: dict[str, Any],
    wanted: Sequence[str] = ("INE",),
    *,
    reading: Reading | None = None,
    optional: Sequence[str] = (),
    stream: type[io.BytesIO] = io.BytesIO,
) -> list[RawRow | UnreadableRow]:
    """Return all rows of a file written as `layout` says."""
    return list(read_file(stream(content), "f", FORMAT.validate_python(layout), wanted, reading, optional=optional))


def values_of(content: bytes, layout: dict[str, Any], wanted: Sequence[str] = ("INE",), **options: Any) -> list[list[Any]]:
    """Return the number and the wanted values of each readable row, and the number and "?" of each unreadable one."""
    found = rows_of(content, layout, wanted, **options)
    return [[row.row, *(row.values[name] for name in wanted)] if isinstance(row, RawRow) else [row.row, "?"] for row in found]
