"""Which encoding a file is in, when nobody says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.errors import FixConfig, FixSource
from supdata.extract.decoding import LONGEST_LINE, SAMPLE_BYTES
from supdata.extract.streams import BUFFER_BYTES
from supdata.records.reading import Reading
from unit.extract.reading import Trickle, rows_of, values_of


def told(content: bytes) -> tuple[str, str]:
    """Return the encoding found, and the text of the one value."""
    reading = Reading()
    ((_, value),) = values_of(b"INE\n" + content if content[:1] != b"\xff" else content, {}, reading=reading)
    return reading.encoding, value


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        (b"Durand", "utf-8", "Durand"),
        ("Éloïse".encode(), "utf-8", "Éloïse"),
        ("Éloïse".encode("cp1252"), "cp1252", "Éloïse"),
        ("Cœur".encode("cp1252"), "cp1252", "Cœur"),
        ("l’Haÿ".encode("cp1252"), "cp1252", "l’Haÿ"),
        ("Cœur".encode("iso-8859-15"), "iso-8859-15", "Cœur"),
        ("Škoda, Žižek, Ÿ é".encode("iso-8859-15"), "iso-8859-15", "Škoda, Žižek, Ÿ é"),
        ("n° 3, à 20 €".encode("cp1252"), "cp1252", "n° 3, à 20 €"),
        ("\ufeffINE\nÉ".encode("utf-16"), "utf-16", "É"),
    ],
)
def test_an_encoding_is_told_by_what_only_it_has(content: bytes, encoding: str, text: str) -> None:
    assert told(content) == (encoding, text)


def test_a_text_in_utf_16_is_told_without_a_mark() -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        assert values_of("INE;A\né;1\n".encode(codec), {}) == [[2, "é"]]


def test_why_an_encoding_was_chosen_is_noted_and_nothing_where_it_was_given() -> None:
    reading = Reading()
    rows_of("INE\né\n".encode("cp1252"), {}, reading=reading)
    assert reading.sentences()[0] == (
        "f was read as cp1252: it is not UTF-8; ISO-8859-1 and ISO-8859-15 would give the same text."
    )
    given_one = Reading()
    rows_of("INE;A\né\n".encode("cp1252"), {"encoding": "cp1252", "delimiter": ";"}, reading=given_one)
    assert given_one.sentences() == []


@pytest.mark.parametrize(
    "content",
    ["Éloïse et André".encode("cp850"), "Éloïse".encode("mac_roman"), "Cœur ’".encode("iso-8859-15", "ignore") + b" l\x92a"],
)
def test_an_encoding_that_cannot_be_told_is_asked_for(content: bytes) -> None:
    with pytest.raises(FixConfig, match="its encoding cannot be told") as caught:
        told(content)
    assert "lo" not in caught.value.found.replace("iso", "")


def test_the_first_accent_may_come_after_any_number_of_plain_lines() -> None:
    plain = b"INE;A\r\n" + b"x;12345\r\n" * (2 * BUFFER_BYTES // 9)
    found = values_of(plain + "é;1\r\nz;2\r\n".encode("cp1252"), {"delimiter": ";"})
    assert [row[1] for row in found[-3:]] == ["x", "é", "z"]
    assert [row[0] for row in found] == list(range(2, len(found) + 2))


def test_an_accent_of_another_encoding_far_behind_costs_its_own_line_only() -> None:
    start = "INE\né\n".encode() + (b"x" * 999 + b"\n") * (SAMPLE_BYTES // 1000 + 1)
    found = values_of(start + "ü\n".encode("cp1252") + b"y\n", {})
    assert [row[1] for row in found[-2:]] == ["?", "y"]


@pytest.mark.parametrize("accent", [b"", b"\xe9"])
def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(accent: bytes) -> None:
    with pytest.raises(FixSource, match="a line of more than"):
        rows_of(b"INE\n" + accent + b"x" * (LONGEST_LINE + 2 * BUFFER_BYTES), {})


TEXTS = st.text(st.characters(codec="cp1252", categories=["L", "N", "Zs"]), max_size=12)


@given(st.lists(TEXTS, max_size=20), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_a_text_in_unicode_is_always_told_right(texts: list[str], end: str, codec: str) -> None:
    content = end.join(["INE|A", *(f"{text}|1" for text in texts)]).encode(codec)
    expected = [[row, text] for row, text in enumerate(texts, start=2)]
    assert values_of(content, {"quoted": False}, stream=Trickle) == expected


@given(
    st.lists(st.text("aéèçàùâêîôûëïüÿÉÀÇ '-", max_size=12), max_size=20),
    st.sampled_from(["cp1252", "iso-8859-1", "iso-8859-15"]),
)
def test_french_names_are_read_right_whatever_the_encoding_is_called(texts: list[str], codec: str) -> None:
    content = "\n".join(["INE|A", *(f"{text}|1" for text in texts)]).encode(codec)
    assert [row[1] for row in values_of(content, {})] == texts
