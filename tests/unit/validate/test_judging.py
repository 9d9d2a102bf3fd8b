"""Judging: what breaks each rule, which verdict follows, and that nothing depends on the order of rows."""

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from builders import UNIVERSITY, an_enrolment, an_institution
from supdata.config.models import Institution
from supdata.errors import FixConfig
from supdata.records.enrolment import Enrolment
from supdata.records.ine import rnie_key
from supdata.records.judgement import Judgement
from supdata.records.states import Severity, Verdict
from supdata.validate import judging
from supdata.validate.catalogue import SUITE_RULES

SUITE = Path(__file__).parents[3] / "expectations" / "enrolment.json"
TODAY = date(2026, 11, 23)
REJECTED, PROVISIONAL, DUPLICATE, VALID = Verdict.REJECTED, Verdict.PROVISIONAL, Verdict.DUPLICATE, Verdict.VALID

#: Each case: what makes its rows differ from a right one, then the rules each row breaks, and its verdict.
CASES: dict[str, tuple[list[dict[str, str]], list[list[str]], list[Verdict]]] = {
    "a right row": ([{}], [[]], [VALID]),
    "no INE": ([{"ine": ""}], [["INE-ABSENT"]], [REJECTED]),
    "a filler": ([{"ine": "0000000000A"}], [["INE-PLACEHOLDER"]], [REJECTED]),
    "a filler with a right key": ([{"ine": "00000000000"}], [["INE-PLACEHOLDER"]], [REJECTED]),
    "a lost zero": ([{"ine": "81768862AE"}], [["INE-LOST-ZERO"]], [REJECTED]),
    "a lost character": ([{"ine": "23456789FJ"}], [["INE-FORMAT"]], [REJECTED]),
    "ten digits": ([{"ine": "1234567890"}], [["INE-FORMAT"]], [REJECTED]),
    "a rounded number": ([{"ine": "1,2E+10"}], [["INE-FLOAT"]], [REJECTED]),
    "a rounded number and its key": ([{"ine": "1.2346E+09V"}], [["INE-FLOAT"]], [REJECTED]),
    "an INE in the diploma's column": ([{"ine": "2500123", "diplome": "081768862AE"}], [["INE-ELSEWHERE"]], [REJECTED]),
    "an INE in the number's column": ([{"ine": "", "sisId": "0100007108D"}], [["INE-ELSEWHERE"]], [REJECTED]),
    "a diploma that has the shape of an INE": ([{"ine": "", "diplome": "31131200120"}], [["INE-ABSENT"]], [REJECTED]),
    "a misspelling of another": (
        [{"ine": "0100007108D"}, {"ine": "0100007180D", "sisId": "2"}],
        [[], ["INE-TYPO"]],
        [VALID, REJECTED],
    ),
    "an unusual key beside a usual one": (
        [{"ine": "070578267KH"}, {"ine": "070578287KH", "sisId": "2"}],
        [[], ["INE-TYPO"]],
        [VALID, REJECTED],
    ),
    "two that the key does not tell apart": (
        [{"ine": "0CYIOP071Y0"}, {"ine": "0CYIPO071Y0"}],
        [["INE-NEAR"], ["INE-NEAR"]],
        [VALID, VALID],
    ),
    "two alike with other birth dates": (
        [{"ine": "0BYIOP071Y4"}, {"ine": "0BYIPO071Y4", "dateNaissance": "2003-03-09"}],
        [[], []],
        [VALID, VALID],
    ),
    "a wrong letter": ([{"ine": "1234567890G"}], [["INE-KEY-BEA"]], [REJECTED]),
    "a wrong digit": ([{"ine": "0AYIOP071Y9"}], [["INE-KEY-BASE36"]], [REJECTED]),
    "eleven digits of a phone": ([{"ine": "33612345679"}], [["INE-KEY-BASE36"]], [REJECTED]),
    "unusual letters": ([{"ine": "987654321AA"}], [["INE-KEY-RNIE"]], [VALID]),
    "an apprentice": ([{"ine": "1234A12345B"}], [[]], [VALID]),
    "a provisional number": ([{"ine": "1234D12345B"}], [["INE-PROVISIONAL"]], [PROVISIONAL]),
    "two births": (
        [{}, {"dateNaissance": "2004-09-03", "diplome": "2500124"}],
        [["INE-TWO-BIRTHS"], ["INE-TWO-BIRTHS"]],
        [REJECTED, REJECTED],
    ),
    "a file opened twice": (
        [{}, {"dateNaissance": "2004-09-03"}],
        [["INE-TWO-BIRTHS"], ["INE-TWO-BIRTHS"]],
        [REJECTED, REJECTED],
    ),
    "two births of which one is impossible": (
        [{}, {"dateNaissance": "2004-02-30", "diplome": "2500124"}],
        [[], ["BIRTH-REAL"]],
        [VALID, REJECTED],
    ),
    "no birth date": ([{"dateNaissance": ""}], [["BIRTH-ABSENT"]], [REJECTED]),
    "an impossible birth date": ([{"dateNaissance": "2004-02-30"}], [["BIRTH-REAL"]], [REJECTED]),
    "a birth date of two digits": ([{"dateNaissance": "04-03-09"}], [["BIRTH-REAL"]], [REJECTED]),
    "a child": ([{"dateNaissance": "2016-09-02"}], [["BIRTH-PLAUSIBLE"]], [REJECTED]),
    "born next year": ([{"dateNaissance": "2027-01-01"}], [["BIRTH-PLAUSIBLE"]], [REJECTED]),
    "a birth date never set": ([{"dateNaissance": "1900-01-01"}], [["BIRTH-DEFAULT"]], [REJECTED]),
    "the day of enrolment": ([{"dateNaissance": "2026-09-01"}], [["BIRTH-ENROLMENT"]], [REJECTED]),
    "the first day of Unix": ([{"dateNaissance": "1970-01-01"}], [["BIRTH-SUSPECT"]], [VALID]),
    "a first of January": ([{"dateNaissance": "2001-01-01"}], [[]], [VALID]),
    "a prodigy": ([{"dateNaissance": "2016-09-01"}], [["BIRTH-UNUSUAL"]], [VALID]),
    "a doyen": ([{"dateNaissance": "1920-01-01"}], [["BIRTH-UNUSUAL"]], [VALID]),
    "no start": ([{"dateDebutInscription": ""}], [["START-REAL"]], [REJECTED]),
    "the 31 June": ([{"dateFinInscription": "2027-06-31"}], [["END-REAL"]], [REJECTED]),
    "an end before the start": ([{"dateFinInscription": "2026-06-30"}], [["DATES-ORDER"]], [REJECTED]),
    "a long enrolment": ([{"dateFinInscription": "2028-08-31"}], [["DATES-SPAN", "DATES-YEAR"]], [VALID]),
    "an early start": ([{"dateDebutInscription": "2026-08-31"}], [["DATES-YEAR"]], [VALID]),
    "an unfinished file": ([{"statut": "C"}], [["STATUT-KNOWN"]], [REJECTED]),
    "no status": ([{"statut": ""}], [["STATUT-KNOWN"]], [REJECTED]),
    "a cancelled enrolment": ([{"statut": "annule"}], [["STATUT-CANCELLED"]], [REJECTED]),
    "a regime of the school's own": ([{"regime": "9"}], [["REGIME-KNOWN"]], [REJECTED]),
    "a course in words": ([{"cursus": "Licence"}], [["CURSUS-KNOWN"]], [VALID]),
    "no course": ([{"cursus": ""}], [[]], [VALID]),
    "two regimes": ([{}, {"regime": "RF4"}], [["KEY-CONFLICT"], ["KEY-CONFLICT"]], [REJECTED, REJECTED]),
    "two regimes and a repetition": (
        [{}, {"regime": "RF4"}, {}],
        [["KEY-CONFLICT"], ["KEY-CONFLICT"], ["KEY-CONFLICT"]],
        [REJECTED, REJECTED, REJECTED],
    ),
    "cancelled, then enrolled again": ([{"statut": "annule"}, {}], [["STATUT-CANCELLED"], []], [REJECTED, VALID]),
    "two diplomas": ([{}, {"diplome": "2500124"}], [[], []], [VALID, VALID]),
    "the same row three times": ([{}, {"sisId": "other"}, {}], [[], [], []], [VALID, DUPLICATE, DUPLICATE]),
    "a wrong row twice": ([{"regime": "9"}, {"regime": "9"}], [["REGIME-KNOWN"], ["REGIME-KNOWN"]], [REJECTED, REJECTED]),
    "a warned row twice": ([{"cursus": "X"}, {"cursus": "X"}], [["CURSUS-KNOWN"], ["CURSUS-KNOWN"]], [VALID, DUPLICATE]),
    "two students without a number": ([{"ine": ""}, {"ine": "", "regime": "RF4"}], [["INE-ABSENT"]] * 2, [REJECTED] * 2),
    "a UAI without its letter": ([{"uai": "0751717"}], [["UAI-FORMAT"]], [REJECTED]),
    "a UAI with a line end": ([{"uai": f"{UNIVERSITY}\n"}], [["UAI-FORMAT"]], [REJECTED]),
    "a wrong UAI letter": ([{"uai": "0751717K"}], [["UAI-KEY"]], [REJECTED]),
    "somebody else's UAI": ([{"uai": "0332870R"}], [["UAI-OWNER"]], [REJECTED]),
    "another UAI of the school": ([{"uai": "0442953W"}], [[]], [VALID]),
    "a CEDEX": ([{"codeCommune": "75634", "communePostal": "", "communeInsee": ""}], [["COMMUNE-CEDEX"]], [REJECTED]),
    "a country": ([{"codeCommune": "99134", "communePostal": "", "communeInsee": ""}], [["COMMUNE-FOREIGN"]], [REJECTED]),
    "a code without its zero": (
        [{"codeCommune": "1400", "communePostal": "", "communeInsee": ""}],
        [["COMMUNE-LOST-ZERO"]],
        [REJECTED],
    ),
    "overseas": ([{"codeCommune": "98800", "communePostal": "98800"}], [["COMMUNE-OVERSEAS"]], [VALID]),
    "no commune": ([{"codeCommune": "", "communePostal": "", "communeInsee": ""}], [["COMMUNE-KNOWN"]], [REJECTED]),
    "a merged commune": ([{"codeCommune": "14697", "communePostal": "", "communeInsee": ""}], [["COMMUNE-FORMER"]], [REJECTED]),
    "a city of four postal codes": ([{"codeCommune": "44109", "communePostal": ""}], [["COMMUNE-EMIT"]], [REJECTED]),
    "a code of two places": ([{"codeCommune": "97133", "communePostal": "97133"}], [["COMMUNE-AMBIGUOUS"]], [VALID]),
    "all at once": (
        [{"dateNaissance": "", "statut": "", "regime": "", "uai": ""}],
        [["BIRTH-ABSENT", "STATUT-KNOWN", "REGIME-KNOWN", "UAI-FORMAT"]],
        [REJECTED],
    ),
}
SCHOOL = an_institution(also=["0442953W"])
FOR_A_TIME = {"author": "M. Durand", "reason": "essai", "ceiling": "40", "expires": "2027-01-31"}


