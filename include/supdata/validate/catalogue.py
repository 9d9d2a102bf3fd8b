"""The catalogue of quality rules, and how severe each is for one institution; needs neither pandas nor Great Expectations."""

import difflib
from collections.abc import Mapping

from supdata.errors import FixConfig
from supdata.records.states import Severity
from supdata.validate.enrolment_rules import ENROLMENT_RULES
from supdata.validate.place_rules import PLACE_RULES
from supdata.validate.rule import Rule, by_id
from supdata.validate.student_rules import STUDENT_RULES

#: Every rule by id, in the order in which a row's reasons are given.
RULES: Mapping[str, Rule] = by_id((*STUDENT_RULES, *ENROLMENT_RULES, *PLACE_RULES))


def severities(overrides: Mapping[str, str]) -> dict[str, Severity]:
    """Return the severity of every rule, once an institution's `rules` section has had its say.

    Raises FixConfig when it names a rule that does not exist, or relaxes one that is essential.
    """
    for name, wanted in overrides.items():
        _refuse_unknown(name)
        _refuse_relaxing(RULES[name], Severity(wanted))
    return {name: Severity(overrides.get(name, rule.severity)) for name, rule in RULES.items()}


def _refuse_unknown(name: str) -> None:
    if name not in RULES:
        nearest = difflib.get_close_matches(name.upper(), RULES, n=1, cutoff=0.0)[0]
        raise FixConfig("Reading `rules`", f"there is no rule {name}", f"Did you mean {nearest}?")


def _refuse_relaxing(rule: Rule, wanted: Severity) -> None:
    if rule.essential and wanted is not rule.severity:
        raise FixConfig(
            "Reading `rules`",
            f"{rule.id} cannot be made `{wanted}`: without it there is nothing right to send",
            f"Remove {rule.id} from `rules`.",
        )
