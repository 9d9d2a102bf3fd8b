"""The text file has the shape Apogée extracts have, faults included."""

import pytest

from supdata.sandbox.schools.apogee import french_date, write_extract
from supdata.sandbox.schools.entries import Damage, Entry
from supdata.sandbox.schools.world import build_world


def entries() -> list[Entry]:
    return [line.entry for line in build_world().apogee.lines]


def one(damage: Damage) -> bytes:
    return write_extract([entry for entry in entries() if entry.damage is damage][:1]).split(b"\r\n")[1]


def test_the_file_is_a_header_and_one_line_per_enrolment() -> None:
    lines = write_extract(entries()).split(b"\r\n")
    assert lines[0].startswith(b"COD_ANU;COD_ETU;COD_NNE_IND;COD_CLE_NNE_IND;LIB_NOM_PAT_IND;")
    assert len(lines) == 1 + len(entries()) + 1
    assert lines[-1] == b""


def test_every_line_has_as_many_values_as_the_header_but_for_a_semicolon_in_a_name() -> None:
    header, *lines, _ = write_extract(entries()).split(b"\r\n")
    ragged = [line for line in lines if line.count(b";") != header.count(b";")]
    assert len(ragged) == sum(entry.damage is Damage.RAGGED for entry in entries()) > 0


def test_accents_are_written_in_cp1252_and_nothing_is_quoted() -> None:
    text = write_extract([entry for entry in entries() if entry.damage is Damage.NONE]).decode("cp1252")
    assert "TŒUF" in text
    assert '"' not in text


def test_a_damaged_line_holds_a_byte_that_is_no_character() -> None:
    with pytest.raises(UnicodeDecodeError):
        one(Damage.UNDECODABLE).decode("cp1252")


def test_the_number_is_in_two_columns_and_reads_back_whole() -> None:
    entry = entries()[0]
    values = dict(zip(*(line.decode("cp1252").split(";") for line in write_extract([entry]).split(b"\r\n")[:2]), strict=True))
    assert values["COD_NNE_IND"] + values["COD_CLE_NNE_IND"] == entry.ine
    assert len(values["COD_CLE_NNE_IND"]) == 1


def test_the_same_entries_give_the_same_bytes() -> None:
    assert write_extract(entries()) == write_extract(entries())


@pytest.mark.parametrize(
    ("iso", "french"), [("2004-03-09", "09/03/2004"), ("04-03-09", "09/03/04"), ("2004-02-30", "30/02/2004"), ("", "")]
)
def test_a_date_is_turned_round_right_or_wrong(iso: str, french: str) -> None:
    assert french_date(iso) == french
