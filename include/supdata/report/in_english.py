"""The facts of a run as its English page tells them: the same, with the texts of rules and settings in English."""

from collections.abc import Mapping
from dataclasses import replace

from supdata.report.adjustments import adjustments
from supdata.report.content import Finding, RunFacts
from supdata.report.rule_texts import RuleText, text_of
from supdata.report.tongue import ENGLISH


def in_english(facts: RunFacts, rules: Mapping[str, RuleText]) -> RunFacts:
    """Return the facts with their groups and settings told in English; the lines of the work list stay in French."""
    groups = tuple(replace(group, finding=_finding(group.finding, rules)) for group in facts.groups)
    return replace(facts, groups=groups, adjustments=tuple(adjustments(facts.rulings, rules, ENGLISH)))


def _finding(finding: Finding, rules: Mapping[str, RuleText]) -> Finding:
    text = text_of(finding.rule, rules, ENGLISH)
    return replace(
        finding,
        field=" / ".join(map(ENGLISH.field_label, finding.names)),
        title=text.title,
        explanation=text.explanation,
        fix=text.fix,
        words=ENGLISH.say(finding.words),
    )
