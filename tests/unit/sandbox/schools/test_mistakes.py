"""Each mistake does what its name says, and nothing else."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from supdata.records.ine import Family
from supdata.records.uai import is_valid_uai
from supdata.sandbox.schools.entries import Entry, Site
from supdata.sandbox.schools.made_ine import with_base36_key, with_bea_key, with_rnie_key
from supdata.sandbox.schools.mistakes import MISTAKES, SOMEBODY_ELSE
from supdata.sandbox.schools.students import Student

INE = {
    Family.RNIE: with_rnie_key("912345678"),
    Family.BEA: with_bea_key("0012345678"),
    Family.BASE36: with_base36_key("0ZZZZR1234"),
}


def an_entry(family: Family = Family.BEA) -> Entry:
    student = Student(22_600_001, "NOËL", "Inès", "F", family, INE[family], date(2004, 3, 9))
    return Entry(
        student=student, number=student.number, ine=student.ine, birth="2004-03-09", start="2026-09-01", end="2027-08-31",
        statut="inscrit", regime="RF2", site=Site.MAIN, uai="0751717J", cursus="L", diploma="2500123", level="01",
    )  # fmt: skip


def made(name: str, family: Family = Family.BEA) -> list[Entry]:
    return list(MISTAKES[name].make(an_entry(family), Random(1)))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ine_absent", ""),
        ("ine_lost_zeros", INE[Family.BEA].removeprefix("00")),
        ("ine_as_number", f"1,2346E+07{INE[Family.BEA][-1]}"),
        ("ine_in_lower_case", INE[Family.BEA].lower()),
        ("ine_between_spaces", f" {INE[Family.BEA]}\u00a0"),
        ("ine_as_formula", f'="{INE[Family.BEA]}"'),
        ("ine_placeholder", "0000000000A"),
    ],
)
def test_a_mistake_in_the_number_changes_the_number_alone(name: str, found: str) -> None:
    assert made(name) == [replace(an_entry(), ine=found)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("birth_absent", ""),
        ("birth_impossible", "2004-02-30"),
        ("birth_two_digit_year", "04-03-09"),
        ("birth_of_a_child", "2025-03-09"),
        ("birth_with_time", "2004-03-09T00:00:00+01:00"),
        ("birth_day_and_month_swapped", "2004-09-03"),
    ],
)
def test_a_mistake_in_the_birth_date_changes_the_birth_date_alone(name: str, found: str) -> None:
    assert made(name) == [replace(an_entry(), birth=found)]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("ine_bea_wrong_key", Family.BEA),
        ("ine_base36_wrong_key", Family.BASE36),
        ("ine_rnie_wrong_key", Family.RNIE),
    ],
)
def test_a_wrong_key_keeps_the_number_s_digits_and_shape(name: str, family: Family) -> None:
    (entry,) = made(name, family)
    assert entry.ine[:-1] == INE[family][:-1]
    assert entry.ine[-1] != INE[family][-1]
    assert entry.ine[-1].isdigit() == INE[family][-1].isdigit()


def test_a_wrong_uai_key_is_wrong_and_somebody_else_s_uai_is_right() -> None:
    (wrong,), (other,) = made("uai_wrong_key"), made("uai_of_another")
    assert not is_valid_uai(wrong.uai)
    assert is_valid_uai(other.uai)
    assert other.uai == SOMEBODY_ELSE != an_entry().uai


def test_a_line_written_twice_is_the_same_line() -> None:
    first, second = made("line_twice")
    assert first == second == an_entry()


def test_two_regimes_share_all_but_the_regime() -> None:
    first, second = made("two_regimes")
    assert first.regime != second.regime
    assert replace(second, regime=first.regime) == first


def test_two_files_share_the_number_of_the_student_and_not_the_birth_date() -> None:
    first, second = made("two_files")
    assert first.ine == second.ine
    assert first.birth != second.birth
    assert first.number != second.number


def test_two_diplomas_differ_in_their_diploma_alone() -> None:
    first, second = made("two_diplomas")
    assert replace(second, diploma=first.diploma) == first != second


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_says_how_each_of_its_lines_ends(name: str) -> None:
    mistake = MISTAKES[name]
    befallen = next(an_entry(family) for family in INE if mistake.fits(an_entry(family)))
    assert len(mistake.make(befallen, Random(1))) == len(mistake.endings)
    assert mistake.arises


def test_a_day_and_month_that_cannot_be_swapped_are_left_alone() -> None:
    fits = MISTAKES["birth_day_and_month_swapped"].fits
    assert fits(an_entry())
    for birth in (date(2004, 3, 3), date(2004, 3, 13)):
        assert not fits(replace(an_entry(), student=replace(an_entry().student, birth=birth)))
