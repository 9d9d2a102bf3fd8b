"""What became of an institution's own setting of a rule in one run."""

from enum import StrEnum

import msgspec


class Standing(StrEnum):
    """Whether a setting held."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    EXCEEDED = "exceeded"


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that was not applied as the catalogue has it, or would not have been had its setting still held.

    `severity` and `tolerance` are what was set ("" where only a tolerance was; 0 where none was). `rows` of `of` rows are in
    breach of the rule; a mute rule counts them as well. `ceiling` is a number of rows, or below 1 a share of them, 0 where
    there is none; `expires` an ISO day, "" where there is none.
    """

    rule: str
    standing: Standing
    severity: str
    tolerance: float
    rows: int
    of: int
    author: str = ""
    reason: str = ""
    ceiling: float = 0
    expires: str = ""

    @property
    def reopened(self) -> bool:
        """Whether the setting no longer held, so that the rule was applied as in the catalogue."""
        return self.standing is not Standing.IN_FORCE
