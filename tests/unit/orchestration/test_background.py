"""What a report tells of the time to come."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from builders import an_institution
from supdata.orchestration.background import next_run

PARIS = ZoneInfo("Europe/Paris")
NIGHT = datetime(2026, 10, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({"schedule": "0 3 * * *"}, datetime(2026, 10, 25, 3, 0, tzinfo=PARIS)),  # across the end of summer time
        ({}, None),
        ({"schedule": "0 3 * * *", "enabled": False}, None),
    ],
    ids=["nightly", "by hand", "off"],
)
def test_the_next_run_is_told_by_the_school_s_own_clock(facts: dict[str, Any], due: datetime | None) -> None:
    assert next_run(an_institution(**facts), NIGHT) == due


def test_a_school_that_runs_in_given_hours_is_told_its_own_minute() -> None:
    school = an_institution(schedule="01:00-05:00")
    due = next_run(school, NIGHT)
    assert due is not None
    assert 1 <= due.hour < 5
    assert due == next_run(school, NIGHT)
