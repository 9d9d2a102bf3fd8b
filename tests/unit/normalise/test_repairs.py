"""Repairs: what is certain is done, what is not is left."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.normalise.repairs import AROUND, clean, clean_ine, known_word, upper


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("  a ", "a"),
        ("\xa0a\xa0", "a"),
        ("\u202fa\t\n", "a"),
        ("\ufeff \u200ba", "a"),
        ("a b", "a b"),
        ('="0123"', "0123"),
        (' ="0123 " ', "0123"),
        ('="a""b"', 'a"b'),
        ('="0123', '="0123'),
        ('"0123"', '"0123"'),
        ("=0123", "=0123"),
        ("00", "00"),
    ],
)
def test_clean_takes_off_what_surrounds_a_value(found: str, expected: str) -> None:
    assert clean(found) == expected


@given(st.text())
def test_cleaning_twice_changes_nothing_more_unless_a_wrapping_was_inside(text: str) -> None:
    once = clean(text)
    assert once == clean(f" \xa0{text}\u200b\t")
    assert once.strip() == once


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("070578267kh", "070578267KH"),
        ("0705 78267 KH", "070578267KH"),
        ("070\xa0578 267KH", "070578267KH"),
        ("70578267KH", "70578267KH"),
        ("7057 8267KH", "7057 8267KH"),
        ("0705782 67K H1", "0705782 67K H1"),
        ("07057826-7KH", "07057826-7KH"),
        ("1.23457E+10", "1.23457E+10"),
        ("070578267ß", "070578267ß"),
        ("", ""),
    ],
)
def test_an_ine_is_only_repaired_where_the_result_is_certain(found: str, expected: str) -> None:
    """A ten-character number stays at ten: nobody knows which zero was lost."""
    assert clean_ine(found) == expected


def test_upper_leaves_letters_outside_ascii_alone() -> None:
    assert upper("2a004") == "2A004"
    assert upper("straße") == "straße"


def test_a_known_word_is_found_in_any_letter_case_and_nothing_else_is_touched() -> None:
    assert known_word("Inscrit", ("admis", "inscrit")) == "inscrit"
    assert known_word("inscrite", ("admis", "inscrit")) == "inscrite"


def test_every_blank_of_unicode_is_taken_off() -> None:
    blanks = {chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()}
    assert blanks <= set(AROUND)
    assert not any(mark.isalnum() for mark in AROUND)
