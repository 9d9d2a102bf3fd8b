"""What a rule does to a row at one institution, on one day: settings, tolerance, ceilings, and that they end by themselves."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.config.rule_settings import RuleSetting
from supdata.config.weighing import Weighed, weigh
from supdata.records.ruling import Standing
from supdata.records.states import Severity
from supdata.validate.catalogue import RULES
from supdata.validate.rule import Rule

LAST_DAY = date(2027, 1, 31)
FOR_A_TIME = {"author": "M. Durand", "reason": "essai", "ceiling": "40", "expires": "2027-01-31"}
REJECTING = RULES["INE-KEY-BEA"]


def a_setting(**changes: Any) -> RuleSetting:
    return RuleSetting.model_validate({**FOR_A_TIME, **changes})


def weighed(
    setting: RuleSetting | None, *, rows: int = 1, of: int = 1_000, on: date = LAST_DAY, rule: Rule = REJECTING
) -> Weighed:
    return weigh(rule, setting, rows=rows, of=of, on=on)


def test_without_a_setting_the_catalogue_speaks() -> None:
    assert weighed(None) == Weighed(Severity.REJECT)


@pytest.mark.parametrize(("word", "severity"), [("warn", Severity.WARN), ("reject", Severity.REJECT), ("mute", None)])
def test_a_setting_holds_to_its_last_day_and_its_last_row(word: str, severity: Severity | None) -> None:
    found = weighed(a_setting(severity=word), rows=40)
    assert found.severity is severity
    assert found.ruling is not None
    assert found.ruling.standing is Standing.IN_FORCE
    assert (found.ruling.rows, found.ruling.of) == (40, 1_000)


@pytest.mark.parametrize("word", ["warn", "mute"])
def test_the_day_after_the_rule_counts_again(word: str) -> None:
    found = weighed(a_setting(severity=word), on=date(2027, 2, 1))
    assert found.severity is Severity.REJECT
    assert found.ruling is not None
    assert (found.ruling.standing, found.ruling.reopened) == (Standing.EXPIRED, True)


@pytest.mark.parametrize(("ceiling", "rows"), [("40", 41), ("4 %", 41), ("0.04", 41), ("0,7 %", 8)])
def test_one_row_above_the_ceiling_the_rule_counts_again(ceiling: str, rows: int) -> None:
    setting = a_setting(severity="mute", ceiling=ceiling)
    assert weighed(setting, rows=rows - 1).severity is None
    found = weighed(setting, rows=rows)
    assert found.severity is Severity.REJECT
    assert found.ruling is not None
    assert found.ruling.standing is Standing.EXCEEDED


def test_a_stricter_rule_goes_back_too_when_it_finds_more_than_was_meant() -> None:
    """A rule that is not official must not stop a whole school because one school wished it stricter."""
    setting = RuleSetting.model_validate({"severity": "reject", "ceiling": "5 %"})
    assert weighed(setting, rows=50, rule=RULES["INE-KEY-RNIE"]).severity is Severity.REJECT
    assert weighed(setting, rows=51, rule=RULES["INE-KEY-RNIE"]).severity is Severity.WARN


@given(st.integers(0, 100), st.integers(1, 99))
def test_up_to_its_tolerance_a_rule_only_warns(rows: int, percent: int) -> None:
    """In whole rows of 100, where a float would be one off at 29 %."""
    found = weighed(a_setting(tolerance=f"{percent} %", ceiling=None), rows=rows, of=100)
    assert found.severity is (Severity.WARN if rows <= percent else Severity.REJECT)


def test_a_tolerance_of_none_takes_the_catalogue_s_away() -> None:
    tolerant = Rule(**{**{name: getattr(REJECTING, name) for name in REJECTING.__dataclass_fields__}, "tolerance": 0.5})
    assert weighed(None, rule=tolerant).severity is Severity.WARN
    assert weighed(RuleSetting.model_validate({"tolerance": 0}), rule=tolerant).severity is Severity.REJECT


def test_an_expired_tolerance_is_none() -> None:
    assert weighed(a_setting(tolerance="50 %"), on=date(2027, 2, 1)).severity is Severity.REJECT
