"""What answers of both read services are read as."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.config.read_back import ReadKind
from supdata.registry.shown import Reading, Shown, Worth, read_shown

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
INE, BORN = "123456789FJ", "2004-03-09"
OWN: ReadKind = "supdata"
GATEWAY: ReadKind = "api-particulier-v3"
ROW = Shown("0751717J", "2026-09-01", "2027-08-31", "inscrit", "RF2", "44000")

ENROLMENT = {
    "dateDebutInscription": "2026-09-01",
    "dateFinInscription": "2027-08-31",
    "statut": "inscrit",
    "regime": "formation initiale hors apprentissage",
    "codeCommune": "44000",
    "etablissement": {"uai": "0751717J", "nom": "UNIVERSITE"},
}
STUDENT = {"ine": INE, "nomFamille": "NOM", "prenom": "Prénom", "dateNaissance": BORN, "inscriptions": [ENROLMENT]}
ADMISSION = {
    "date_debut": "2026-09-01",
    "date_fin": "2027-08-31",
    "est_inscrit": True,
    "regime_formation": {"libelle": "formation initiale hors apprentissage", "code": "RF2"},
    "code_cog_insee_commune": "44000",
    "etablissement_etudes": {"uai": "0751717J", "nom": "UNIVERSITE"},
}


def admissions(*found: Any) -> dict[str, Any]:
    identity = {"nom_naissance": "NOM", "prenom": "Prénom", "date_naissance": BORN}
    return {"data": {"identite": identity, "admissions": list(found)}, "links": {}, "meta": {}}


def refusal(parameter: Any) -> dict[str, Any]:
    details = {"method": "GET", "endpoint": "etudiant", "parameter": parameter}
    return {"message": "étudiant introuvable", "uid": "5e68e563116ab_0000", "details": details}


def errors(code: str, parameter: str | None = None) -> dict[str, Any]:
    source = None if parameter is None else {"parameter": parameter}
    return {"errors": [{"code": code, "title": "", "detail": "", "source": source, "meta": {}}]}


def reading(kind: ReadKind, status: int, document: Any, **more: Any) -> Reading:
    return read_shown(kind, status, json.dumps(document).encode(), now=NOW, **more)


def test_both_services_show_the_same_enrolment() -> None:
    assert reading(OWN, 200, STUDENT) == Reading(Worth.READ, (ROW,))
    assert reading(GATEWAY, 200, admissions(ADMISSION)) == Reading(Worth.READ, (ROW,))


def test_the_gateways_boolean_is_the_status() -> None:
    (row,) = reading(GATEWAY, 200, admissions(ADMISSION | {"est_inscrit": False})).rows
    assert row.statut == "admis"


def test_a_student_without_an_enrolment_is_read() -> None:
    assert reading(GATEWAY, 200, admissions()) == Reading(Worth.READ)
    assert reading(OWN, 200, STUDENT | {"inscriptions": []}) == Reading(Worth.READ)


def test_a_student_whom_the_service_itself_does_not_find_has_no_enrolment() -> None:
    assert reading(OWN, 404, refusal([INE])) == Reading(Worth.READ)
    assert reading(GATEWAY, 404, errors("25003")) == Reading(Worth.READ)


@pytest.mark.parametrize("kind", [OWN, GATEWAY])
def test_a_404_that_is_not_the_services_own_says_that_the_address_is_wrong(kind: ReadKind) -> None:
    assert read_shown(kind, 404, b"<html>404</html>", now=NOW).worth is Worth.MISFIT


def test_another_404_of_the_gateway_says_nothing() -> None:
    assert reading(GATEWAY, 404, errors("25999")).worth is Worth.BLURRED


@pytest.mark.parametrize(
    ("kind", "body"),
    [(OWN, b"null"), (GATEWAY, b"null"), (GATEWAY, b'{"data": null}'), (OWN, b""), (GATEWAY, b"<html>"), (OWN, b"[]"),
     (GATEWAY, b'{"data": {"admissions": null}}'), (OWN, b'{"inscriptions": null}')],
)  # fmt: skip
def test_a_200_that_holds_nothing_says_nothing_and_never_that_there_is_no_enrolment(kind: ReadKind, body: bytes) -> None:
    assert read_shown(kind, 200, body, now=NOW).worth is Worth.BLURRED


@pytest.mark.parametrize(
    ("key", "scope"),
    [
        ("est_inscrit", "mesri_admission_inscrit"),
        ("regime_formation", "mesri_admission_regime_formation"),
        ("code_cog_insee_commune", "mesri_admission_commune_etudes"),
        ("etablissement_etudes", "mesri_admission_etablissement_etudes"),
        ("date_fin", "mesri_admissions"),
    ],
)
def test_a_key_that_a_missing_scope_takes_away_is_named_with_its_scope(key: str, scope: str) -> None:
    found = reading(GATEWAY, 200, admissions({name: value for name, value in ADMISSION.items() if name != key}))
    assert found.worth is Worth.MISFIT
    assert key in found.words
    assert f"`{scope}`" in found.words


def test_without_the_scope_of_admissions_nobody_is_taken_for_absent() -> None:
    found = reading(GATEWAY, 200, {"data": {}, "links": {}, "meta": {}})
    assert (found.worth, "`mesri_admissions`" in found.words) == (Worth.MISFIT, True)


def test_a_key_that_is_null_is_a_value_nobody_knows_and_no_missing_scope() -> None:
    unknown = ADMISSION | {"regime_formation": {"libelle": "Formation initiale", "code": None}, "code_cog_insee_commune": None}
    (row,) = reading(GATEWAY, 200, admissions(unknown)).rows
    assert (row.regime, row.commune, row.uai) == ("", "", "0751717J")


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("kind", [OWN, GATEWAY])
def test_a_credential_that_is_not_taken_is_refused(kind: ReadKind, status: int) -> None:
    assert reading(kind, status, errors("00101", "token")).worth is Worth.REFUSED


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("kind", [OWN, GATEWAY])
def test_a_service_that_is_busy_or_away_is_asked_again(kind: ReadKind, status: int) -> None:
    found = reading(kind, status, errors("25999"), retry_after="7")
    assert (found.worth, found.retry_after_seconds) == (Worth.AGAIN, 7.0)


def test_a_missing_recipient_is_to_be_mended_and_a_malformed_number_says_nothing() -> None:
    missing = reading(GATEWAY, 422, errors("00203", "recipient"))
    assert (missing.worth, "recipient" in missing.words) == (Worth.MISFIT, True)
    assert reading(GATEWAY, 422, errors("00367", "ine")).worth is Worth.BLURRED
    assert reading(OWN, 400, refusal("INE")).worth is Worth.BLURRED
    assert reading(OWN, 400, refusal("X-Caller")).worth is Worth.MISFIT


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 405, 410])
def test_what_no_read_service_answers_is_to_be_mended(status: int) -> None:
    assert reading(OWN, status, STUDENT).worth is Worth.MISFIT


KEYS = st.sampled_from([*ADMISSION, *ENROLMENT, *STUDENT, "data", "admissions", "errors", "details"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode())


@given(st.sampled_from([OWN, GATEWAY]), st.integers(0, 999), BODIES)
def test_whatever_comes_back_is_read_as_one_of_five_and_never_raises(kind: ReadKind, status: int, body: bytes) -> None:
    found = read_shown(kind, status, body, now=NOW, retry_after="x")
    assert found.worth in Worth
    assert found.worth is Worth.READ or not found.rows


@given(st.integers(100, 599), st.sampled_from([STUDENT, admissions(ADMISSION), refusal([INE, BORN]), errors("00367", INE)]))
def test_our_words_hold_nothing_of_the_answer(status: int, document: Any) -> None:
    for kind in (OWN, GATEWAY):
        words = reading(kind, status, document).words
        assert INE not in words
        assert BORN not in words
