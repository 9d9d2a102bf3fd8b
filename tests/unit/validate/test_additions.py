"""Rules of an institution's own: read with every fault named, evaluated with the catalogue's, and giving no value away."""

import json
import logging
from datetime import date
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from msgspec import structs

from builders import UNIVERSITY, an_enrolment, an_institution
from supdata.config.faults import InvalidInstitution
from supdata.config.models import Institution
from supdata.errors import FixConfig, RuleBroken
from supdata.records.enrolment import Enrolment
from supdata.records.states import Severity, Verdict
from supdata.validate import suite as room
from supdata.validate.additions import Additions, read_additions
from supdata.validate.catalogue import RULES
from supdata.validate.distinct import as_texts
from supdata.validate.frame import make_frame
from supdata.validate.judging import Judged, judge, parameters
from supdata.validate.reading import read_table
from supdata.validate.suite import broken_rows
from supdata.validate.suite_file import Entry, Meta, SuiteFile
from supdata.validate.vocabulary import COLUMNS, EXPECTATIONS, PARAMETERS

SHIPPED = Path(__file__).parents[3] / "expectations"
TODAY = date(2026, 11, 23)
RULE = f"{UNIVERSITY}-DIPLOME"
META = {
    "rule": RULE,
    "field": "diplome",
    "severity": "reject",
    "title": "Diplôme inconnu",
    "explanation": "Le code a 7 chiffres.",
    "fix": "Corrigez le code.",
    "version": 1,
    "since": "2026-11-23",
}
KWARGS = {"column": "diplome", "regex": r"\A[0-9]{7}\Z"}
MATCH = "expect_column_values_to_match_regex"
#: Values that no result, log or error may hold; they break every expectation below.
INE, BIRTH = "987654321AA", "1903-02-28"


def an_entry(kind: str = MATCH, kwargs: dict[str, Any] | None = None, **meta: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs or KWARGS, "meta": META | meta}


def written(folder: Path, *entries: dict[str, Any], name: str = UNIVERSITY) -> Path:
    """A folder of suites: the shipped one, and additions of the university."""
    (folder / "institutions").mkdir()
    copy(SHIPPED / "enrolment.json", folder)
    text = json.dumps({"name": name, "expectations": list(entries)}, indent=1, ensure_ascii=False)
    (folder / "institutions" / f"{UNIVERSITY}.json").write_text(text, encoding="utf-8")
    return folder


def judged(folder: Path, *rows: Enrolment, institution: Institution | None = None) -> Judged:
    return judge(rows, institution or an_institution(), folder / "enrolment.json", TODAY)


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(InvalidInstitution) as caught:
        read_additions(folder, UNIVERSITY)
    return [f"{fault.line}: {fault.where}: {fault.message}|{fault.nearest}" for fault in caught.value.faults]


def test_an_institution_without_a_file_adds_nothing() -> None:
    assert read_additions(SHIPPED, UNIVERSITY) == Additions()
    assert dict(Additions().with_catalogue()) == dict(RULES)


@pytest.mark.parametrize("path", sorted((SHIPPED / "institutions").iterdir()), ids=lambda path: path.name)
def test_the_additions_that_come_with_the_project_are_sound(path: Path) -> None:
    assert read_additions(SHIPPED, path.stem).rules


def test_an_own_rule_judges_with_the_catalogue_s_and_after_them(tmp_path: Path) -> None:
    folder = written(tmp_path, an_entry())
    (good, bad) = judged(folder, an_enrolment(), an_enrolment(row=3, diplome="DUT", regime="9", ine="123456790FC")).judgements
    assert good.verdict is Verdict.VALID
    assert [reason.rule for reason in bad.reasons] == ["INE-KEY-RNIE", "REGIME-KNOWN", RULE]
    assert (bad.reasons[-1].field, bad.reasons[-1].severity) == ("diplome", Severity.REJECT)


def test_two_expectations_can_check_one_own_rule(tmp_path: Path) -> None:
    second = {"type": "expect_column_values_to_not_be_in_set", "kwargs": {"column": "cursus", "value_set": ["M"]}}
    folder = written(tmp_path, an_entry(), second | {"meta": {"rule": RULE}})
    rows = [an_enrolment(row=2, diplome="DUT"), an_enrolment(row=3, cursus="M"), an_enrolment(row=4)]
    rows = [an_enrolment(**{**structs.asdict(row), "dateDebutInscription": f"2026-09-0{row.row}"}) for row in rows]
    found = judged(folder, *rows).judgements
    assert [[reason.rule for reason in one.reasons] for one in found] == [[RULE], [RULE], []]


def test_an_institution_may_set_its_own_rules_otherwise(tmp_path: Path) -> None:
    folder = written(tmp_path, an_entry(severity="warn"))
    (one,) = judged(folder, an_enrolment(diplome="DUT"), institution=an_institution(rules={RULE: "reject"})).judgements
    assert one.verdict is Verdict.REJECTED


