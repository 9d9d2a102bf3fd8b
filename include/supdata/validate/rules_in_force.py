"""The version of the rules one institution is judged by: any change that may judge a row differently gives another."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from supdata.config.models import Institution
from supdata.config.rule_settings import RuleSetting
from supdata.config.weighing import MUTE
from supdata.records.judgement import LedgerRule, RulesInForce
from supdata.records.states import Severity
from supdata.validate.additions import read_additions
from supdata.validate.judging import parameters
from supdata.validate.refusing import refuse_wrong_settings
from supdata.validate.rule import Rule
from supdata.validate.suite_file import read_suite

#: 64 bits: it tells one version from the next, it protects nothing.
HEX_DIGITS = 16


def rules_in_force(institution: Institution, suite_file: Path, on: date) -> RulesInForce:
    """Return the rules in force for `institution` on the day `on`; a mute rule has no severity among them.

    The version is made of each rule's id, version, severity, tolerance and ceiling here, of the content of the suite and of
    the institution's own beside it, and of the institution's facts that they refer to: neither texts nor the layout of a
    file change it. A setting counts until it expires.

    Raises FixConfig when the institution's `rules` or a suite file must be mended.
    """
    added = read_additions(suite_file.parent, institution.uai)
    rules = added.with_catalogue()
    refuse_wrong_settings(institution.rules, rules)
    weights = {name: _weight(rule, _setting(institution, name, on)) for name, rule in rules.items()}
    told = [(name, rules[name].version, *weights[name]) for name in sorted(rules)]
    suite = read_suite(suite_file).joined_by(added.entries)
    content = msgspec.json.encode(
        [told, suite.expectations, parameters(institution), institution.commune.model_dump()], order="sorted"
    )
    severities = {name: Severity(severity) for name, (severity, *_) in weights.items() if severity != MUTE}
    return RulesInForce(
        version=sha256(content).hexdigest()[:HEX_DIGITS],
        severities=severities,
        against_ledger=tuple(
            LedgerRule(id=rule.id, severity=rule.severity, tolerance=rule.tolerance)
            for rule in rules.values()
            if rule.against_ledger
        ),
        on=on,
    )


def _setting(institution: Institution, name: str, on: date) -> RuleSetting | None:
    """Return the institution's setting of a rule, None when there is none that still holds."""
    setting = institution.rules.get(name)
    return None if setting is None or setting.expired(on) else setting


def _weight(rule: Rule, setting: RuleSetting | None) -> tuple[str, float, float]:
    """Return severity (or `mute`), tolerance and ceiling (0 for none) of a rule."""
    if setting is None:
        return (str(rule.severity), rule.tolerance, 0)
    tolerance = rule.tolerance if setting.tolerance is None else setting.tolerance
    return (setting.severity or str(rule.severity), tolerance, setting.ceiling or 0)
