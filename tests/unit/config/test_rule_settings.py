"""The `rules` section: short where it makes a rule stricter, answered for where it makes one weaker."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from builders import an_institution
from supdata.config.rule_settings import RuleSetting, at_most

FOR_A_TIME = {"author": "M. Durand", "reason": "essai", "ceiling": "40", "expires": "2027-01-31"}


def read(setting: Any) -> RuleSetting:
    return an_institution(rules={"INE-KEY-RNIE": setting}).rules["INE-KEY-RNIE"]


def test_a_severity_alone_is_enough_to_be_stricter() -> None:
    assert read("reject") == read({"severity": "reject"}) == RuleSetting(severity="reject")


@pytest.mark.parametrize("word", ["warn", "mute"])
@pytest.mark.parametrize("left_out", FOR_A_TIME)
def test_to_be_weaker_takes_an_author_a_reason_a_ceiling_and_a_last_day(word: str, left_out: str) -> None:
    whole = {"severity": word, **FOR_A_TIME}
    assert read(whole).expires == date(2027, 1, 31)
    with pytest.raises(ValidationError, match=f"give {left_out}"):
        read({name: value for name, value in whole.items() if name != left_out})


def test_a_tolerance_is_answered_for_as_well_and_is_its_own_ceiling() -> None:
    assert read({"tolerance": "2,5 %", **FOR_A_TIME}).tolerance == 0.025
    assert read({"tolerance": 0.02, "author": "M. D.", "reason": "essai", "expires": "2027-01-31"}).ceiling is None
    with pytest.raises(ValidationError, match="give author, reason, expires"):
        read({"tolerance": "2 %"})


@pytest.mark.parametrize(
    ("written", "ceiling"), [("40", 40), (40, 40), ("5 %", 0.05), ("5%", 0.05), ("0.7 %", 0.007), ("0.05", 0.05), (0.5, 0.5)]
)
def test_a_ceiling_is_a_number_of_rows_or_a_share(written: object, ceiling: float) -> None:
    assert read({"severity": "warn", **FOR_A_TIME, "ceiling": written}).ceiling == ceiling


@pytest.mark.parametrize("written", ["many", "100 %", "1.5", "0", "-3", "0 %", "nan", "inf"])
def test_a_ceiling_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        read({"severity": "warn", **FOR_A_TIME, "ceiling": written})


@pytest.mark.parametrize("written", ["1", "100 %", "-1 %", "nan", "a few"])
def test_a_tolerance_that_is_no_share_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        read({"tolerance": written, **FOR_A_TIME})


def test_a_setting_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="says nothing"):
        read(FOR_A_TIME)


def test_shares_are_compared_as_they_are_written() -> None:
    assert 0.29 * 100 < 29
    assert at_most(29, 0.29, 100)
    assert not at_most(30, 0.29, 100)