def test_every_fault_is_named_with_its_line_and_the_nearest_word(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        an_entry("expect_column_values_to_match_regx"),
        an_entry(kwargs={"column": "diplom", "regex": "a"}, rule=f"{UNIVERSITY}-2"),
        an_entry(rule="INE-FORMAT"),
        an_entry(rule=f"{UNIVERSITY}-3", titel="x"),
        an_entry(rule=f"{UNIVERSITY}-4", field="diplom"),
        an_entry(rule=f"{UNIVERSITY}-5", severity="hold"),
        an_entry(kwargs=KWARGS | {"result_format": "COMPLETE"}, rule=f"{UNIVERSITY}-6"),
        an_entry(rule=f"{UNIVERSITY}-7", fix=" "),
        an_entry(kwargs={"column": "diplome", "regex": {"$PARAMETER": "year_strt"}}, rule=f"{UNIVERSITY}-8"),
        an_entry(kwargs={"column": "diplome"}, rule=f"{UNIVERSITY}-9"),
        an_entry("expect_column_values_to_be_between", {"column": "age"}, rule=f"{UNIVERSITY}-10"),
        name="0442953W",
    )
    found = faults_of(folder)
    assert [fault.partition(": ")[2] for fault in found] == [
        f"name: must be the institution's UAI, {UNIVERSITY}|",
        f"{RULE}: expect_column_values_to_match_regx is not among the expectations that name rows|{MATCH}",
        f"{UNIVERSITY}-2: there is no column diplom|diplome",
        f"INE-FORMAT: INE-FORMAT is a rule of the catalogue: an institution's own has an id that begins with {UNIVERSITY}-|",
        f"{UNIVERSITY}-3: unknown key titel in meta|title",
        f"{UNIVERSITY}-4: there is no field diplom|diplome",
        f"{UNIVERSITY}-5: meta: Invalid enum value 'hold' - at `$.severity`|",
        f"{UNIVERSITY}-6: the argument result_format cannot be used here|",
        f"{UNIVERSITY}-7: meta: Expected `str` matching regex '\\\\S' - at `$.fix`|",
        f"{UNIVERSITY}-8: there is no parameter year_strt|year_start",
        f"{UNIVERSITY}-9: {MATCH} needs regex|",
        f"{UNIVERSITY}-10: expect_column_values_to_be_between needs min_value or max_value|",
    ]
    lines = (folder / "institutions" / f"{UNIVERSITY}.json").read_text().splitlines()
    named = [lines[int(fault.partition(":")[0]) - 1] for fault in found]
    words = (
        "name",
        "match_regx",
        '"diplom"',
        "INE-FORMAT",
        "titel",
        '"diplom"',
        f"{UNIVERSITY}-5",
        "result_format",
        f"{UNIVERSITY}-7",
        "year_strt",
        MATCH,
        "be_between",
    )
    assert [word in line for word, line in zip(words, named, strict=True)] == [True] * len(words)


def test_what_is_no_suite_at_all_is_a_fault_too(tmp_path: Path) -> None:
    folder = written(tmp_path)
    for content in (b"{", b"[]", b"\xff", b'{"name": "0751717J"}'):
        (folder / "institutions" / f"{UNIVERSITY}.json").write_bytes(content)
        assert len(faults_of(folder)) == 1


def test_a_misspelt_argument_is_the_file_s_to_mend(tmp_path: Path) -> None:
    folder = written(tmp_path, an_entry(kwargs=KWARGS | {"regexp": "x"}))
    with pytest.raises(FixConfig, match=RULE):
        judged(folder, an_enrolment())


def test_an_own_rule_that_raises_fails_the_run_by_its_name(tmp_path: Path) -> None:
    folder = written(tmp_path, an_entry(kwargs=KWARGS | {"regex": "("}))
    with pytest.raises(RuleBroken, match=RULE):
        judged(folder, an_enrolment(ine=INE))


def test_a_parameter_of_the_shipped_suite_that_nothing_fills_in_fails_the_run(tmp_path: Path) -> None:
    folder = written(tmp_path)
    file = folder / "enrolment.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"year_end"', '"year_ends"'), encoding="utf-8")
    with pytest.raises(RuleBroken, match="year_ends"):
        judged(folder, an_enrolment())


def test_the_parameters_that_may_be_named_are_those_that_are_filled_in() -> None:
    assert set(parameters(an_institution())) == set(PARAMETERS)


def test_the_columns_that_may_be_named_are_those_of_the_frame() -> None:
    assert set(make_frame(read_table([an_enrolment()]).columns, an_institution()).columns) == set(COLUMNS)


