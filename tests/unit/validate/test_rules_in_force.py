"""The rules' version: another one for whatever may judge a row differently, the same for all else."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from builders import an_institution
from supdata.errors import FixConfig
from supdata.plan.comparing import FIELDS
from supdata.records.states import Severity
from supdata.validate import additions
from supdata.validate.catalogue import RULES
from supdata.validate.ledger_rules import LEDGER_RULES
from supdata.validate.rules_in_force import rules_in_force

SUITE = Path(__file__).parents[3] / "expectations" / "enrolment.json"


TODAY = date(2026, 11, 23)
WEAKER = {"author": "M. Durand", "reason": "essai", "ceiling": 40, "expires": "2027-01-31"}


def version(suite: Path = SUITE, on: date = TODAY, **facts: Any) -> str:
    return rules_in_force(an_institution(**facts), suite, on).version


@pytest.mark.parametrize(
    "facts",
    [
        {"rules": {"INE-KEY-RNIE": "reject"}},
        {"rules": {"INE-KEY-BEA": {"severity": "warn", **WEAKER}}},
        {"rules": {"INE-KEY-BEA": {"severity": "mute", **WEAKER}}},
        {"rules": {"INE-KEY-BEA": {"tolerance": 0.1, **WEAKER}}},
        {"year": {"start": "2027-09-01", "end": "2028-08-31"}},
        {"also": ["0442953W"]},
        {"commune": {"column_holds": "insee"}},
        {"commune": {"emit": "insee"}},
        {"commune": {"own": [{"insee": "44109", "postal": "44000"}]}},
    ],
)
def test_what_an_institution_file_says_of_the_rules_gives_another_version(facts: dict[str, Any]) -> None:
    assert version(**facts) != version()


def test_a_setting_that_changes_nothing_and_another_name_or_contact_give_the_same() -> None:
    assert version(rules={"INE-FORMAT": "reject"}) == version()
    assert version(name="Autre nom", contact="autre@universite-essai.example") == version()


def test_a_setting_counts_to_its_last_day_and_then_all_is_as_without_it() -> None:
    rules = {"INE-KEY-BEA": {"severity": "warn", **WEAKER}}
    last, after = date(2027, 1, 31), date(2027, 2, 1)
    assert version(on=last, rules=rules) == version(rules=rules) != version()
    assert version(on=after, rules=rules) == version()


@pytest.mark.parametrize(
    ("change", "another"),
    [
        ({"version": 9}, True),
        ({"severity": Severity.WARN}, True),
        ({"tolerance": 0.01}, True),
        ({"title": "Autrement dit", "since": date(2030, 1, 1)}, False),
    ],
)
def test_a_rule_s_weight_counts_and_its_texts_do_not(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], another: bool
) -> None:
    before = version()
    monkeypatch.setattr(additions, "RULES", {**RULES, "INE-KEY-BEA": replace(RULES["INE-KEY-BEA"], **change)})
    assert (version() != before) is another


def test_a_suite_s_content_counts_and_its_layout_does_not(tmp_path: Path) -> None:
    suite = json.loads(SUITE.read_text(encoding="utf-8"))
    same, other = tmp_path / "same.json", tmp_path / "other.json"
    same.write_text(json.dumps(suite, indent=7, sort_keys=True), encoding="utf-8")
    suite["expectations"][0]["kwargs"]["mostly"] = 0.5
    other.write_text(json.dumps(suite), encoding="utf-8")
    assert version(same) == version() != version(other)


def test_an_institution_s_own_rules_count_too() -> None:
    lycee = an_institution(uai="0881269B")
    alone = lycee.model_copy(update={"uai": "0751717J", "also": []})
    found = rules_in_force(lycee, SUITE, TODAY)
    assert set(found.severities) - set(RULES)
    assert found.version != rules_in_force(alone, SUITE, TODAY).version


def test_every_rule_has_its_severity_here_but_a_mute_one() -> None:
    rules = {"LEDGER-BIRTH-CHANGED": {"severity": "warn", **WEAKER}, "LEDGER-REGIME-CHANGED": {"severity": "mute", **WEAKER}}
    found = rules_in_force(an_institution(rules=rules), SUITE, TODAY)
    assert set(RULES) - set(found.severities) == {"LEDGER-REGIME-CHANGED"}
    assert found.severities["LEDGER-BIRTH-CHANGED"] is Severity.WARN


def test_the_plan_is_told_what_the_catalogue_says_of_the_comparisons_it_weighs() -> None:
    """Whatever the institution has set: only the plan knows how many rows they concern."""
    rules = {"LEDGER-BIRTH-CHANGED": {"severity": "warn", **WEAKER}}
    found = rules_in_force(an_institution(rules=rules), SUITE, TODAY)
    assert {one.id: one.severity for one in found.against_ledger} == {rule.id: rule.severity for rule in LEDGER_RULES}
    assert found.on == TODAY


def test_an_unknown_rule_is_a_fault_of_the_institution_file() -> None:
    with pytest.raises(FixConfig, match="INE-KEY-BEE"):
        version(rules={"INE-KEY-BEE": "reject"})


def test_the_plan_speaks_of_the_catalogue_s_rules_and_fields() -> None:
    by_id = {rule.id: rule.field for rule in LEDGER_RULES}
    by_id.pop("LEDGER-DEPARTED")  # no row of the run breaks it
    assert by_id == FIELDS
