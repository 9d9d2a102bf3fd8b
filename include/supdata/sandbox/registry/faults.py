"""Faults on demand: which call fails, and how, drawn from a seed.

A draw depends on the seed, the body and how often that body has come: whatever the order and the concurrency of calls, the
same records meet the same faults, and a record that is sent again may pass.
"""

import math
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from hashlib import blake2b

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Fault(StrEnum):
    """What happens to one call."""

    NONE = "none"
    TOO_MANY = "too_many"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    UNAVAILABLE = "unavailable"
    BAD_GATEWAY = "bad_gateway"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    STALL_AFTER = "stall_after"


class ReadFaults(BaseModel):
    """How both read services fail: shares of calls as of a `FaultPlan`, what they do not show, and how far they lag behind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    too_many: float = Field(0, ge=0, le=1, description="429 with Retry-After.")
    bad_gateway: float = Field(0, ge=0, le=1, description="502 with a proxy's HTML page.")
    reset: float = Field(0, ge=0, le=1, description="TCP reset.")
    stall: float = Field(0, ge=0, le=1, description="The answer comes late.")
    rate_per_second: float = Field(0, ge=0, description="Calls above it get 429 with Retry-After; 0 means no limit.")
    lag_seconds: float = Field(0, ge=0, le=86_400, description="What was declared less than this ago is not shown.")
    hidden: list[str] = Field([], description="Keys that API Particulier leaves out of admissions, as for a missing scope.")

    def shares(self) -> Iterator[tuple[Fault, float]]:
        """Yield each kind of fault with its share."""
        yield Fault.TOO_MANY, self.too_many
        yield Fault.BAD_GATEWAY, self.bad_gateway
        yield Fault.RESET_BEFORE, self.reset
        yield Fault.STALL_AFTER, self.stall


class FaultPlan(BaseModel):
    """How the registry fails: shares of calls from 0 to 1, drawn apart from one another; all zero means that it works.

    `before` and `after` are meant of the write: what fails after has been written, though nobody is told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    latency_ms: float = Field(0, ge=0, le=60_000, description="Every call takes at least this long.")
    rate_per_second: float = Field(0, ge=0, description="Calls above it get 429 with Retry-After; 0 means no limit.")
    retry_after_seconds: int = Field(1, ge=0, le=3_600, description="The Retry-After of drawn 429 and 503.")
    stall_ms: float = Field(30_000, ge=0, le=600_000, description="How long a stalled answer takes.")
    too_many: float = Field(0, ge=0, le=1, description="429 with Retry-After.")
    error_before: float = Field(0, ge=0, le=1, description="500, nothing written.")
    error_after: float = Field(0, ge=0, le=1, description="500, and the row is there.")
    unavailable: float = Field(0, ge=0, le=1, description="503 with Retry-After, nothing written.")
    bad_gateway: float = Field(0, ge=0, le=1, description="502 with a proxy's HTML page, nothing written.")
    reset_before: float = Field(0, ge=0, le=1, description="TCP reset, nothing written.")
    reset_after: float = Field(0, ge=0, le=1, description="TCP reset, and the row is there.")
    stall_after: float = Field(0, ge=0, le=1, description="The row is there, the answer comes late.")
    read: ReadFaults = Field(ReadFaults(), description="The read services' own faults; those above are of declarations.")
    hold_after: int = Field(
        0, ge=0, description="So many calls pass; those after them wait for another plan, every second one with its row there."
    )

    @model_validator(mode="after")
    def _shares_of_one_whole(self) -> "FaultPlan":
        if sum(share for _, share in self.shares()) > 1 + 1e-9:
            raise ValueError("the shares add up to more than 1")
        return self

    def shares(self) -> Iterator[tuple[Fault, float]]:
        """Yield each kind of fault with its share."""
        for fault in Fault:
            if fault is not Fault.NONE:
                yield fault, getattr(self, fault.value)


class FaultDraw:
    """Draws the fault of each call, as a plan says."""

    def __init__(self, plan: FaultPlan | ReadFaults) -> None:
        self._seed = plan.seed
        self._shares = [(fault, share) for fault, share in plan.shares() if share > 0]
        self._came: Counter[bytes] = Counter()

    def draw(self, body: bytes) -> Fault:
        """Return what happens to the call that brings `body`, or asks for it."""
        if not self._shares:
            return Fault.NONE
        known = blake2b(body, digest_size=8).digest()
        self._came[known] += 1
        return self._at(_fraction(f"{self._seed}:{self._came[known]}:".encode() + known))

    def _at(self, point: float) -> Fault:
        for fault, share in self._shares:
            if point < share:
                return fault
            point -= share
        return Fault.NONE


def _fraction(seed: bytes) -> float:
    return int.from_bytes(blake2b(seed, digest_size=8).digest()) / 2**64


class Allowance:
    """Calls per second, a token at a time, with a second's worth kept; `now` is in seconds of any steady clock."""

    def __init__(self, rate_per_second: float, now: float) -> None:
        self._rate = rate_per_second
        self._most = max(1.0, rate_per_second)
        self._left = self._most
        self._at = now

    def wait(self, now: float) -> int:
        """Take one call out of the allowance and return 0; or return the whole seconds to wait, which is what a header says."""
        if self._rate <= 0:
            return 0
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, math.ceil((1 - self._left) / self._rate))
