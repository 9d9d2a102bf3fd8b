"""How severe the findings against the ledger are, once it is known how many rows each concerns."""

from collections.abc import Mapping

from supdata.config.models import Institution
from supdata.config.weighing import weigh
from supdata.records.judgement import RulesInForce
from supdata.records.ruling import Ruling
from supdata.records.states import Severity


def weigh_findings(
    found: Mapping[str, int], institution: Institution, rules: RulesInForce, *, of: int
) -> tuple[dict[str, Severity], list[Ruling]]:
    """Return the severity of each rule, without the mute ones, and what became of each setting of a comparison with the ledger.

    `found` says how many of the `of` rows read each rule concerns.
    """
    severities, rulings = dict(rules.severities), []
    for rule in rules.against_ledger:
        weighed = weigh(rule, institution.rules.get(rule.id), rows=found.get(rule.id, 0), of=of, on=rules.on)
        if weighed.severity is None:
            severities.pop(rule.id, None)
        else:
            severities[rule.id] = weighed.severity
        if weighed.ruling is not None:
            rulings.append(weighed.ruling)
    return severities, rulings
