"""A green run that is not as usual, and one that is."""

from datetime import timedelta
from typing import Any

import pytest

from builders import a_run_summary
from supdata.config.watch import Watch
from supdata.records.summary import RunSummary
from supdata.report.degraded import days_silent, degradations

WATCH = Watch.model_validate({})
USUAL = [a_run_summary(run_id=f"night-{number}") for number in range(5)]


def told(run: RunSummary, before: list[RunSummary] = USUAL, **watch: Any) -> list[str]:
    return list(degradations(run, before, Watch.model_validate(watch)))


def lasting(minutes: int) -> RunSummary:
    run = a_run_summary()
    return a_run_summary(ended=run.started + timedelta(minutes=minutes))


def with_counts(**counts: int) -> RunSummary:
    return a_run_summary(counts={**a_run_summary().counts, **counts})


def test_a_usual_run_is_not_told() -> None:
    assert told(a_run_summary()) == []


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (with_counts(read=0, rejected=0), "The source is empty; it held 100 rows at the last good run."),
        (with_counts(rejected=8), "8.0% of the rows are rejected; usual is 2.0%."),
        (lasting(13), "The run took 13 minutes; usual is 4."),
    ],
)
def test_what_is_not_as_usual_is_told_in_one_sentence(run: RunSummary, words: str) -> None:
    assert told(run) == [words]


def test_how_much_is_unusual_is_the_school_s_to_say() -> None:
    assert told(with_counts(rejected=8), rejected_more=0.2) == []
    assert told(lasting(13), slower=4) == []


@pytest.mark.parametrize("what", [{"dry_run": True}, {"partial": True}, {"state": "failed"}])
def test_trials_parts_and_red_runs_are_neither_told_nor_taken_for_usual(what: dict[str, Any]) -> None:
    unusual = a_run_summary(counts={**a_run_summary().counts, "read": 0}, **what)
    assert told(unusual) == []
    assert told(with_counts(rejected=50), [unusual] * 5) == []


def test_two_runs_say_nothing_of_what_is_usual() -> None:
    assert told(with_counts(rejected=50), USUAL[:2]) == []


def test_one_bad_night_does_not_move_what_is_usual() -> None:
    assert told(a_run_summary(), [with_counts(rejected=90), *USUAL]) == []


@pytest.mark.parametrize(
    ("days", "watch", "scheduled", "expected"),
    [
        (2, {}, True, None),
        (3, {}, True, 3),
        (90, {}, False, None),
        (2, {"silent_days": 2}, False, 2),
        (9, {"silent_days": 10}, True, None),
    ],
)
def test_a_school_is_silent_after_its_days_without_a_good_run(
    days: int, watch: dict[str, Any], scheduled: bool, expected: int | None
) -> None:
    good = a_run_summary()
    now = good.ended + timedelta(days=days, hours=1)
    red = a_run_summary(run_id="night-2", state="failed", ended=now)
    trial = a_run_summary(run_id="night-3", dry_run=True, ended=now)
    assert days_silent(Watch.model_validate(watch), [trial, red, good], now, scheduled=scheduled) == expected


def test_a_school_that_never_ran_is_not_silent_and_one_that_never_ran_well_is() -> None:
    red = a_run_summary(state="failed")
    now = red.due + timedelta(days=5)
    assert days_silent(WATCH, [], now, scheduled=True) is None
    assert days_silent(WATCH, [red], now, scheduled=True) == 5
