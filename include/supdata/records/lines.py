"""JSON Lines, the form in which records wait in the run folder between two stages."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol, TypeVar, runtime_checkable

import msgspec

Record = TypeVar("Record")


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
    """Write one line per record to `stream` and return how many."""
    encoder = msgspec.json.Encoder()
    count = 0
    for record in records:
        stream.write(encoder.encode(record) + b"\n")
        count += 1
    return count
