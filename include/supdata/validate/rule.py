"""What a quality rule is: an id that never changes, what it does to a row, and what a registrar reads about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supdata.records.states import Severity


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the catalogue.

    `title`, `explanation` and `fix` are French and speak to the registrar's office; `english` is the title for the rest of us.
    `source` says where the rule comes from. An `essential` rule cannot be relaxed by an institution: without it there would be
    nothing right to send, or it would be sent in somebody else's name.
    """

    id: str
    field: str
    severity: Severity
    title: str
    explanation: str
    fix: str
    english: str
    source: str
    essential: bool = False


def by_id(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    """Return `rules` by id, in the order given; raises ValueError when an id is given twice."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in found:
            raise ValueError(f"two rules have the id {rule.id}")
        found[rule.id] = rule
    return MappingProxyType(found)