def judge(rows: Sequence[Enrolment], institution: Institution) -> list[Judgement]:
    return judging.judge(rows, institution, SUITE, TODAY).judgements


def _rows() -> list[Enrolment]:
    """Rows of every case, each case with a student of its own and under its own source name."""
    rows = []
    for number, (case, (changes, _, _)) in enumerate(CASES.items()):
        digits = f"2{number:08d}"
        student = {"ine": digits + rnie_key(digits)}
        rows += [an_enrolment(source=case, row=row, **{**student, **one}) for row, one in enumerate(changes, start=2)]
    return rows


@pytest.fixture(scope="module")
def judgements() -> list[Judgement]:
    """All cases judged in one lot, in a shuffled order."""
    rows = _rows()
    random.Random(7).shuffle(rows)
    return judge(rows, SCHOOL)


@pytest.mark.parametrize("case", CASES)
def test_a_row_gets_its_reasons_and_its_verdict(case: str, judgements: list[Judgement]) -> None:
    _, rules, verdicts = CASES[case]
    found = [one for one in judgements if one.source == case]
    assert [[reason.rule for reason in one.reasons] for one in found] == rules
    assert [one.verdict for one in found] == verdicts


def test_every_rule_of_the_catalogue_is_broken_by_some_case() -> None:
    """But for the one that depends on what a column is said to hold, which has a test of its own below."""
    assert {rule for _, rules, _ in CASES.values() for row in rules for rule in row} == set(SUITE_RULES) - {"COMMUNE-KIND"}


