"""Settings that no institution may make are refused, with what to do."""

from typing import Any

import pytest

from supdata.config.rule_settings import RuleSetting
from supdata.errors import FixConfig
from supdata.validate.catalogue import RULES
from supdata.validate.refusing import refuse_wrong_settings

FOR_A_TIME = {"author": "M. Durand", "reason": "essai", "ceiling": "40", "expires": "2027-01-31"}


def a_setting(**changes: Any) -> RuleSetting:
    return RuleSetting.model_validate({**FOR_A_TIME, **changes})


def test_an_unknown_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(FixConfig, match="Did you mean INE-KEY-RNIE"):
        refuse_wrong_settings({"INE-KEY-RNEI": RuleSetting(severity="reject")}, RULES)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.essential])
@pytest.mark.parametrize("change", [{"severity": "warn"}, {"severity": "mute"}, {"tolerance": "1 %"}], ids=str)
def test_an_essential_rule_can_be_neither_relaxed_nor_muted(name: str, change: dict[str, str]) -> None:
    with pytest.raises(FixConfig, match=name):
        refuse_wrong_settings({name: a_setting(**change)}, RULES)


def test_an_essential_rule_may_be_written_as_it_is() -> None:
    refuse_wrong_settings({"INE-ABSENT": RuleSetting(severity="reject")}, RULES)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.against_ledger])
def test_a_comparison_with_the_ledger_cannot_be_made_to_reject(name: str) -> None:
    """The row is right in itself: the registry keeps what it has, and a person decides on the change."""
    assert name.startswith("LEDGER-")
    with pytest.raises(FixConfig, match=f"{name} compares"):
        refuse_wrong_settings({name: RuleSetting(severity="reject")}, RULES)
    refuse_wrong_settings({name: a_setting(severity="warn")}, RULES)
