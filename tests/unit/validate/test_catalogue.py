"""The catalogue: its texts, and what an institution may change in it."""

import subprocess
import sys

import pytest

from supdata.errors import FixConfig
from supdata.records.enrolment import REGISTRY_FIELDS
from supdata.records.states import Severity
from supdata.validate.catalogue import RULES, severities
from supdata.validate.rule import CATALOGUE_OPENED, Rule, by_id


@pytest.mark.parametrize("rule", RULES.values(), ids=tuple(RULES))
def test_every_rule_speaks_to_a_registrar_and_to_an_engineer(rule: Rule) -> None:
    for name in ("id", "title", "explanation", "fix", "english", "english_explanation", "english_fix", "source"):
        assert getattr(rule, name).strip(), name
    assert rule.version >= 1
    assert 0 <= rule.tolerance < 1
    assert rule.since >= CATALOGUE_OPENED
    assert rule.field in ("", *REGISTRY_FIELDS)


def test_a_school_may_relax_a_rule_and_tighten_another() -> None:
    changed = severities({"INE-KEY-BEA": "warn", "INE-KEY-RNIE": "reject"})
    assert changed["INE-KEY-BEA"] is Severity.WARN
    assert changed["INE-KEY-RNIE"] is Severity.REJECT
    assert changed["INE-FORMAT"] is Severity.REJECT
    assert list(changed) == list(RULES)


def test_an_unknown_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(FixConfig, match="Did you mean INE-KEY-RNIE"):
        severities({"INE-KEY-RNEI": "reject"})


@pytest.mark.parametrize("name", ["INE-ABSENT", "UAI-OWNER", "STATUT-CANCELLED", "COMMUNE-EMIT"])
def test_an_essential_rule_cannot_be_relaxed(name: str) -> None:
    with pytest.raises(FixConfig, match=name):
        severities({name: "warn"})


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
