"""The bytes of a file into lines of text, marking what its encoding does not have instead of stopping at it."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import Any, Protocol

from supdata.errors import FixConfig

BUFFER_BYTES = 1 << 18
REMEDY = "Correct `source.format.encoding` in the institution file: utf-8-sig, cp1252, iso-8859-15, utf-16…"

#: How a file that marks its encoding starts, and the codecs that read it so.
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNDECODED = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of bytes that the encoding does not have


class Readable(Protocol):
    """An opened file, wherever it is: all that is asked of it is its next bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


def text_lines(stream: Readable, encoding: str, *, attempted: str) -> Iterator[str]:
    """Yield the lines of `stream` with their ends (CR LF, LF or CR), bytes that cannot be decoded marked.

    Raises FixConfig when Python knows no such encoding, when the file says by its first bytes that it is in another one, or
    when it cannot be read on at all.
    """
    buffered = io.BufferedReader(_Raw(stream), BUFFER_BYTES)
    codec = _checked_codec(encoding, buffered.peek(4), attempted)
    try:
        yield from io.TextIOWrapper(buffered, encoding=codec, errors="surrogateescape", newline="")
    except UnicodeDecodeError:
        raise FixConfig(attempted, f"it is not {encoding} text", REMEDY) from None  # the cause would quote the bytes


def is_decoded(line: str) -> bool:
    """Whether every byte of the line was a character of its encoding."""
    return line.isascii() or _UNDECODED.search(line) is None


def _checked_codec(encoding: str, start: bytes, attempted: str) -> str:
    try:
        codec = codecs.lookup(encoding).name
    except LookupError as error:
        raise FixConfig(attempted, f"`{encoding}` is not an encoding", REMEDY) from error
    for mark, family in MARKS:
        if start.startswith(mark) and not codec.startswith(family):
            found = f"it starts with the mark of {family} while the institution file says {encoding}"
            raise FixConfig(attempted, found, REMEDY)
    return "utf-8-sig" if codec == "utf-8" else codec  # with or without the mark


class _Raw(io.RawIOBase):
    """What `io` needs to buffer and decode a stream that only has `read`."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
