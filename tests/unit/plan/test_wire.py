import pytest

from builders import an_enrolment, an_institution
from supdata.errors import CallUs
from supdata.plan.wire import make_body


def test_a_body_holds_codes_and_strings_as_the_contract_says() -> None:
    assert make_body(an_enrolment(), an_institution()) == {
        "ine": "123456789FJ",
        "dateNaissance": "2004-03-09",
        "dateDebutInscription": "2026-09-01",
        "dateFinInscription": "2027-08-31",
        "statut": "2",
        "regime": "2",
        "codeCommune": "44000",
        "uai": "0751717J",
        "cursus": "L",
        "diplome": "2500123",
        "niveauDiplome": "01",
    }


def test_optional_fields_that_are_empty_are_left_out() -> None:
    body = make_body(an_enrolment(cursus="", diplome="", niveauDiplome=""), an_institution())
    assert not {"cursus", "diplome", "niveauDiplome"} & body.keys()


def test_the_institution_chooses_codes_and_which_commune_code_is_sent() -> None:
    registry = {"connection": "x", "codes": {"statut": {"admis": "A", "inscrit": "I"}}}
    body = make_body(an_enrolment(), an_institution(registry=registry, commune={"emit": "insee"}))
    assert (body["statut"], body["codeCommune"]) == ("I", "44109")


@pytest.mark.parametrize(
    "changes",
    [{"statut": "annule"}, {"regime": ""}, {"communePostal": ""}, {"ine": ""}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_cannot_be_written_is_an_error_that_names_the_row_and_no_student(changes: dict[str, str]) -> None:
    with pytest.raises(CallUs, match=r"row 7 of inscriptions\.csv") as raised:
        make_body(an_enrolment(row=7, **changes), an_institution())
    assert "123456789FJ" not in str(raised.value)
    assert "2004-03-09" not in str(raised.value)
