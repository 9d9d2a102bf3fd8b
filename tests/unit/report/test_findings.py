"""From verdicts and answers to findings."""

from collections.abc import Callable

import pytest

from builders import an_enrolment, an_institution
from supdata.records.judgement import Judgement
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome, Severity, Verdict
from supdata.report.content import Correction, RunFacts, Weight
from supdata.report.findings import from_judgements, value_found, without_identity
from supdata.report.page import render_page


def at_row(facts: RunFacts, row: int) -> list[Correction]:
    return [one for one in facts.corrections if one.where.row == row]


def test_a_row_keeps_all_its_reasons_with_the_value_found(gathered: Callable[..., RunFacts]) -> None:
    found = {one.finding.rule: one.value for one in at_row(gathered(), 4)}
    assert found == {"INE-FORMAT": "12345", "BIRTH-REAL": "2004-02-31"}


def test_a_finding_names_the_schools_own_column(gathered: Callable[..., RunFacts]) -> None:
    finding = next(one.finding for one in at_row(gathered(), 4) if one.finding.rule == "BIRTH-REAL")
    assert (finding.field, finding.column) == ("Date de naissance", "NAISSANCE")


def test_a_constant_has_no_column_to_look_for(gathered: Callable[..., RunFacts]) -> None:
    (correction,) = at_row(gathered(), 3)
    assert correction.finding.field == "Fin d’inscription"
    assert correction.finding.column == ""


def test_a_cancelled_enrolment_is_for_information_whatever_else_is_wrong_with_it(gathered: Callable[..., RunFacts]) -> None:
    (correction,) = at_row(gathered(), 8)
    assert correction.finding.rule == "STATUT-CANCELLED"
    assert correction.finding.weight is Weight.INFORMATION


def test_an_identical_duplicate_is_not_spoken_of_twice(judgement: Callable[..., Judgement]) -> None:
    twin = judgement(3, Verdict.DUPLICATE, ("DATES-SPAN", "dateFinInscription", Severity.WARN))
    assert list(from_judgements([twin], {}, an_institution(), {})) == []


def test_a_rule_without_texts_is_shown_by_its_id(judgement: Callable[..., Judgement]) -> None:
    odd = judgement(3, Verdict.REJECTED, ("NEW-RULE", "ine", Severity.REJECT))
    (correction,) = from_judgements([odd], {}, an_institution(), {})
    assert correction.finding.title == "Règle NEW-RULE"


def test_an_unknown_student_comes_with_the_two_values_to_compare(gathered: Callable[..., RunFacts]) -> None:
    (correction,) = at_row(gathered(), 10)
    assert correction.value == "123456789FJ / 2004-03-09"
    assert correction.finding.words == "étudiant introuvable"


@pytest.mark.parametrize(
    "words",
    ["INE 123456789FJ inconnu", "ine 123456789fj", "né le 2004-03-09", "né le 09/03/2004", "['123456789FJ','20040309']"],
)
def test_the_registrys_words_lose_the_identity_they_echo(words: str) -> None:
    told = without_identity(words, an_enrolment())
    assert "…" in told
    assert not any(value in told.upper() for value in ("123456789FJ", "2004-03-09", "09/03/2004", "20040309"))


def test_words_without_identity_stay_as_they_are() -> None:
    assert without_identity("étudiant introuvable", an_enrolment(ine="", dateNaissance="")) == "étudiant introuvable"


def test_a_student_number_that_is_the_ine_is_left_out(
    gathered: Callable[..., RunFacts], receipt: Callable[..., Receipt]
) -> None:
    """A school may map both to one column; the page must still hold no INE."""
    facts = gathered(enrolments=[an_enrolment(row=9, sisId="123456789FJ")], receipts=[receipt(9, Outcome.REFUSED)])
    (correction,) = at_row(facts, 9)
    assert correction.where.sis_id == ""


def test_a_value_of_several_fields_names_each_and_unknown_names_are_nothing() -> None:
    assert value_found(an_enrolment(), "ine, regime") == "123456789FJ / RF2"
    assert value_found(an_enrolment(), "row_hash") == ""
    assert value_found(None, "ine") == ""


def test_what_is_proposed_is_in_the_list_and_not_on_the_page(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(suggest=lambda enrolment, rule: "081768862AE" if rule == "INE-FORMAT" else "")
    assert {one.proposed for one in facts.corrections if one.finding.rule == "INE-FORMAT"} == {"081768862AE"}
    assert {one.proposed for one in facts.corrections if one.finding.rule != "INE-FORMAT"} == {""}
    assert "081768862AE" not in render_page(facts)


@pytest.mark.parametrize(("number", "shown"), [("081768862ae", ""), ("0100007108D", ""), ("31131200120", "31131200120")])
def test_a_student_number_that_is_certainly_an_ine_is_left_out(
    gathered: Callable[..., RunFacts], number: str, shown: str
) -> None:
    """Two columns exchanged must not put numbers on the page."""
    facts = gathered(enrolments=[an_enrolment(row=row, ine="22100005", sisId=number) for row in range(2, 13)])
    assert {one.where.sis_id for one in at_row(facts, 4)} == {shown}