def test_judgements_come_one_per_row_in_order(judgements: list[Judgement]) -> None:
    assert [(one.source, one.row) for one in judgements] == sorted((one.source, one.row) for one in _rows())


def test_the_order_of_rows_changes_nothing(judgements: list[Judgement]) -> None:
    assert judge(_rows(), SCHOOL) == judgements


def test_a_reason_names_the_field_and_its_weight(judgements: list[Judgement]) -> None:
    (reason,) = next(one for one in judgements if one.source == "unusual letters").reasons
    assert (reason.field, reason.severity) == ("ine", Severity.WARN)


def test_a_school_can_reject_what_others_are_warned_of() -> None:
    strict = an_institution(rules={"INE-KEY-RNIE": "reject"})
    (one,) = judge([an_enrolment(ine="987654321AA")], strict)
    assert one.verdict is REJECTED


def test_a_school_can_let_pass_what_others_reject() -> None:
    lenient = an_institution(rules={"INE-KEY-BEA": {"severity": "warn", **FOR_A_TIME}})
    (one,) = judge([an_enrolment(ine="1234567890G")], lenient)
    assert one.verdict is VALID
    assert one.reasons[0].severity is Severity.WARN


def test_an_unknown_rule_is_refused_even_when_there_is_nothing_to_judge() -> None:
    with pytest.raises(FixConfig, match="INE-FORMAT"):
        judge([], an_institution(rules={"INE-FORMATE": "reject"}))


