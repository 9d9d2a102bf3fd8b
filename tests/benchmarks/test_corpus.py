"""The clean corpus: the same each time, and with everything in it that is unusual and right."""

from collections import Counter

from benchmarks.corpus import SCHOOLS, clean_corpus, enrolments
from supdata.records.commune import CommuneClass, load_communes
from supdata.records.ine import Family, family, has_right_key

ROWS = 4_000


def test_the_same_seed_gives_the_same_rows() -> None:
    first, again, other = (clean_corpus.__wrapped__(400, seed) for seed in (1, 1, 2))
    assert [lot.rows for lot in first] == [lot.rows for lot in again]
    assert [lot.rows for lot in first] != [lot.rows for lot in other]


def test_every_school_has_its_part() -> None:
    assert [len(lot.rows) for lot in clean_corpus(ROWS)] == [ROWS // len(SCHOOLS)] * len(SCHOOLS)


def test_all_families_of_numbers_are_there_with_right_keys() -> None:
    numbers = [row["ine"] for lot in clean_corpus(ROWS) for row in lot.rows]
    assert {family(number) for number in numbers} == set(Family) - {Family.UNKNOWN}
    assert all(has_right_key(number) for number in numbers)


def test_all_kinds_of_communes_are_there() -> None:
    codes = [row["codeCommune"] for lot in clean_corpus(ROWS) for row in lot.rows]
    kinds = Counter(load_communes().classify(code) for code in codes)
    assert set(kinds) == {CommuneClass.INSEE, CommuneClass.POSTAL, CommuneClass.BOTH_SAME, CommuneClass.BOTH_DIFFERENT}
    assert any(code[1] in "AB" for code in codes)
    assert any(code.startswith("97") for code in codes)


def test_every_row_has_the_code_that_its_school_sends() -> None:
    for lot in clean_corpus(ROWS):
        emit = "communePostal" if lot.institution.commune.emit == "postal" else "communeInsee"
        assert all(getattr(one, emit) for one in enrolments(lot))