ON_INE = {"column": "ine"}
IN_FULL = {"ignore_row_if": "either_value_is_missing"}
ON_BOTH = {"column_A": "ine", "column_B": "dateNaissance"}
#: Arguments by which the rows with the planted values break each expectation, on the columns that hold them where it can.
BREAKING: dict[str, dict[str, Any]] = {
    "expect_column_pair_key_to_have_one_value": {"column_A": "dateNaissance", "column_B": "regime", **IN_FULL},
    "expect_column_pair_values_a_to_be_greater_than_b": {"column_A": "dateNaissance", "column_B": "ine"},
    "expect_column_pair_values_to_be_equal": ON_BOTH,
    "expect_column_pair_values_to_be_in_set": ON_BOTH | {"value_pairs_set": [["a", "b"]]},
    "expect_column_pair_values_to_span_at_most": {"column_A": "startDay", "column_B": "endDay", "months": 1, **IN_FULL},
    "expect_column_value_lengths_to_be_between": ON_INE | {"max_value": 3},
    "expect_column_value_lengths_to_equal": ON_INE | {"value": 3},
    "expect_column_values_to_be_between": {"column": "age", "min_value": 10, "max_value": 11},
    "expect_column_values_to_be_in_set": ON_INE | {"value_set": ["a"]},
    "expect_column_values_to_be_null": ON_INE,
    "expect_column_values_to_be_real_dates": {"column": "dateNaissance"},
    "expect_column_values_to_be_unique": ON_INE,
    "expect_column_values_to_have_ine_key": ON_INE | {"family": "rnie"},
    "expect_column_values_to_have_uai_key": ON_INE,
    "expect_column_values_to_match_regex": ON_INE | {"regex": "^a"},
    "expect_column_values_to_match_regex_list": ON_INE | {"regex_list": ["^a", "^b"]},
    "expect_column_values_to_not_be_in_set": {"column": "communeFault", "value_set": ["foreign"]},
    "expect_column_values_to_not_be_null": ON_INE,
    "expect_column_values_to_not_match_regex": ON_INE | {"regex": "^9"},
    "expect_column_values_to_not_match_regex_list": ON_INE | {"regex_list": ["^9"]},
    "expect_compound_columns_to_be_unique": {"column_list": ["ine", "dateNaissance"]},
    "expect_multicolumn_values_to_be_equal": {"column_list": ["ine", "dateNaissance"]},
    "expect_select_column_values_to_be_unique_within_record": {"column_list": ["ine", "codeCommune"]},
}


def planted_rows() -> list[Enrolment]:
    """Many more rows than Great Expectations shows by itself, that break every expectation above."""
    row = {"ine": INE, "codeCommune": "99999"}
    regimes = [an_enrolment(row=2 * n, **row, dateNaissance=BIRTH, regime=f"RF{n % 7 + 1}") for n in range(1, 151)]
    births = [an_enrolment(row=2 * n + 1, **row, dateNaissance="1903-02-31") for n in range(1, 151)]
    equal = an_enrolment(row=900, ine=INE, codeCommune=INE, dateNaissance=BIRTH)
    return [*regimes, *births, equal, an_enrolment(row=901, ine="", dateNaissance=BIRTH)]


def test_no_expectation_that_may_be_used_gives_a_value_away(caplog: pytest.LogCaptureFixture) -> None:
    """Every one of them is made to fail on hundreds of rows, at the lowest level of every log."""
    assert set(BREAKING) == set(EXPECTATIONS)
    caplog.set_level(logging.DEBUG)
    suite = SuiteFile("planted", [Entry(kind, kwargs, Meta(kind)) for kind, kwargs in BREAKING.items()])
    institution = an_institution()
    made = make_frame(read_table(planted_rows()).columns, institution)
    results = list(room.validated(as_texts(made), suite, parameters(institution)).results)
    told = json.dumps([one.to_json_dict() for one in results]) + str(results) + caplog.text
    broken = broken_rows(made, suite, parameters(institution))
    assert [kind for kind in BREAKING if len(broken[kind]) == 0] == []
    assert [value for value in (INE, BIRTH, "1903") if value in told] == []


def test_no_value_is_in_a_log_or_in_what_is_kept_of_a_judgement(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    entries = [an_entry(kind, kwargs, rule=f"{UNIVERSITY}-{kind}") for kind, kwargs in BREAKING.items()]
    found = judged(written(tmp_path, *entries), *planted_rows())
    told = str(found) + caplog.text
    assert len(found.judgements[0].reasons) > len(BREAKING) / 2
    assert [value for value in (INE, BIRTH, "1903") if value in told] == []


def test_an_own_rule_that_raises_gives_no_value_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    folder = written(tmp_path, an_entry("expect_column_values_to_be_between", {"column": "ine", "min_value": 3}))
    with pytest.raises(RuleBroken) as caught:
        judged(folder, *planted_rows())
    assert [value for value in (INE, BIRTH, "1903") if value in str(caught.value) + caplog.text] == []
