"""Settings of rules that no institution may make."""

import difflib
from collections.abc import Mapping

from supdata.config.rule_checks import NEVER_REJECTS
from supdata.config.rule_settings import RuleSetting
from supdata.errors import FixConfig
from supdata.validate.rule import Rule


def refuse_wrong_settings(settings: Mapping[str, RuleSetting], rules: Mapping[str, Rule]) -> None:
    """Raise FixConfig when `settings` name a rule that does not exist, weaken an essential one or let a ledger rule reject."""
    for name, setting in settings.items():
        if name not in rules:
            nearest = difflib.get_close_matches(name.upper(), rules, n=1, cutoff=0.0)[0]
            raise FixConfig("Reading `rules`", f"there is no rule {name}", f"Did you mean {nearest}?")
        if rules[name].essential and (setting.severity != rules[name].severity or setting.tolerance is not None):
            found = f"{name} is essential and cannot be made weaker: without it there is nothing right to send"
            raise FixConfig("Reading `rules`", found, f"Remove {name} from `rules`.")
        if rules[name].against_ledger and setting.severity == "reject":
            raise FixConfig("Reading `rules`", f"{name} {NEVER_REJECTS}", f"Remove the severity of {name} from `rules`.")