def test_nothing_to_judge_gives_no_judgement() -> None:
    assert judge([], an_institution()) == []


def test_a_postal_column_is_never_ambiguous() -> None:
    told = an_institution(commune={"column_holds": "postal", "emit": "postal"})
    (one,) = judge([an_enrolment(codeCommune="13001", communePostal="13001", communeInsee="13201")], told)
    assert one == Judgement(source="inscriptions.csv", row=2, verdict=VALID)


def test_an_insee_code_in_a_postal_column_is_named() -> None:
    told = an_institution(commune={"column_holds": "postal", "emit": "postal"})
    (one,) = judge([an_enrolment(codeCommune="44109", communePostal="", communeInsee="")], told)
    assert [reason.rule for reason in one.reasons] == ["COMMUNE-KIND"]


def test_a_first_of_january_that_many_share_is_suspect() -> None:
    def crowd(count: int) -> list[Enrolment]:
        return [
            an_enrolment(row=row, ine=f"{row:09d}{rnie_key(str(row))}", dateNaissance="2001-01-01")
            for row in range(2, count + 2)
        ]

    assert not any(one.reasons for one in judge(crowd(19), an_institution()))
    assert all(one.reasons[0].rule == "BIRTH-SUSPECT" for one in judge(crowd(20), an_institution()))
