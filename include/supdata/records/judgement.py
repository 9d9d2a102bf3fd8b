"""What the rules said of one row."""

from datetime import date

import msgspec

from supdata.records.states import Severity, Verdict


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One rule that one row breaks. It holds no value: the row number leads to it."""

    rule: str
    field: str
    severity: Severity


class LedgerRule(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogue says of a rule that compares with the ledger: the plan weighs it, knowing how many rows break it."""

    id: str
    severity: Severity
    tolerance: float = 0.0


class RulesInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The rules one run was judged by: what each does to a row of this institution, and a version that any change renews.

    A rule without a severity is mute. `against_ledger` are the rules of which the institution's setting, ceiling and tolerance
    included, is still to be weighed, as of the day `on`.
    """

    version: str
    severities: dict[str, Severity]
    against_ledger: tuple[LedgerRule, ...] = ()
    on: date = date.min


class Judgement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The verdict on one row with all its reasons, warnings included."""

    source: str
    row: int
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
