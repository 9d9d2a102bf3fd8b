"""The suite: what is asked of Great Expectations, and that what it leaves out is never read as 'no bad row'."""

import json
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from builders import an_enrolment, an_institution
from supdata.errors import FixConfig, RuleBroken
from supdata.validate import suite as room
from supdata.validate.catalogue import SUITE_RULES
from supdata.validate.distinct import as_texts
from supdata.validate.frame import make_frame
from supdata.validate.judging import judge, parameters
from supdata.validate.reading import read_table
from supdata.validate.suite import broken_rows
from supdata.validate.suite_file import read_suite

SUITE = Path(__file__).parents[3] / "expectations" / "enrolment.json"
TODAY = date(2026, 11, 23)
Change = Callable[[list[dict[str, Any]]], object]


def _changed(tmp_path: Path, change: Change) -> Path:
    suite = json.loads(SUITE.read_text(encoding="utf-8"))
    change(suite["expectations"])
    path = tmp_path / "enrolment.json"
    path.write_text(json.dumps(suite), encoding="utf-8")
    return path


def test_the_suite_checks_exactly_the_rules_of_the_catalogue() -> None:
    assert {entry.meta.rule for entry in read_suite(SUITE).expectations} == set(SUITE_RULES)


def test_a_suite_that_forgets_a_rule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="INE-ABSENT"):
        read_suite(_changed(tmp_path, lambda entries: entries.pop(0)))


def test_a_suite_with_a_rule_of_no_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="INE-ABSNET"):
        read_suite(_changed(tmp_path, lambda entries: entries[0]["meta"].update(rule="INE-ABSNET")))


def test_a_suite_that_is_not_there_is_a_fault_of_configuration(tmp_path: Path) -> None:
    with pytest.raises(FixConfig, match=r"enrolment\.json"):
        read_suite(tmp_path / "enrolment.json")


def test_a_misspelt_key_in_a_suite_is_a_fault_of_configuration(tmp_path: Path) -> None:
    with pytest.raises(FixConfig, match="kwarg"):
        read_suite(_changed(tmp_path, lambda entries: entries[0].update(kwarg={})))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda entries: entries[0].update(type="expect_column_values_to_be_nice"), id="an unknown type"),
        pytest.param(lambda entries: entries[0]["kwargs"].update(column="nowhere"), id="a missing column"),
        pytest.param(lambda entries: entries[0]["kwargs"].update(colum="ine"), id="an unknown argument"),
        pytest.param(
            lambda entries: entries[0].update(
                type="expect_column_values_to_have_ine_key", kwargs={"column": "ine", "family": "x"}
            ),
            id="a condition of ours that raises",
        ),
        pytest.param(lambda entries: entries.append(dict(entries[0], type="expect_nothing")), id="one of two of a rule"),
    ],
)
def test_a_rule_that_was_not_evaluated_is_an_error(tmp_path: Path, change: Change) -> None:
    with pytest.raises(RuleBroken, match="INE-ABSENT"):
        judge([an_enrolment()], an_institution(), _changed(tmp_path, change), TODAY)


def test_no_value_of_a_row_is_in_what_great_expectations_gives_back(caplog: pytest.LogCaptureFixture) -> None:
    """Positions only, and all of them: other result formats hold values, or stop at 20 rows or 200 values."""
    caplog.set_level(logging.DEBUG)
    rows = [an_enrolment(row=row, ine=f"98765{row:04d}AA", dateNaissance="1903-02-03") for row in range(300)]
    institution = an_institution()
    suite = read_suite(SUITE)
    results = list(
        room.validated(as_texts(make_frame(read_table(rows).columns, institution)), suite, parameters(institution)).results
    )
    told = json.dumps([one.to_json_dict() for one in results]) + caplog.text
    assert "98765" not in told
    assert "1903" not in told
    broken = broken_rows(make_frame(read_table(rows).columns, institution), suite, parameters(institution))
    assert len(broken["BIRTH-PLAUSIBLE"]) == 300


def test_an_error_names_rules_and_no_value(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    between_texts = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "ine", "min_value": 3}}
    path = _changed(tmp_path, lambda entries: entries[0].update(between_texts))
    with pytest.raises(RuleBroken) as caught:
        judge([an_enrolment(ine="987654321AA")], an_institution(), path, TODAY)
    assert "987654321AA" not in str(caught.value) + caplog.text


def test_a_result_that_does_not_name_every_bad_row_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter result formats stop at 20 rows: the others would pass for good ones."""
    monkeypatch.setattr(room, "RESULT_FORMAT", {"result_format": "SUMMARY"})
    with pytest.raises(RuleBroken, match="INE-ABSENT"):
        judge([an_enrolment(row=row, ine="") for row in range(30)], an_institution(), SUITE, TODAY)
