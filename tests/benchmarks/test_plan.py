"""The plan benchmark: a missed figure is said."""

from benchmarks.plan import Found, missed
from benchmarks.plan_stages import Took

WELL = {"posts": 0.0, "planned_per_second": 300_000.0, "peak_mib": 100.0}


def found(unchanged: dict[str, float], every: dict[str, float], peak: float) -> Found:
    stages = {
        records: {stage: Took(seconds=1, cpu=1, peak_mib=mib) for stage in ("plan", "push", "reconcile")}
        for records, mib in ((100_000, 100.0), (1_000_000, peak))
    }
    return Found(unchanged=unchanged, all_unchanged=every, stages=stages)


def test_figures_that_are_reached_leave_nothing_to_say() -> None:
    assert list(missed(found(WELL, WELL, 119.0))) == []


def test_a_plan_that_is_slow_or_sends_and_stages_that_grow_are_said() -> None:
    slow = {"posts": 3.0, "planned_per_second": 1_000.0, "peak_mib": 400.0}
    assert len(list(missed(found(slow, WELL, 119.0)))) == 2
    assert len(list(missed(found(WELL, slow, 121.0)))) == 5
