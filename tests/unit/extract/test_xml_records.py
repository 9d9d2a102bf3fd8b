"""XML documents: every record is a row, nothing else is kept, and nothing is ever fetched or expanded."""

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from supdata.config.formats import XmlFormat
from supdata.errors import FixConfig, FixSource, TryLater
from supdata.extract.files import read_file
from supdata.records.rows import RawRow
from unit.extract.reading import Trickle, rows_of, values_of

SIECLE = {"type": "xml", "record": "BEE_ELEVES/DONNEES/ELEVES/ELEVE"}
HEAD = (
    "<?xml version='1.0' encoding='{}'?><BEE_ELEVES VERSION='2.1'><PARAMETRES><UAJ>0881269B</UAJ></PARAMETRES><DONNEES><ELEVES>"
)
TAIL = "</ELEVES><STRUCTURES><ELEVE><INE_RNIE>no</INE_RNIE></ELEVE></STRUCTURES></DONNEES></BEE_ELEVES>"


def siecle(*records: str, codec: str = "iso-8859-15") -> bytes:
    return (HEAD.format(codec) + "\n".join(f"<ELEVE {one}</ELEVE>" for one in records) + TAIL).encode(codec)


def test_each_record_is_a_row_with_the_values_of_the_head() -> None:
    content = siecle("ID='1'><INE_RNIE>070578267KH</INE_RNIE><NOM>Cœur</NOM>", "ID='2'><NOM/>")
    wanted = ["/BEE_ELEVES/PARAMETRES/UAJ", "/BEE_ELEVES/@VERSION", "@ID", "INE_RNIE", "NOM"]
    assert values_of(content, SIECLE, wanted, stream=Trickle) == [
        [1, "0881269B", "2.1", "1", "070578267KH", "Cœur"],
        [2, "0881269B", "2.1", "2", "", ""],
    ]


def test_a_path_leads_to_elements_and_attributes_further_down() -> None:
    content = siecle("><SCOLARITE AN='2026'><CODE_MEF>1</CODE_MEF></SCOLARITE>")
    assert values_of(content, SIECLE, ["SCOLARITE/CODE_MEF", "SCOLARITE/@AN"]) == [[1, "1", "2026"]]


def test_namespaces_are_no_part_of_a_name() -> None:
    content = b"<x:a xmlns:x='urn:x' xmlns='urn:y'><b x:id='7'><INE>1</INE></b></x:a>"
    assert values_of(content, {"type": "xml", "record": "/a/b"}, ["INE", "@id"]) == [[1, "1", "7"]]


def test_a_value_that_is_there_twice_makes_its_record_unreadable() -> None:
    content = siecle("><INE>1</INE><INE>2</INE>", "><INE><X/></INE>", "><INE>3</INE>")
    assert values_of(content, SIECLE) == [[1, "?"], [2, "?"], [3, "3"]]


def test_a_text_in_cdata_and_character_references_is_text() -> None:
    assert values_of(siecle("><INE><![CDATA[<1>]]>&#233;&amp;</INE>"), SIECLE) == [[1, "<1>é&"]]


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {n}{n} "{"&a;" * 10}">' for n in "bcd")
    + "]><a><b><INE>&dd;</INE></b></a>"
)


@pytest.mark.parametrize(
    "content",
    [
        f'<!DOCTYPE a [<!ENTITY a "ha">{LAUGHS}]><a><b><INE>&e;</INE></b></a>',
        '<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a><b><INE>1</INE></b></a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b><INE>&x;</INE></b></a>',
    ],
)
def test_a_document_type_is_refused_with_all_it_could_do(content: str) -> None:
    with pytest.raises(FixSource, match="document type or entities"):
        rows_of(content.encode(), {"type": "xml", "record": "a/b"})


def test_elements_nested_without_end_are_refused() -> None:
    with pytest.raises(FixSource, match="nested deeper"):
        rows_of(b"<a>" * 10_000, {"type": "xml", "record": "a/b"})


