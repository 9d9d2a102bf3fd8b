"""Which encoding a text is in, by rules that can be told: never by likelihood.

The rules, in this order, on the text from its first character that is not ASCII (all that is before reads alike):

1. A byte order mark says it (UTF-8, UTF-16).
2. Every other of the first four bytes is zero: UTF-16.
3. Every byte belongs to a UTF-8 character: UTF-8. Accents of another encoding practically never do.
4. Otherwise one byte is one character: Windows' cp1252, or ISO-8859-15 (in which ISO-8859-1 reads alike, but for eight
   characters that no export of students holds). Bytes 80-9F are characters in cp1252 only; A6, A8, B8, BC, BD and BE beside a
   letter are letters (Š š ž Œ œ Ÿ) in ISO-8859-15 only. Where neither occurs both give the same text, and cp1252 is said.
5. Both occur, or bytes that neither has or that no name holds, as accents of DOS or of an old Macintosh do: it cannot be told.
"""

import codecs
import re
from typing import NamedTuple

#: How a file that marks its encoding starts, and the codecs that read it so.
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_ONLY_CP1252 = re.compile(rb"[\x80-\x9f]")
_ONLY_LATIN9 = re.compile(rb"[A-Za-z\xc0-\xff][\xa6\xa8\xb8\xbc\xbd\xbe]|[\xa6\xa8\xb8\xbc\xbd\xbe][A-Za-z\xc0-\xff]")
#: Undefined in cp1252, or signs of it that stand in no name: daggers, per mille, single quotes of other countries…
_FOREIGN = re.compile(
    rb"[\x81\x8d\x8f\x90\x9d]"
    rb"|[A-Za-z][\x82-\x84\x86-\x89\x8b\x95\x98\x9b]"
    rb"|[\x82-\x84\x86-\x89\x8b\x95\x98\x9b][a-z]"
)


class Encoding(NamedTuple):
    """A Python codec, and why it is the one, as the rest of a sentence."""

    codec: str
    why: str


def marked(start: bytes) -> Encoding | None:
    """Return the encoding that a text's first four bytes say, None when they say nothing."""
    for mark, family in MARKS:
        if start.startswith(mark):
            return Encoding("utf-8-sig" if family == "utf-8" else family, "its byte order mark says so")
    zeros = [byte == 0 for byte in start[:4]]
    if zeros == [False, True, False, True]:
        return Encoding("utf-16-le", "every other byte at its start is zero")
    if zeros == [True, False, True, False]:
        return Encoding("utf-16-be", "every other byte at its start is zero")
    return None


def recognised(sample: bytes) -> Encoding | None:
    """Return the encoding of a text by its bytes, None when it cannot be told; the sample may end within a character."""
    if sample.isascii():
        return Encoding("utf-8", "it is plain ASCII, the same in all encodings")
    if _is_utf8(sample):
        return Encoding("utf-8", "all its bytes are characters of UTF-8")
    windows, latin9 = _ONLY_CP1252.search(sample), _ONLY_LATIN9.search(sample)
    if _FOREIGN.search(sample) or (windows and latin9):
        return None
    if latin9:
        return Encoding("iso-8859-15", "it is not UTF-8, and has letters that only ISO-8859-15 has at their place")
    if windows:
        return Encoding("cp1252", "it is not UTF-8, and has characters that only Windows' encoding has at their place")
    return Encoding("cp1252", "it is not UTF-8; ISO-8859-1 and ISO-8859-15 would give the same text")


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True
