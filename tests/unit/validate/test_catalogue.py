"""The catalogue: its texts, and what an institution may change in it."""

import subprocess
import sys

import pytest

from supdata.records.enrolment import REGISTRY_FIELDS
from supdata.validate.catalogue import RULES
from supdata.validate.rule import CATALOGUE_OPENED, Rule, by_id


@pytest.mark.parametrize("rule", RULES.values(), ids=tuple(RULES))
def test_every_rule_speaks_to_a_registrar_and_to_an_engineer(rule: Rule) -> None:
    for name in ("id", "title", "explanation", "fix", "english", "english_explanation", "english_fix", "source"):
        assert getattr(rule, name).strip(), name
    assert rule.version >= 1
    assert 0 <= rule.tolerance < 1
    assert rule.since >= CATALOGUE_OPENED
    assert rule.field in ("", *REGISTRY_FIELDS)


def test_an_essential_rule_tolerates_nothing() -> None:
    """Within its tolerance a rule only warns, and what an essential rule finds must never be declared."""
    assert [rule.id for rule in RULES.values() if rule.essential and rule.tolerance] == []


def test_two_rules_cannot_share_an_id() -> None:
    rule = RULES["INE-FORMAT"]
    with pytest.raises(ValueError, match="INE-FORMAT"):
        by_id((rule, rule))


def test_the_catalogue_and_judging_cost_no_heavy_import() -> None:
    """Reports and checks read the catalogue in processes that never validate."""
    code = "import sys, supdata.validate.judging; print({'pandas', 'great_expectations'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
