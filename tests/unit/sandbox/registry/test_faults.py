"""Faults on demand are drawn by record, and add up to the shares asked for."""

from collections import Counter

import pytest
from pydantic import ValidationError

from supdata.sandbox.registry.faults import Allowance, Fault, FaultDraw, FaultPlan

BODIES = [f"record {number}".encode() for number in range(4_000)]


def test_no_plan_means_no_fault() -> None:
    draw = FaultDraw(FaultPlan())
    assert {draw.draw(body) for body in BODIES[:100]} == {Fault.NONE}


def test_the_same_records_meet_the_same_faults_in_any_order() -> None:
    plan = FaultPlan(seed=7, reset_after=0.2, error_before=0.3)
    one, other = FaultDraw(plan), FaultDraw(plan)
    forward = {body: one.draw(body) for body in BODIES}
    backward = {body: other.draw(body) for body in reversed(BODIES)}
    assert forward == backward


def test_another_seed_meets_other_faults() -> None:
    drawn = [[FaultDraw(FaultPlan(seed=seed, reset_after=0.5)).draw(body) for body in BODIES[:200]] for seed in (1, 2)]
    assert drawn[0] != drawn[1]


def test_the_shares_are_met() -> None:
    draw = FaultDraw(FaultPlan(too_many=0.1, stall_after=0.3))
    found = Counter(draw.draw(body) for body in BODIES)
    assert found[Fault.TOO_MANY] / len(BODIES) == pytest.approx(0.1, abs=0.02)
    assert found[Fault.STALL_AFTER] / len(BODIES) == pytest.approx(0.3, abs=0.03)
    assert set(found) == {Fault.NONE, Fault.TOO_MANY, Fault.STALL_AFTER}


def test_a_record_sent_again_may_pass() -> None:
    draw = FaultDraw(FaultPlan(error_before=0.5))
    drawn = [draw.draw(b"one record") for _ in range(40)]
    assert {Fault.NONE, Fault.ERROR_BEFORE} == set(drawn)


def test_shares_above_the_whole_are_refused() -> None:
    with pytest.raises(ValidationError, match="add up to more than 1"):
        FaultPlan(too_many=0.6, reset_after=0.5)


def test_an_allowance_lets_its_rate_through_and_says_when_to_come_back() -> None:
    allowance = Allowance(2, now=100.0)
    assert [allowance.wait(100.0) for _ in range(3)] == [0, 0, 1]
    assert [allowance.wait(100.5) for _ in range(2)] == [0, 1]


def test_a_slow_allowance_asks_for_longer_waits() -> None:
    allowance = Allowance(0.1, now=0.0)
    assert [allowance.wait(0.0), allowance.wait(0.0), allowance.wait(10.0)] == [0, 10, 0]


def test_no_rate_is_no_limit() -> None:
    allowance = Allowance(0, now=0.0)
    assert {allowance.wait(0.0) for _ in range(1_000)} == {0}
