"""What the registry's answers mean."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.config.models import WireCodes
from supdata.records.states import Outcome
from supdata.registry.answers import Again, Answer, expected_echo, labels_by_code, read_answer, seconds_to_wait
from supdata.registry.words import LONGEST, clean_words

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
INE = "123456789FJ"
BIRTH = "2004-03-09"
KEY = "2ed3c3176ad1a803603841b13fd3437a"
SENT = {
    "ine": INE,
    "dateNaissance": BIRTH,
    "dateDebutInscription": "2026-09-01",
    "dateFinInscription": "2027-08-31",
    "statut": "2",
    "regime": "1",
    "codeCommune": "01000",
    "uai": "0751717J",
}
ECHO = expected_echo(SENT, labels_by_code(WireCodes()))


def read(status: int, body: bytes, content_type: str = "application/json", retry_after: str | None = None) -> Answer:
    return read_answer(status, content_type, body, sent=SENT, echo=ECHO, now=NOW, retry_after=retry_after, secrets=(KEY,))


def read_json(status: int, document: Any, retry_after: str | None = None) -> Answer:
    return read(status, json.dumps(document).encode(), retry_after=retry_after)


def an_acceptance(**changes: Any) -> dict[str, Any]:
    inscription = {"id_inscription": "12", **ECHO, **changes}
    return {"message": "une nouvelle inscription créée", "inscription": inscription}


def an_error(message: str, parameter: Any) -> dict[str, Any]:
    details = {"method": "POST", "endpoint": "inscription", "parameter": parameter}
    return {"message": message, "uid": "5e68e563116ab_0000", "details": details}


def test_the_echo_expected_holds_the_label_of_the_status_code() -> None:
    assert ECHO["statut"] == "inscrit"
    assert "regime" not in ECHO


def test_two_labels_with_one_code_are_not_compared() -> None:
    codes = WireCodes(statut={"admis": "2", "inscrit": "2"})
    assert "statut" not in expected_echo(SENT, labels_by_code(codes))


def test_an_acceptance_keeps_the_number_of_the_enrolment() -> None:
    assert read_json(200, an_acceptance()) == Answer(Outcome.ACCEPTED, 200, id_inscription="12")


@pytest.mark.parametrize(
    "changes",
    [
        {"id_inscription": 12},
        {"dateNaissance": {"date": "2004-03-09 00:00:00.000000", "timezone_type": 3}},
        {"dateNaissance": "2004-03-09T00:00:00Z"},
        {"codeCommune": 1000},
        {"statut": "2"},
    ],
    ids=["a number as identifier", "a date as PHP writes it", "a date with its time", "a number that lost a zero", "the code"],
)
def test_an_echo_written_otherwise_but_equal_is_an_acceptance(changes: dict[str, Any]) -> None:
    assert read_json(200, an_acceptance(**changes)).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "changes",
    [{"statut": "admis"}, {"dateFinInscription": "2026-08-31"}, {"uai": None}, {"codeCommune": [1]}, {"ine": "123456789FK"}],
)
def test_an_echo_that_differs_leaves_the_record_ambiguous_and_names_the_field(changes: dict[str, Any]) -> None:
    answer = read_json(200, an_acceptance(**changes))
    assert (answer.outcome, answer.again) == (Outcome.AMBIGUOUS, Again.NO)
    assert next(iter(changes)) in answer.words


def test_a_field_that_is_not_repeated_says_nothing() -> None:
    acceptance = an_acceptance()
    del acceptance["inscription"]["codeCommune"]
    assert read_json(200, acceptance).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"[{}]",
        b"12",
        b'"ok"',
        b"{}",
        b'{"inscription": null}',
        b'{"inscription": {}}',
        b'{"inscription": {"id_inscription": "", "ine": "123456789FJ"}}',
        b'{"inscription": {"id_inscription": true, "ine": "123456789FJ"}}',
        b"<html><body>Maintenance</body></html>",
        b'{"message": "cut he',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_a_200_without_an_enrolment_is_ambiguous_and_not_asked_again_at_once(body: bytes) -> None:
    answer = read(200, body, "text/html; charset=utf-8")
    assert (answer.outcome, answer.again) == (Outcome.AMBIGUOUS, Again.NO)
    assert answer.words


@pytest.mark.parametrize(
    ("status", "retry_after", "outcome", "again", "wait"),
    [
        (400, None, Outcome.REFUSED, Again.NO, None),
        (409, None, Outcome.REFUSED, Again.NO, None),
        (422, None, Outcome.REFUSED, Again.NO, None),
        (404, None, Outcome.UNKNOWN_STUDENT, Again.NO, None),
        (401, None, Outcome.NOT_ATTEMPTED, Again.NO, None),
        (403, None, Outcome.NOT_ATTEMPTED, Again.NO, None),
        (302, None, Outcome.NOT_ATTEMPTED, Again.NO, None),
        (304, None, Outcome.NOT_ATTEMPTED, Again.NO, None),
        (405, None, Outcome.NOT_ATTEMPTED, Again.NO, None),
        (418, None, Outcome.NOT_ATTEMPTED, Again.NO, None),
        (451, "9", Outcome.NOT_ATTEMPTED, Again.NO, None),
        (408, None, Outcome.AMBIGUOUS, Again.RISKY, None),
        (429, None, Outcome.NOT_ATTEMPTED, Again.SAFE, None),
        (429, "7", Outcome.NOT_ATTEMPTED, Again.SAFE, 7.0),
        (500, None, Outcome.AMBIGUOUS, Again.RISKY, None),
        (502, None, Outcome.AMBIGUOUS, Again.RISKY, None),
        (503, "Tue, 24 Nov 2026 03:00:30 GMT", Outcome.NOT_ATTEMPTED, Again.SAFE, 30.0),
        (503, None, Outcome.AMBIGUOUS, Again.RISKY, None),
        (504, "5", Outcome.AMBIGUOUS, Again.RISKY, 5.0),
        (599, None, Outcome.AMBIGUOUS, Again.RISKY, None),
        (700, None, Outcome.AMBIGUOUS, Again.RISKY, None),
    ],
)
def test_each_status_in_the_registrys_shape_has_one_meaning(
    status: int, retry_after: str | None, outcome: Outcome, again: Again, wait: float | None
) -> None:
    answer = read_json(status, an_error("un message", "un paramètre"), retry_after)
    assert answer == Answer(outcome, status, words="un message : un paramètre", again=again, retry_after_seconds=wait)


@pytest.mark.parametrize("status", [201, 202, 204, 206])
def test_another_2xx_is_read_as_a_200_is(status: int) -> None:
    assert read_json(status, an_acceptance()).outcome is Outcome.ACCEPTED
    assert (read(status, b"").outcome, read(status, b"").again) == (Outcome.AMBIGUOUS, Again.NO)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_page_where_json_is_due_changes_nothing_of_what_the_status_says(status: int) -> None:
    page, own = read(status, b"<html>later</html>", "text/html", "4"), read_json(status, an_error("plus tard", ""), "4")
    assert (page.outcome, page.again, page.retry_after_seconds) == (own.outcome, own.again, own.retry_after_seconds)


@pytest.mark.parametrize("status", [400, 404, 409, 422])
@pytest.mark.parametrize("body", [b"<html>404 Not Found</html>", b'{"detail": "Not Found"}', b"", b"null"])
def test_a_page_that_is_not_the_registrys_settles_nothing(status: int, body: bytes) -> None:
    answer = read(status, body, "text/html")
    assert (answer.outcome, answer.again) == (Outcome.AMBIGUOUS, Again.NO)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 400, 999_999_999.0),
        ("Tue, 24 Nov 2026 02:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2026 03:01:00 -0000", 60.0),
        ("-5", None),
        ("soon", None),
        ("١٢", None),
        ("", None),
        (None, None),
    ],
)
def test_a_wait_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header, NOW) == seconds


@pytest.mark.parametrize(
    ("message", "parameter", "words"),
    [
        ("étudiant introuvable", [INE, BIRTH], "étudiant introuvable : […], […]"),
        ("échec", "le token 384 n'est pas valide", "échec : le token […] n'est pas valide"),
        ("échec", f"clé {KEY}", "échec : clé […]"),
        ("inconnu", ["0751717J"], "inconnu : 0751717J"),
        ("l'INE 123456789 fj du 09/03/2004", "", "l'INE […] du […]"),
        ("né le 9.3.2004 ou 20040309", None, "né le […] ou […]"),
        ("un autre : 0AYIOP071Y8 né le 1996-12-26", {}, "un autre : […] né le […]"),
        ("deux\r\nlignes\u2028ici", 12, "deux lignes ici"),
    ],
)
def test_the_words_of_the_registry_are_kept_without_what_identifies(message: str, parameter: Any, words: str) -> None:
    assert read_json(400, an_error(message, parameter)).words == words


def test_long_words_are_cut() -> None:
    assert len(clean_words("mot " * 500, sent=SENT)) == LONGEST


def test_an_answer_in_latin_1_is_read_by_its_charset() -> None:
    body = json.dumps(an_error("étudiant introuvable", ""), ensure_ascii=False).encode("latin-1")
    assert read(404, body, "application/json; charset=ISO-8859-1").words == "étudiant introuvable"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["date", "parameter", "x"]), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["message", "uid", "details", "inscription"])


@given(st.integers(0, 999), st.text(), st.binary(), st.none() | st.text())
def test_no_bytes_make_it_raise(status: int, content_type: str, body: bytes, retry_after: str | None) -> None:
    assert read(status, body, content_type, retry_after).outcome is not Outcome.ACCEPTED


AN_ACCEPTANCE = json.dumps(an_acceptance()).encode()
#: Random bytes, JSON of any kind, an acceptance cut short or with bytes changed, pages.
BODIES = st.one_of(
    st.binary(),
    JSON_VALUES.map(lambda value: json.dumps(value).encode()),
    st.integers(0, len(AN_ACCEPTANCE)).map(lambda length: AN_ACCEPTANCE[:length]),
    st.builds(lambda at, byte: AN_ACCEPTANCE[:at] + byte + AN_ACCEPTANCE[at + 1 :], st.integers(0, 200), st.binary(max_size=2)),
    st.sampled_from([b"", b"null", b"<html></html>", b"\xef\xbb\xbf{}", json.dumps(an_error("non", [INE, 3])).encode()]),
)
STATES = {Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN_STUDENT, Outcome.AMBIGUOUS, Outcome.NOT_ATTEMPTED}


@given(st.integers(-1, 70_000), st.text() | st.just("application/json"), BODIES, st.none() | st.text() | st.just("3"))
def test_any_status_and_any_bytes_give_exactly_one_state(
    status: int, content_type: str, body: bytes, retry_after: str | None
) -> None:
    answer = read(status, body, content_type, retry_after)
    assert answer.outcome in STATES
    assert answer.status == status
    assert (answer.outcome is Outcome.ACCEPTED) == bool(answer.id_inscription)
    if answer.outcome is Outcome.ACCEPTED:
        assert 200 <= status < 300
    if answer.again is Again.SAFE:
        assert answer.outcome is Outcome.NOT_ATTEMPTED, "only what was certainly not taken is safe to repeat"
    assert INE not in answer.words


@given(st.integers(0, 999), st.dictionaries(NAMES, JSON_VALUES | st.dictionaries(st.sampled_from(list(SENT)), JSON_VALUES)))
def test_no_json_makes_it_raise_or_accept(status: int, document: dict[str, Any]) -> None:
    assert read_json(status, document).outcome is not Outcome.ACCEPTED


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from([INE, INE.lower(), BIRTH, "09/03/2004", KEY]))
def test_nothing_that_identifies_survives_wherever_it_stands(before: str, after: str, secret: str) -> None:
    words = read_json(400, an_error(before + secret + after, [secret, before + secret])).words
    assert secret not in words
