"""The bytes of a file into lines of text, marking what its encoding does not have instead of stopping at it."""

import codecs
import io
import re
from collections.abc import Iterator
from functools import partial

from supdata.errors import FixConfig, FixSource
from supdata.extract.encodings import MARKS, Encoding, marked, recognised
from supdata.extract.streams import BUFFER_BYTES, Peekable, RawStream, Readable
from supdata.records.reading import Reading

REMEDY = "Correct `source.format.encoding` in the institution file: utf-8-sig, cp1252, iso-8859-15, utf-16…"
SAMPLE_BYTES = 1 << 20  # what an encoding is told from, once a character is met that is not ASCII
LONGEST_LINE = 1 << 20  # characters; a text without line ends must not fill the memory

_NOT_ASCII = re.compile(rb"[\x80-\xff]")


def text_lines(stream: Readable, encoding: str | None, *, attempted: str, reading: Reading | None = None) -> Iterator[str]:
    """Yield the lines of `stream` with their ends (CR LF, LF or CR), bytes that cannot be decoded marked.

    Args:
        stream: The file's bytes.
        encoding: A Python codec; None to find it out by the rules of `supdata.extract.encodings`.
        attempted: How errors begin.
        reading: Where the encoding is noted.

    Raises FixConfig when Python knows no such encoding, when the file says by its first bytes that it is in another one, when
    the encoding cannot be told, or when it cannot be read on at all; FixSource when a line has no end.
    """
    source, noted = Peekable(stream), reading if reading is not None else Reading()
    if encoding is not None:
        codec = _checked_codec(encoding, source.peek(4), attempted)
        noted.encoding = encoding
    elif (found := marked(source.peek(4))) is not None:
        codec = _note(noted, found)
    else:
        yield from _ascii_lines(source, attempted)
        codec = _note(noted, _told(source.peek(SAMPLE_BYTES), attempted))
    try:
        yield from _decoded(source, codec, attempted)
    except UnicodeDecodeError:
        raise FixConfig(attempted, f"it is not {noted.encoding} text", REMEDY) from None  # the cause would quote the bytes


def is_decoded(text: str) -> bool:
    """Whether every byte of the text was a character of its encoding: `surrogateescape` makes of others what UTF-8 refuses."""
    if text.isascii():
        return True
    try:
        text.encode()  # far faster than looking for them
    except UnicodeEncodeError:
        return False
    return True


def _note(reading: Reading, found: Encoding) -> str:
    reading.encoding, reading.encoding_why = found
    return found.codec


def _told(sample: bytes, attempted: str) -> Encoding:
    found = recognised(sample)
    if found is None:
        said = "its encoding cannot be told: it is not UTF-8, and no text in cp1252 or ISO-8859-15 either (cp850, mac_roman?)"
        raise FixConfig(attempted, said, "Give `source.format.encoding` in the institution file; the school knows it.")
    return found


def _ascii_lines(source: Peekable, attempted: str) -> Iterator[str]:
    """Yield the whole lines before the first one with a byte that is not ASCII; that one stays to be read."""
    held = b""
    while data := source.read(BUFFER_BYTES):
        block = held + data
        foreign = _NOT_ASCII.search(block)
        reach = foreign.start() if foreign else len(block)
        # A CR at the very end may have its LF in the next block.
        end = max(block.rfind(b"\n", 0, reach), block.rfind(b"\r", 0, reach - 1 if foreign is None else reach)) + 1
        yield from io.TextIOWrapper(io.BytesIO(block[:end]), encoding="ascii", newline="")
        held = block[end:]
        if foreign:
            break
        if len(held) > LONGEST_LINE:
            raise _endless(attempted)
    source.give_back(held)


def _decoded(source: Peekable, codec: str, attempted: str) -> Iterator[str]:
    buffered = io.BufferedReader(RawStream(source), BUFFER_BYTES)
    text = io.TextIOWrapper(buffered, encoding=codec, errors="surrogateescape", newline="")
    for line in iter(partial(text.readline, LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise _endless(attempted)
        yield line


def _endless(attempted: str) -> FixSource:
    found = f"it has a line of more than {LONGEST_LINE:,} characters: this is no table of rows"
    return FixSource(attempted, found, "Compare `source.format` with the file, or ask the school for its export.")


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
