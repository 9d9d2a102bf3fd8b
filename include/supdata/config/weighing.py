"""How severe each rule is for one institution on one day: the catalogue, the institution's settings, tolerance and ceilings."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from supdata.config.rule_settings import RuleSetting, at_most
from supdata.records.ruling import Ruling, Standing
from supdata.records.states import Severity

MUTE = "mute"


class CatalogueRule(Protocol):
    """What must be known of a rule to weigh it; the catalogue belongs to validation."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def severity(self) -> Severity:
        """What it does to a row unless an institution says otherwise."""

    @property
    def tolerance(self) -> float:
        """The share of the rows up to which it only warns."""


@dataclass(frozen=True)
class Weighed:
    """What a rule does to the rows that break it: `severity`, None when it is mute; and what became of its setting, if any."""

    severity: Severity | None
    ruling: Ruling | None = None


def weigh(rule: CatalogueRule, setting: RuleSetting | None, *, rows: int, of: int, on: date) -> Weighed:
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


def _ruling(rule: CatalogueRule, setting: RuleSetting, standing: Standing, rows: int, of: int) -> Ruling:
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
