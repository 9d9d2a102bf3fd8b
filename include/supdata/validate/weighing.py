"""How severe each rule is for one institution on one day: the catalogue, the institution's settings, tolerance and ceilings."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from supdata.config.rule_settings import RuleSetting, at_most
from supdata.errors import FixConfig
from supdata.records.ruling import Ruling, Standing
from supdata.records.states import Severity
from supdata.validate.rule import Rule

MUTE = "mute"


@dataclass(frozen=True)
class Weighed:
    """What a rule does to the rows that break it: `severity`, None when it is mute; and what became of its setting, if any."""

    severity: Severity | None
    ruling: Ruling | None = None


def refuse_wrong_settings(settings: Mapping[str, RuleSetting], rules: Mapping[str, Rule]) -> None:
    """Raise FixConfig when `settings` name a rule that does not exist, or make an essential one weaker."""
    for name, setting in settings.items():
        if name not in rules:
            nearest = difflib.get_close_matches(name.upper(), rules, n=1, cutoff=0.0)[0]
            raise FixConfig("Reading `rules`", f"there is no rule {name}", f"Did you mean {nearest}?")
        if rules[name].essential and (setting.severity != rules[name].severity or setting.tolerance is not None):
            found = f"{name} is essential and cannot be made weaker: without it there is nothing right to send"
            raise FixConfig("Reading `rules`", found, f"Remove {name} from `rules`.")


def weigh(rule: Rule, setting: RuleSetting | None, *, rows: int, of: int, on: date) -> Weighed:
    """Weigh a rule that `rows` of `of` rows break, on the day `on`.

    A setting that has expired, or that was given for fewer rows, is as if it were not there. Up to the tolerance, a share of
    the rows, a rule that rejects or holds only warns; above it, all of its rows count.
    """
    if setting is None:
        return Weighed(_tolerant(rule.severity, rule.tolerance, rows, of))
    standing = _standing(setting, rows, of, on)
    ruling = _ruling(rule, setting, standing, rows, of)
    if ruling.reopened:
        return Weighed(_tolerant(rule.severity, rule.tolerance, rows, of), ruling)
    if setting.severity == MUTE:
        return Weighed(None, ruling)
    severity = Severity(setting.severity) if setting.severity else rule.severity
    tolerance = rule.tolerance if setting.tolerance is None else setting.tolerance
    return Weighed(_tolerant(severity, tolerance, rows, of), ruling)


def _tolerant(severity: Severity, tolerance: float, rows: int, of: int) -> Severity:
    return Severity.WARN if tolerance and at_most(rows, tolerance, of) else severity


def _standing(setting: RuleSetting, rows: int, of: int, on: date) -> Standing:
    if setting.expired(on):
        return Standing.EXPIRED
    return Standing.EXCEEDED if setting.exceeded(rows, of) else Standing.IN_FORCE


def _ruling(rule: Rule, setting: RuleSetting, standing: Standing, rows: int, of: int) -> Ruling:
    return Ruling(
        rule=rule.id,
        standing=standing,
        severity=setting.severity or "",
        tolerance=setting.tolerance or 0.0,
        rows=rows,
        of=of,
        author=setting.author,
        reason=setting.reason,
        ceiling=setting.ceiling or 0,
        expires=setting.expires.isoformat() if setting.expires else "",
    )