@pytest.mark.parametrize("end", [50, 180, -1, -40])
def test_a_document_that_ends_before_its_end_is_read_again_later(end: int) -> None:
    with pytest.raises(TryLater, match="ends before its end"):
        rows_of(siecle("><INE>1</INE>")[:end], SIECLE)


@pytest.mark.parametrize(
    "content",
    [
        b"<a><b></a>",
        b"<a>&nbsp;</a>",
        b"INE;A\n1;2\n",
        b"<?xml version='1.0' encoding='utf-8'?><a>\xe9</a>",
        b"<?xml version='1.0' encoding='x'?><a/>",
    ],
)
def test_what_is_not_xml_is_refused_without_its_text(content: bytes) -> None:
    with pytest.raises(FixSource, match=r"not well-formed XML, on line 1|encoding that cannot be read") as caught:
        rows_of(content, {"type": "xml", "record": "a/b"})
    assert caught.value.__suppress_context__


def test_a_path_that_leads_nowhere_is_a_fault_of_the_institution_file_and_no_empty_export() -> None:
    with pytest.raises(FixConfig, match="no element ELEVES in BEE_ELEVES/DONNEES"):
        rows_of(b"<BEE_ELEVES><DONNEES><ELEVE/></DONNEES></BEE_ELEVES>", SIECLE)
    with pytest.raises(FixConfig, match="no element BEE_ELEVES at its root"):
        rows_of(b"<html><body/></html>", SIECLE)
    assert rows_of(siecle(), SIECLE) == []


def test_a_value_of_the_head_must_come_before_the_first_record() -> None:
    with pytest.raises(FixSource, match="no column `/a/UAJ`"):
        rows_of(b"<a><b><INE>1</INE></b><UAJ>0881269B</UAJ></a>", {"type": "xml", "record": "a/b"}, ["INE", "/a/UAJ"])


def test_an_element_that_no_record_has_is_misspelt_unless_another_serves() -> None:
    content = siecle(*["><ID_NATIONAL>1</ID_NATIONAL><DATE_NAISS>2</DATE_NAISS>"] * 30)
    with pytest.raises(FixSource, match=r"no column `DATE_NAIS` \(is it `DATE_NAISS`\?\)\."):
        rows_of(content, SIECLE, ["DATE_NAIS", "INE_RNIE"], optional=["INE_RNIE", "ID_NATIONAL"])
    found = values_of(content, SIECLE, ["INE_RNIE", "ID_NATIONAL"], optional=["INE_RNIE", "ID_NATIONAL"])
    assert found[-1] == [30, "", "1"]


class Endless:
    """A document of `count` records that is written while it is read."""

    def __init__(self, count: int) -> None:
        self._parts = self._written(count)
        self._ahead = b""

    @staticmethod
    def _written(count: int) -> Iterator[bytes]:
        yield b"<a><head><x>1</x></head>"
        for number in range(count):
            yield b"<note><text>n</text></note><b><INE>%d</INE><NOM>n</NOM></b>\n" % number
        yield b"</a>"

    def read(self, size: int, /) -> bytes:
        self._ahead = self._ahead or next(self._parts, b"")
        given, self._ahead = self._ahead[:size], self._ahead[size:]
        return given


def peak_of(count: int, layout: Any) -> int:
    """Return the bytes that reading `count` records took at most."""
    tracemalloc.start()
    rows = sum(isinstance(row, RawRow) for row in read_file(Endless(count), "f", layout, ["INE"]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == count
    return peak


def test_a_long_document_takes_no_more_memory_than_its_buffers() -> None:
    """Kept elements would take twenty times as much."""
    assert peak_of(24_000, XmlFormat(type="xml", record="a/b")) < 2_000_000


def test_the_stream_is_read_forward_only() -> None:
    class Forward(io.BytesIO):
        def seek(self, *_: Any) -> int:
            raise AssertionError

    assert values_of(siecle("><INE>1</INE>"), SIECLE, stream=Forward) == [[1, "1"]]
