"""Streams of bytes that can only be read forward, whose next bytes can be looked at before they are taken."""

import io
from typing import Any, Protocol

BUFFER_BYTES = 1 << 18


class Readable(Protocol):
    """An opened file, wherever it is: all that is asked of it is its next bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


class Peekable:
    """A Readable that shows its next bytes without taking them."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end of the stream; they stay to be read."""
        parts, found = [self._ahead], len(self._ahead)
        while found < size and (data := self._stream.read(max(size - found, BUFFER_BYTES))):
            parts.append(data)
            found += len(data)
        self._ahead = b"".join(parts)
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""
        if not self._ahead:
            return self._stream.read(size)
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data

    def give_back(self, data: bytes) -> None:
        """Let `data` be read again, first."""
        self._ahead = data + self._ahead


class RawStream(io.RawIOBase):
    """What `io` needs to buffer and decode a stream that only has `read`."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Whether bytes can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the start of `buffer`, and return how many bytes of it."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
