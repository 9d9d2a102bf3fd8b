"""What the rules said of one row."""

import msgspec

from supdata.records.states import Severity, Verdict


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One rule that one row breaks. It holds no value: the row number leads to it."""

    rule: str
    field: str
    severity: Severity


class RulesInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The rules one run was judged by: what each does to a row of this institution, and a version that any change renews.

    A rule without a severity is mute.
    """

    version: str
    severities: dict[str, Severity]


class Judgement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The verdict on one row with all its reasons, warnings included."""

    source: str
    row: int
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
