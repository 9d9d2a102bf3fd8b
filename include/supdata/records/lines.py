"""JSON Lines, the form in which records wait in the run folder between two stages."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Protocol, TypeVar, runtime_checkable

import msgspec

Record = TypeVar("Record")

#: Records written at a time.
LOT = 500


@runtime_checkable
class Lines(Protocol):
    """A file of records, open for reading."""

    def read(self, size: int, /) -> bytes:
        """Return the next `size` bytes, fewer at the end."""

    def readline(self) -> bytes:
        """Return what is left of the line."""


def read_lines(stream: BinaryIO, record: type[Record]) -> Iterator[Record]:
    """Yield one `record` per line of `stream`, one at a time.

    Raises msgspec.ValidationError when a line is not such a record.
    """
    decoder = msgspec.json.Decoder(record)
    for line in stream:
        yield decoder.decode(line)


def write_lines(stream: BinaryIO, records: Iterable[object]) -> int:
    """Write one line per record to `stream` and return how many.

    Many lines at a time: a file of the run folder may be anywhere, and each write passes through several hands.
    """
    encoder, lines = msgspec.json.Encoder(), iter(records)
    count = 0
    while lot := list(islice(lines, LOT)):
        stream.write(encoder.encode_lines(lot))
        count += len(lot)
    return count


class LinesWriter:
    """Writes records as lines that come one at a time, many of them at once; what is left is written by `flush`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: list[object] = []

    def write(self, record: object) -> None:
        """Take a record."""
        self._waiting.append(record)
        if len(self._waiting) == LOT:
            self.flush()

    def flush(self) -> None:
        """Write what has been taken."""
        write_lines(self._stream, self._waiting)
        self._waiting = []
