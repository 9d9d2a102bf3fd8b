"""What a quality rule is: an id that never changes, what it does to a row, and what a registrar reads about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from supdata.records.states import Severity

#: The day the catalogue was opened: rules that say no other day have been in force since then.
CATALOGUE_OPENED = date(2026, 11, 23)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the catalogue.

    Attributes:
        id: Its name in suites, judgements and institution files; never changed, never given to another rule.
        field: The enrolment's field it speaks of; "" when it compares whole rows.
        severity: What it does to a row unless an institution says otherwise.
        title: French, for the registrar's office, as are `explanation` (what is wrong, and what follows) and `fix` (what to do
            in the institution's own software).
        english: The title in English.
        english_explanation: The explanation in English.
        english_fix: What to do, in English.
        source: The text, the document or the observation the rule comes from.
        version: Raised by one whenever the rule judges a row differently than before.
        since: The day this version came into force.
        tolerance: The share of an institution's rows, from 0 to 1, up to which the rule only warns.
        essential: It cannot be relaxed by an institution: without it there would be nothing right to send, or it would be sent
            in somebody else's name.
        against_ledger: It compares a valid row with what was declared; the plan evaluates it.
    """

    id: str
    field: str
    severity: Severity
    title: str
    explanation: str
    fix: str
    english: str
    source: str
    english_explanation: str = ""
    english_fix: str = ""
    version: int = 1
    since: date = CATALOGUE_OPENED
    tolerance: float = 0.0
    essential: bool = False
    against_ledger: bool = False


def by_id(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    """Return `rules` by id, in the order given; raises ValueError when an id is given twice."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in found:
            raise ValueError(f"two rules have the id {rule.id}")
        found[rule.id] = rule
    return MappingProxyType(found)
