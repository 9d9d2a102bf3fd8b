"""Compressed files: unpacked while they are read, within bounds, and never in part without a word."""

import gzip
import io
import zipfile
import zlib
from typing import Any

import pytest

from supdata.errors import EmptySource, FixConfig, FixSource, TryLater
from supdata.records.reading import Reading
from unit.extract.reading import Trickle, rows_of, values_of

TABLE = b"INE;A\n" + b"".join(b"%011d;x\n" % number for number in range(3_000))
EXPECTED = [[number + 2, f"{number:011d}"] for number in range(3_000)]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def layout(**compression: Any) -> dict[str, Any]:
    return {"compression": compression}


@pytest.mark.parametrize(
    ("content", "noted"),
    [
        (TABLE, ""),
        (gzip.compress(TABLE), "gzip"),
        (gzip.compress(TABLE[:999]) + gzip.compress(TABLE[999:]), "gzip"),
        (zipped({"export/a.csv": TABLE, "export/": b"", "__MACOSX/._a.csv": b"x"}), "zip, export/a.csv"),
        (zipped({"a.csv": TABLE}, zipfile.ZIP_STORED), "zip, a.csv"),
        (zipped({"a.csv": TABLE}, zipfile.ZIP_LZMA), "zip, a.csv"),
    ],
)
def test_an_archive_is_known_by_its_first_bytes(content: bytes, noted: str) -> None:
    reading = Reading()
    assert values_of(content, {}, reading=reading, stream=Trickle) == EXPECTED
    assert reading.compression == noted


def test_of_several_files_the_one_that_matches_is_read() -> None:
    content = zipped({"x/Eleves[1].csv": TABLE, "x/Structures.csv": b"A\n1\n"})
    for member in ("Eleves*", "x/Eleves[1].csv", "?leves[1].csv"):
        assert values_of(content, layout(member=member)) == EXPECTED
    with pytest.raises(FixConfig, match="2 files that could be meant"):
        rows_of(content, {})
    with pytest.raises(FixSource, match="no file that matches `Eleves2\\*`"):
        rows_of(content, layout(member="Eleves2*"))
    with pytest.raises(FixSource, match="no file at all"):
        rows_of(zipped({}), {})


def test_what_is_promised_to_be_an_archive_must_be_one() -> None:
    with pytest.raises(FixConfig, match="it is no gzip archive"):
        rows_of(TABLE, layout(method="gzip"))
    with pytest.raises(FixConfig, match="it is no zip archive"):
        rows_of(gzip.compress(TABLE), layout(method="zip"))
    assert values_of(b"PK\x03\x04;INE\nx;1\n", layout(method="none")) == [[2, "1"]]


@pytest.mark.parametrize("content", [gzip.compress(TABLE), zipped({"a.csv": TABLE})], ids=["gzip", "zip"])
@pytest.mark.parametrize("lost", [1, 9, 200])
def test_an_archive_that_ends_before_its_end_is_read_again_later(content: bytes, lost: int) -> None:
    with pytest.raises(TryLater, match="ends before its end"):
        rows_of(content[:-lost], {})


def test_a_corrupt_archive_is_for_the_school_to_mend() -> None:
    packed = bytearray(gzip.compress(TABLE))
    packed[-8] ^= 0xFF
    with pytest.raises(FixSource, match="the archive is corrupt"):
        rows_of(bytes(packed), {})
    archive = bytearray(zipped({"a.csv": TABLE}, zipfile.ZIP_STORED))
    archive[archive.index(b"00000000007")] = ord("9")
    with pytest.raises(FixSource, match="the archive is corrupt"):
        rows_of(bytes(archive), {})


def test_an_archive_with_a_password_is_for_the_school_to_mend() -> None:
    archive = bytearray(zipped({"a.csv": TABLE}))
    archive[6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FixSource, match="encrypted"):
        rows_of(bytes(archive), {})


def test_an_archive_that_grows_beyond_reason_is_refused() -> None:
    flood = b"INE;A\n" + (b"0" * 998 + b";\n") * 40_000
    for content in (gzip.compress(flood, 9), zipped({"a.csv": flood})):
        with pytest.raises(FixSource, match="more than 250 times its size"):
            rows_of(content, {})
        with pytest.raises(FixSource, match="larger than 1 megabytes"):
            rows_of(content, layout(largest_mb=1, largest_ratio=100_000))


def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_says() -> None:
    archive = bytearray(zipped({"a.csv": TABLE}))
    for header, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = archive.index(header) + at
        archive[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(FixSource, match="the archive is corrupt"):
        rows_of(bytes(archive), {})


def test_nothing_in_an_archive_is_an_empty_source() -> None:
    for content in (b"", gzip.compress(b""), zipped({"a.csv": b""})):
        with pytest.raises(EmptySource):
            rows_of(content, {})


def test_a_raw_deflate_stream_is_no_archive() -> None:
    with pytest.raises((FixSource, FixConfig)):
        rows_of(zlib.compress(TABLE), {})
