"""What the local registry takes as a body in good form."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.sandbox.registry.declarations import INE_FAULT, Declaration, read_declaration

BODY: dict[str, Any] = {
    "ine": "123456789FJ",
    "dateNaissance": "2004-03-09",
    "dateDebutInscription": "2026-09-01",
    "dateFinInscription": "2027-08-31",
    "statut": "2",
    "codeCommune": "2A004",
    "uai": "0751717J",
}


def read(**changes: Any) -> Declaration | str:
    return read_declaration(json.dumps({**BODY, **changes}).encode())


def test_a_body_in_good_form_is_read() -> None:
    declaration = read(ine="0ayiop071y8", diplome="31131200121", autre="passe inaperçu")
    assert isinstance(declaration, Declaration)
    assert declaration.student == ("0AYIOP071Y8", date(2004, 3, 9))
    assert declaration.values["diplome"] == "31131200121"
    assert declaration.values["regime"] == ""


@pytest.mark.parametrize("name", list(BODY))
def test_every_echoed_field_is_required_and_named_when_absent(name: str) -> None:
    assert read(**{name: ""}) == f"le paramètre {name} est absent"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dateNaissance", "2004-02-30"),
        ("dateNaissance", "20040309"),
        ("dateNaissance", "2004-W10-2"),
        ("dateFinInscription", "31/08/2027"),
        ("statut", "inscrit"),
        ("regime", "8"),
        ("codeCommune", "4400"),
        ("codeCommune", "44OOO"),
        ("uai", "0751717"),
        ("cursus", "B"),
        ("diplome", "é"),
        ("niveauDiplome", "001"),
    ],
)
def test_a_field_in_another_form_is_named(name: str, value: str) -> None:
    assert read(**{name: value}) == f"le format du paramètre {name} n'est pas valide"


@pytest.mark.parametrize("ine", ["12345678901", "1234567890G"])
def test_the_key_of_an_ine_is_not_checked(ine: str) -> None:
    assert isinstance(read(ine=ine), Declaration)


@pytest.mark.parametrize("ine", ["123456789F", "1,2346E+09X", "123456789FJ ", "١٢٣٤٥٦٧٨٩٠١"])
def test_an_ine_in_another_form_is_refused_in_the_contracts_words(ine: str) -> None:
    assert read(ine=ine) == INE_FAULT


@pytest.mark.parametrize("value", [1, None, ["1"], {"date": "2004-03-09"}])
def test_a_value_that_is_not_text_is_refused(value: Any) -> None:
    assert read(statut=value) == "le paramètre statut n'est pas une chaîne de caractères"


def test_dates_out_of_order_are_refused() -> None:
    assert read(dateFinInscription="2026-08-31") == "dateFinInscription est antérieure à dateDebutInscription"


@given(st.binary())
def test_any_other_body_is_refused_with_words(body: bytes) -> None:
    assert isinstance(read_declaration(body), str)
