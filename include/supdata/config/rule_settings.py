"""What an institution file says of one quality rule: stricter at will, weaker only for a reason and a time.

    INE-KEY-RNIE: reject                      # short for {severity: reject}
    INE-FORMAT: {severity: warn, author: M. Durand, reason: …, ceiling: 40, expires: 2027-01-31}
    DATES-SPAN: {severity: mute, author: …, reason: …, ceiling: 5 %, expires: 2027-01-31}
    INE-KEY-BEA: {tolerance: 0.5 %, author: …, reason: …, expires: 2027-01-31}

`warn` and `mute` weaken whatever rule they are set on, so that what a setting needs can be told without the catalogue.
"""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from supdata.config.section import Section

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?%")
_PERCENT_SCHEMA = {"type": "string", "pattern": r"^\d{1,3}([.,]\d+)? ?%$"}
SHARE = "must be a share of the rows, such as 2 % or 0.02"
CEILING = "must be a number of rows, such as 40, or a share of them, such as 5 %"
#: What must stand beside a setting that makes a rule weaker.
FOR_A_CEILING = ("author", "reason", "ceiling", "expires")
FOR_A_TOLERANCE = ("author", "reason", "expires")


def at_most(rows: int, share: float, of: int) -> bool:
    """Whether `rows` of `of` are no more than `share`, as it is written: in floats, 29 of 100 would be more than 0.29."""
    return rows <= Fraction(str(share)) * of


def _share_of_percent(value: object) -> object:
    """`2,5 %` is 0.025; anything else stays as found."""
    written = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(Decimal(written[1].replace(",", ".")) / 100) if written else value


def _as_share(value: object) -> float:
    return _number(_share_of_percent(value), SHARE)


def _as_ceiling(value: object) -> float:
    share = _share_of_percent(value)
    number = _number(share, CEILING)
    if share is not value and number >= 1:
        raise ValueError("must be less than 100 %: a ceiling that is never reached is none")
    return number


def _number(value: object, expected: str) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise ValueError(expected) from None


def _below_one(value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(SHARE)
    return value


def _share_or_whole(value: float) -> float:
    if not (0 < value < 1 or (value >= 1 and value.is_integer())):
        raise ValueError(CEILING)
    return value


Share = Annotated[
    float,
    BeforeValidator(_as_share),
    AfterValidator(_below_one),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "exclusiveMaximum": 1}, _PERCENT_SCHEMA]}),
]
Ceiling = Annotated[
    float,
    BeforeValidator(_as_ceiling),
    AfterValidator(_share_or_whole),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, _PERCENT_SCHEMA]}),
]


class RuleSetting(Section):
    """How one rule is meant at one institution.

    What is not given is as in the catalogue. A setting that has expired, or whose rule finds more rows than its ceiling, no
    longer holds: the rule is then as in the catalogue altogether.
    """

    severity: Literal["reject", "warn", "mute"] | None = Field(None, description="mute: the rule says nothing.")
    tolerance: Share | None = Field(
        None, description="Share of the rows, 2 % or 0.02, up to which the rule only warns; above it all of them count."
    )
    author: str = Field("", description="Who answers for this setting.")
    reason: str = Field("", description="Why, in a sentence that the registrar may read. Never a student's name or number.")
    ceiling: Ceiling | None = Field(
        None, description="Number of rows (40) or share of them (5 %) above which the setting no longer holds."
    )
    expires: date | None = Field(None, description="The last day on which the setting holds.")

    @model_validator(mode="after")
    def _answered_for(self) -> "RuleSetting":
        if self.severity is None and self.tolerance is None:
            raise ValueError("says nothing: give a `severity` or a `tolerance`")
        missing = [name for name in self._needed() if not getattr(self, name)]
        if missing:
            weaker = f"`{self.severity}`" if self.severity in ("warn", "mute") else "a tolerance"
            raise ValueError(f"{weaker} makes the rule weaker: give {', '.join(missing)} as well")
        return self

    def _needed(self) -> tuple[str, ...]:
        if self.severity in ("warn", "mute"):
            return FOR_A_CEILING
        return FOR_A_TOLERANCE if self.tolerance else ()

    def expired(self, on: date) -> bool:
        """Whether the setting no longer holds on the day `on`; it still does on the day it expires."""
        return self.expires is not None and on > self.expires

    def exceeded(self, rows: int, of: int) -> bool:
        """Whether `rows` rows in breach, `of` so many, are more than the setting was given for."""
        if self.ceiling is None:
            return False
        return rows > self.ceiling if self.ceiling >= 1 else not at_most(rows, self.ceiling, of)


def _severity_shorthand(value: object) -> object:
    """`INE-KEY-RNIE: reject` is short for `INE-KEY-RNIE: {severity: reject}`."""
    return {"severity": value} if isinstance(value, str) else value


RuleSettings = dict[str, Annotated[RuleSetting, BeforeValidator(_severity_shorthand)]]
