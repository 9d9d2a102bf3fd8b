"""A compressed file as the stream of what is in it, within bounds: an archive of a few kilobytes can unpack without end.

gzip is unpacked while it is read. A zip archive says what it holds at its end only, so it is first put into a temporary file
that has no name and is gone with the process; the same serves workbooks, which are zip archives too.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from tempfile import TemporaryFile
from typing import IO

from supdata.config.formats import Compression
from supdata.errors import FixConfig, FixSource, TryLater
from supdata.extract.streams import BUFFER_BYTES, Peekable, RawStream, Readable
from supdata.records.reading import Reading

MEGABYTE = 1_000_000
ALWAYS_ALLOWED = 16 * MEGABYTE  # below this no ratio is suspicious: a small file of like rows packs very well
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
ENCRYPTED = 0x1  # PKWARE's APPNOTE 4.4.4, general purpose bit 0


@contextmanager
def unpacked(
    stream: Readable, how: Compression, *, attempted: str, reading: Reading, is_workbook: bool = False
) -> Iterator[Readable]:
    """Yield the bytes of the one file that `stream` holds, be it compressed or not.

    Args:
        stream: The file as it was dropped.
        how: What the institution file says of its compression.
        attempted: How errors begin.
        reading: Where the archive is noted.
        is_workbook: Whether a zip archive is the very file that is meant.

    Raises TryLater when the archive ends before its end, FixSource when it is corrupt, encrypted, or larger than allowed,
    FixConfig when it holds several files and none is named, or is no archive where one is promised.
    """
    source = Peekable(stream)
    match _method(source.peek(4), how, attempted, is_workbook=is_workbook):
        case "gzip":
            reading.compression = "gzip"
            yield _Gunzipped(source, how, attempted)
        case "zip":
            with spooled(source, how, attempted=attempted) as file, _opened(file, attempted) as archive:
                member = _member(archive, how, attempted)
                reading.compression = f"zip, {member.filename}"
                check_sizes([member], how, attempted)
                with _member_opened(archive, member, attempted) as inside:
                    yield _Checked(inside, attempted)
        case _:
            yield source


@contextmanager
def spooled(stream: Readable, how: Compression, *, attempted: str) -> Iterator[IO[bytes]]:
    """Yield a temporary file with all that `stream` gives; raises FixSource when that is more than allowed."""
    with TemporaryFile() as file:
        size = 0
        while data := stream.read(BUFFER_BYTES):
            size += len(data)
            if size > how.largest_mb * MEGABYTE:
                raise _too_large(how, attempted)
            file.write(data)
        file.seek(0)
        yield file


def check_sizes(members: list[zipfile.ZipInfo], how: Compression, attempted: str) -> None:
    """Raise FixSource when what the archive says of its members is more than allowed; `zipfile` holds them to what they say."""
    size, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    _check_growth(size, packed, how, attempted)


def _method(start: bytes, how: Compression, attempted: str, *, is_workbook: bool) -> str:
    found = "gzip" if start.startswith(GZIP) else "zip" if start.startswith((ZIP, EMPTY_ZIP)) else "none"
    if how.method == "detect":
        return "none" if found == "zip" and is_workbook else found
    if how.method not in {found, "none"}:
        remedy = "Correct `source.format.compression`, or leave it out: the file's first bytes tell."
        raise FixConfig(attempted, f"it is no {how.method} archive", remedy)
    return how.method


def _check_growth(size: int, packed: int, how: Compression, attempted: str) -> None:
    if size > how.largest_mb * MEGABYTE:
        raise _too_large(how, attempted)
    if size > max(ALWAYS_ALLOWED, packed * how.largest_ratio):
        found = f"it unpacks to more than {how.largest_ratio} times its size, as archives made to do harm do"
        remedy = "Ask the school what it is; `source.format.compression.largest_ratio` allows more."
        raise FixSource(attempted, found, remedy)


def _too_large(how: Compression, attempted: str) -> FixSource:
    remedy = "Ask the school what it is; `source.format.compression.largest_mb` allows more."
    return FixSource(attempted, f"it is larger than {how.largest_mb:,} megabytes", remedy)


class _Gunzipped:
    """What is in a gzip stream, counted against what it was made of."""

    def __init__(self, packed: Readable, how: Compression, attempted: str) -> None:
        self._packed = _Counted(packed)
        self._unpacked = gzip.GzipFile(fileobj=io.BufferedReader(RawStream(self._packed), BUFFER_BYTES), mode="rb")
        self._how, self._attempted, self._size = how, attempted, 0

    def read(self, size: int, /) -> bytes:
        try:
            data = self._unpacked.read(size)
        except EOFError:
            raise cut_short(self._attempted) from None
        except (gzip.BadGzipFile, zlib.error):
            raise _corrupt(self._attempted) from None
        self._size += len(data)
        _check_growth(self._size, self._packed.taken, self._how, self._attempted)
        return data


class _Counted:
    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self.taken += len(data)
        return data


class _Checked:
    """A member of a zip archive, whose checksum is compared at its end."""

    def __init__(self, member: IO[bytes], attempted: str) -> None:
        self._member, self._attempted = member, attempted

    def read(self, size: int, /) -> bytes:
        try:
            return self._member.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise _corrupt(self._attempted) from None


@contextmanager
def _opened(file: IO[bytes], attempted: str) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile:  # its list of contents, which comes last, is not there
        raise cut_short(attempted) from None
    with archive:
        yield archive


def _member_opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo, attempted: str) -> IO[bytes]:
    try:
        return archive.open(member)
    except (zipfile.BadZipFile, NotImplementedError):  # another local header; a method that Python does not know
        raise _corrupt(attempted) from None


def _member(archive: zipfile.ZipFile, how: Compression, attempted: str) -> zipfile.ZipInfo:
    files = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if how.member is not None:
        exact = how.member.replace("[", "[[]")  # a bracket is a bracket: only * and ? are promised
        files = [one for one in files if fnmatchcase(one.filename, exact) or fnmatchcase(one.filename.split("/")[-1], exact)]
    if not files:
        wanted = f"that matches `{how.member}`" if how.member else "at all"
        raise FixSource(attempted, f"the archive holds no file {wanted}", "Ask the school for its export.")
    if len(files) > 1:
        remedy = "Say which one in `source.format.compression.member`, by its name or a pattern."
        raise FixConfig(attempted, f"the archive holds {len(files)} files that could be meant", remedy)
    if files[0].flag_bits & ENCRYPTED:
        raise FixSource(attempted, "the archive is encrypted", "Ask the school for one without a password: SFTP encrypts.")
    return files[0]


def cut_short(attempted: str) -> TryLater:
    """Return the error of an archive whose list of contents, or whose last bytes, are not there."""
    found = "the archive ends before its end, as if its upload were under way"
    return TryLater(attempted, found, "It is tried again; if it stays so, ask the school to export it again.")


def _corrupt(attempted: str) -> FixSource:
    return FixSource(
        attempted, "the archive is corrupt, or packed by a method that is not known", "Ask the school to export it again."
    )
