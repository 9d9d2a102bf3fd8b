"""Suggestions: the value that was meant where one only can have been, none where there is a choice, and all of them pass."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import an_enrolment, an_institution
from supdata.records.ine import bea_key, rnie_key
from supdata.validate.catalogue import RULES
from supdata.validate.judging import judge
from supdata.validate.suggesting import BY_RULE, MISSPELT, Suggester

SUITE = Path(__file__).parents[3] / "expectations" / "enrolment.json"
NANTES = {"insee": "44109", "postal": "44000"}
POSTAL: dict[str, object] = {"column_holds": "postal"}
INSEE: dict[str, object] = {"column_holds": "insee"}

#: The rule, what the row holds, how the school reads communes, and the value that is proposed.
CASES: dict[str, tuple[str, dict[str, str], dict[str, object], str]] = {
    "zeros lost": ("INE-LOST-ZERO", {"ine": "100007108D"}, {}, "0100007108D"),
    "two zeros lost": ("INE-LOST-ZERO", {"ine": f"12123456{bea_key('0012123456')}"}, {}, f"0012123456{bea_key('0012123456')}"),
    "a zero of a university number": ("INE-LOST-ZERO", {"ine": "AYIOP071Y8"}, {}, ""),
    "in the diploma's column": ("INE-ELSEWHERE", {"ine": "2500123", "diplome": "081768862AE"}, {}, "081768862AE"),
    "in two columns": ("INE-ELSEWHERE", {"ine": "", "diplome": "081768862AE", "sisId": "070578267KH"}, {}, ""),
    "dots and dashes": ("INE-FORMAT", {"ine": "081.768.862-AE"}, {}, "081768862AE"),
    "a letter for a digit": ("INE-FORMAT", {"ine": "O8I768862AE"}, {}, "081768862AE"),
    "a digit typed twice": ("INE-FORMAT", {"ine": "0817688662AE"}, {}, "081768862AE"),
    "a digit typed twice, where another would fit too": ("INE-FORMAT", {"ine": "00188877093E"}, {}, "0018877093E"),
    "an apprentice's number in the school's own column": (
        "INE-FORMAT",
        {"ine": "22000001", "sisId": "1234A56789B"},
        {},
        "1234A56789B",
    ),
    "eleven digits in the school's own column": ("INE-FORMAT", {"ine": "22000001", "sisId": "33612345678"}, {}, ""),
    "twice in one column": ("INE-FORMAT", {"ine": "081768862AE081768862AE"}, {}, "081768862AE"),
    "a Cyrillic letter": ("INE-FORMAT", {"ine": "081768862AЕ"}, {}, "081768862AE"),
    "an I, which no key has": ("INE-FORMAT", {"ine": "812345617IK"}, {}, "812345617JK"),
    "the last letter missing": ("INE-FORMAT", {"ine": "081768862A"}, {}, "081768862AE"),
    "a letter that is not the first of the two": ("INE-FORMAT", {"ine": "081768862B"}, {}, ""),
    "digits alone": ("INE-FORMAT", {"ine": "0100007108"}, {}, ""),
    "two digits exchanged": ("INE-KEY-RNIE", {"ine": "700578267KH"}, {}, "070578267KH"),
    "two digits exchanged, or another one wrong": ("INE-KEY-RNIE", {"ine": "018768862AE"}, {}, ""),
    "one key letter": ("INE-KEY-RNIE", {"ine": "070578267KJ"}, {}, "070578267KH"),
    "one letter fits too much": ("INE-KEY-BEA", {"ine": "0100007180D"}, {}, ""),
    "an American date": ("BIRTH-REAL", {"dateNaissance": "03/25/2004"}, {}, "2004-03-25"),
    "month and day": ("BIRTH-REAL", {"dateNaissance": "2004-25-03"}, {}, "2004-03-25"),
    "two digits of the year": ("BIRTH-REAL", {"dateNaissance": "25/03/04"}, {}, "2004-03-25"),
    "two digits of the year in front": ("BIRTH-REAL", {"dateNaissance": "04-03-25"}, {}, "2004-03-25"),
    "two digits that may be anything": ("BIRTH-REAL", {"dateNaissance": "04.03.05"}, {}, ""),
    "a spreadsheet's count of days": ("BIRTH-REAL", {"dateNaissance": "38071"}, {}, "2004-03-25"),
    "a date in words": ("BIRTH-REAL", {"dateNaissance": "1er février 2004"}, {}, "2004-02-01"),
    "an impossible date in words": ("BIRTH-REAL", {"dateNaissance": "30 février 2004"}, {}, ""),
    "no separators": ("BIRTH-REAL", {"dateNaissance": "25032004"}, {}, "2004-03-25"),
    "no separators, the year first": ("BIRTH-REAL", {"dateNaissance": "20040325"}, {}, "2004-03-25"),
    "in the INE's column": ("BIRTH-REAL", {"dateNaissance": "081768862AE", "ine": "2004-03-25"}, {}, "2004-03-25"),
    "a day that never was": ("BIRTH-REAL", {"dateNaissance": "2004-02-30"}, {}, ""),
    "no date": ("BIRTH-REAL", {"dateNaissance": "inconnue"}, {}, ""),
    "another century": ("BIRTH-PLAUSIBLE", {"dateNaissance": "2104-03-09"}, {}, "2004-03-09"),
    "another century, the exchanged digits of nobody usual": (
        "BIRTH-PLAUSIBLE",
        {"dateNaissance": "1905-03-09"},
        {},
        "2005-03-09",
    ),
    "another century, or two digits exchanged": ("BIRTH-PLAUSIBLE", {"dateNaissance": "2060-03-09"}, {}, ""),
    "the year of the paperwork": ("BIRTH-PLAUSIBLE", {"dateNaissance": "2025-03-09"}, {}, ""),
    "a start that is no date": ("START-REAL", {"dateDebutInscription": "2026-14-09"}, {}, "2026-09-14"),
    "an end of two digits": ("END-REAL", {"dateFinInscription": "31/08/27"}, {}, "2027-08-31"),
    "last year's end": ("DATES-ORDER", {"dateFinInscription": "2026-06-30"}, {}, ""),
    "an end the other way round": ("DATES-ORDER", {"dateFinInscription": "2026-05-12"}, {}, "2026-12-05"),
    "a start the other way round": ("DATES-YEAR", {"dateDebutInscription": "2026-01-09"}, {}, "2026-09-01"),
    "a status in the feminine": ("STATUT-KNOWN", {"statut": "Inscrite"}, {}, "inscrit"),
    "the label of a regime": ("REGIME-KNOWN", {"regime": "Contrat d’apprentissage"}, {}, "RF4"),
    "a blank in a regime": ("REGIME-KNOWN", {"regime": "rf 2"}, {}, "RF2"),
    "a regime of the school's own": ("REGIME-KNOWN", {"regime": "9"}, {}, ""),
    "a commune as a decimal number": ("COMMUNE-KNOWN", {"codeCommune": "44000.0"}, {}, "44000"),
    "the letter O in a commune": ("COMMUNE-KNOWN", {"codeCommune": "44OOO"}, {}, "44000"),
    "a commune nobody knows": ("COMMUNE-KNOWN", {"codeCommune": "00000"}, {}, ""),
    "a course in words": ("CURSUS-KNOWN", {"cursus": "Licence"}, {}, "L"),
    "a UAI without its zero": ("UAI-FORMAT", {"uai": "751717J"}, {}, "0751717J"),
    "a UAI without its letter": ("UAI-FORMAT", {"uai": "0751717"}, {}, "0751717J"),
    "a UAI with another letter": ("UAI-KEY", {"uai": "0751717K"}, {}, "0751717J"),
    "a UAI with two digits exchanged": ("UAI-KEY", {"uai": "0757117J"}, {}, "0751717J"),
    "a UAI of nobody": ("UAI-KEY", {"uai": "0332870A"}, {}, ""),
    "a commune without its zero": ("COMMUNE-LOST-ZERO", {"codeCommune": "1400"}, {}, "01400"),
    "a former commune": ("COMMUNE-FORMER", {"codeCommune": "20004"}, {}, "2A004"),
    "INSEE for postal": ("COMMUNE-KIND", {"codeCommune": "88413"}, POSTAL, "88100"),
    "INSEE for one of four postal": ("COMMUNE-KIND", {"codeCommune": "44109"}, POSTAL, ""),
    "INSEE for the school's own postal": ("COMMUNE-KIND", {"codeCommune": "44109"}, {**POSTAL, "own": [NANTES]}, "44000"),
    "postal for INSEE": ("COMMUNE-KIND", {"codeCommune": "44000"}, INSEE, "44109"),
    "a CEDEX code at home": ("COMMUNE-CEDEX", {"codeCommune": "44322"}, {"own": [NANTES]}, "44000"),
    "a CEDEX code elsewhere": ("COMMUNE-CEDEX", {"codeCommune": "75634"}, {"own": [NANTES]}, ""),
    "a rule without suggestions": ("INE-ABSENT", {"ine": ""}, {}, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_proposed_is_what_was_meant(case: str) -> None:
    rule, changes, commune, expected = CASES[case]
    assert Suggester(an_institution(commune=commune))(an_enrolment(**changes), rule) == expected


def test_every_suggestion_passes_the_rule_it_is_made_for() -> None:
    proposed = {name: case for name, case in CASES.items() if case[3]}
    ways: tuple[dict[str, object], ...] = ({}, POSTAL, INSEE, {**POSTAL, "own": [NANTES]}, {"own": [NANTES]})
    for commune in ways:
        cases = {name: case for name, case in proposed.items() if case[2] == commune}
        rows = [
            an_enrolment(source=name, **{**changes, RULES[rule].field: value})
            for name, (rule, changes, _, value) in cases.items()
        ]
        school = an_institution(commune=commune)
        for one in judge(rows, school, SUITE, school.year.start).judgements:
            assert cases[one.source][0] not in {reason.rule for reason in one.reasons}, one.source


def test_a_misspelt_number_is_proposed_its_neighbour() -> None:
    known = [("2004-03-09", "0100007108D"), ("2004-03-09", "0100008010J"), ("2003-03-09", "0100007180H")]
    row = an_enrolment(ine="0100007180D")
    assert Suggester(an_institution(), known)(row, MISSPELT) == "0100007108D"
    assert Suggester(an_institution())(row, MISSPELT) == ""


@given(st.integers(0, 999_999_999), st.integers(0, 10), st.sampled_from("0123456789ABCDEFGHJK"))
def test_a_slip_in_a_number_with_two_key_letters_is_never_taken_for_another_number(n: int, place: int, slip: str) -> None:
    """What was meant is always among the candidates: when there is one only, it is that."""
    meant = f"{n:09d}{rnie_key(str(n))}"
    assume(slip.isdigit() == (place < 9) and len(set(meant[:9])) > 1)
    typed = meant[:place] + slip + meant[place + 1 :]
    assume(typed != meant)
    assert Suggester(an_institution())(an_enrolment(ine=typed), "INE-KEY-RNIE") in {"", meant}


def test_suggestions_are_made_for_rules_that_exist() -> None:
    assert {*BY_RULE, MISSPELT} <= set(RULES)
