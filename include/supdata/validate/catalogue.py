"""The catalogue of quality rules; needs neither pandas nor Great Expectations."""

from collections.abc import Mapping

from supdata.validate.enrolment_rules import ENROLMENT_RULES
from supdata.validate.ledger_rules import LEDGER_RULES
from supdata.validate.place_rules import PLACE_RULES
from supdata.validate.rule import Rule, by_id
from supdata.validate.student_rules import STUDENT_RULES

#: The rules that a suite checks, by id: a row is judged by itself and by its neighbours.
SUITE_RULES: Mapping[str, Rule] = by_id((*STUDENT_RULES, *ENROLMENT_RULES, *PLACE_RULES))
#: Every rule by id, in the order in which a row's reasons are given; the last ones compare with the ledger.
RULES: Mapping[str, Rule] = by_id((*SUITE_RULES.values(), *LEDGER_RULES))
