"""Normalising: each row becomes one enrolment, as the institution file says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import UNIVERSITY, an_institution
from supdata.errors import FixConfig
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.enrolment import Enrolment
from supdata.records.rows import RawRow

COLUMNS: dict[str, Any] = {
    "ine": {"columns": ["NNE", "CLE"]},
    "dateNaissance": {"column": "NAISSANCE", "dates": ["JJ/MM/AAAA"]},
    "dateDebutInscription": {"constant": "2026-09-01"},
    "dateFinInscription": {"constant": "31/08/2027"},
    "statut": {"columns": ["ETAT", "PAIEMENT"], "map": {"EP": "inscrit", "EA": "admis", "": "admis"}},
    "regime": {"column": "REGIME", "map": {"1": "RF2"}},
    "codeCommune": "COMMUNE",
}
VALUES = {
    "NNE": "0705782\xa067",
    "CLE": "kh ",
    "NAISSANCE": " 9/3/2004",
    "ETAT": "E",
    "PAIEMENT": "P",
    "REGIME": "1",
    "COMMUNE": '="44000"',
}


def normalised(columns: dict[str, Any] | None = None, **changes: str) -> Enrolment:
    """Normalise one row."""
    institution = an_institution(columns={**COLUMNS, **(columns or {})})
    row = RawRow(source="f.csv", row=7, values={**VALUES, **changes})
    (enrolment,) = normalise([row], institution, load_communes())
    return enrolment


def test_a_row_becomes_an_enrolment_in_the_registrys_words() -> None:
    assert normalised() == Enrolment(
        source="f.csv",
        row=7,
        ine="0705782\xa067KH".replace("\xa0", ""),
        dateNaissance="2004-03-09",
        dateDebutInscription="2026-09-01",
        dateFinInscription="2027-08-31",
        statut="inscrit",
        regime="RF2",
        codeCommune="44000",
        communeInsee="44109",
        communePostal="44000",
        uai=UNIVERSITY,
    )


def test_a_value_that_no_map_lists_stays_as_found() -> None:
    enrolment = normalised(ETAT="C", REGIME="7")
    assert (enrolment.statut, enrolment.regime) == ("CP", "7")


def test_a_map_can_speak_of_the_absence_of_a_value() -> None:
    assert normalised(ETAT=" ", PAIEMENT="\xa0").statut == "admis"


def test_words_of_the_registry_are_known_in_any_letter_case() -> None:
    enrolment = normalised(
        {"statut": "ETAT", "regime": "REGIME", "cursus": "PAIEMENT"}, ETAT="INSCRIT", REGIME="rf4", PAIEMENT="l"
    )
    assert (enrolment.statut, enrolment.regime, enrolment.cursus) == ("inscrit", "RF4", "L")


def test_codes_of_the_diploma_keep_their_zeros_and_their_case() -> None:
    enrolment = normalised({"diplome": "ETAT", "niveauDiplome": "PAIEMENT"}, ETAT="0025001a ", PAIEMENT="01")
    assert (enrolment.diplome, enrolment.niveauDiplome) == ("0025001a", "01")


def test_a_mapped_uai_is_read_and_an_empty_one_stays_empty() -> None:
    """An empty UAI in a mapped column is the registrar's to fill: it may be another site's."""
    assert normalised({"uai": "ETAT"}, ETAT="0442953w").uai == "0442953W"
    assert normalised({"uai": "ETAT"}, ETAT="").uai == ""


def test_a_date_format_that_is_not_listed_is_not_guessed() -> None:
    assert normalised(NAISSANCE="2004-03-09").dateNaissance == "2004-03-09"
    assert normalised(NAISSANCE="20040309").dateNaissance == "20040309"
    assert normalised(NAISSANCE="31/06/2004").dateNaissance == "31/06/2004"


def test_a_column_that_the_rows_lack_is_a_changed_configuration() -> None:
    institution = an_institution(columns={**COLUMNS, "sisId": "NUMERO"})
    with pytest.raises(FixConfig, match="no column `NUMERO`"):
        list(normalise([RawRow(source="f.csv", row=2, values=VALUES)], institution, load_communes()))


def test_an_unknown_date_format_fails_before_any_row() -> None:
    institution = an_institution(columns={**COLUMNS, "dateNaissance": {"column": "NAISSANCE", "dates": ["JJ/MM/AA"]}})
    with pytest.raises(FixConfig, match="JJ/MM/AAAA"):
        list(normalise([], institution, load_communes()))


@given(st.lists(st.fixed_dictionaries({name: st.text(max_size=12) for name in VALUES}), max_size=5))
def test_every_row_gives_one_enrolment_in_its_place_whatever_it_holds(rows: list[dict[str, str]]) -> None:
    raw = [RawRow(source="f.csv", row=number, values=values) for number, values in enumerate(rows, start=2)]
    enrolments = list(normalise(raw, an_institution(columns=COLUMNS), load_communes()))
    assert [(enrolment.source, enrolment.row) for enrolment in enrolments] == [(row.source, row.row) for row in raw]


@given(st.fixed_dictionaries({name: st.text(max_size=12) for name in VALUES}))
def test_normalising_what_is_normal_changes_nothing(values: dict[str, str]) -> None:
    plain = {name: {"column": name} for name in COLUMNS}
    institution = an_institution(columns=plain)
    (once,) = normalise(
        [RawRow(source="f", row=1, values=dict(zip(plain, values.values(), strict=True)))], institution, load_communes()
    )
    again = RawRow(source="f", row=1, values={name: getattr(once, name) for name in plain})
    assert '="' in "".join(values.values()) or list(normalise([again], institution, load_communes())) == [once]


@pytest.mark.parametrize(
    ("today", "before", "ine"),
    [
        ("070000001EK", "0100007108D", "070000001EK"),
        ("", "0100007108D", "0100007108D"),
        ('=""', " 0100007108d", "0100007108D"),
        ("070000001EK", "", "070000001EK"),
        (" ", "", ""),
    ],
)
def test_of_columns_by_preference_the_first_that_holds_anything_counts(today: str, before: str, ine: str) -> None:
    columns = {"ine": {"first_of": ["INE_RNIE", "ID_NATIONAL"]}}
    assert normalised(columns, INE_RNIE=today, ID_NATIONAL=before).ine == ine


def test_a_list_of_columns_is_joined_in_its_order() -> None:
    assert normalised({"sisId": ["NNE", "REGIME"]}, NNE="12").sisId == "121"
