"""Schedules that name hours: each school has a minute of them, which nothing but its UAI decides."""

from collections import Counter
from datetime import time
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_institution
from supdata.config.hours import cron_of, minute_of, minutes_in, wrong_with_hours
from supdata.records.uai import uai_key

SCHOOLS = 3_000
clock = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def uais(first: int, step: int, count: int = SCHOOLS) -> list[str]:
    """Schools numbered as establishments are: more or less in a row."""
    return [f"{number:07d}{uai_key(f'{number:07d}')}" for number in range(first, first + step * count, step)]


@given(begin=clock, end=clock, number=st.integers(0, 9_999_999))
def test_a_school_runs_within_the_hours_and_at_one_minute_only(begin: time, end: time, number: int) -> None:
    hours, uai = f"{begin:%H:%M}-{end:%H:%M}", uais(number, 1, 1)[0]
    own = minute_of(uai, hours)
    assert own.hour * 60 + own.minute in minutes_in(hours)
    assert cron_of(hours, uai) == f"{own.minute} {own.hour} * * *" == cron_of(hours, uai)


@given(first=st.integers(0, 6_000_000), step=st.integers(1, 1_000))
def test_no_minute_holds_more_than_its_share(first: int, step: int) -> None:
    """Whatever the numbers of the schools: beyond the even share no more than chance explains, once in a billion times."""
    schools = uais(first, step)
    held = Counter(minute_of(uai, "01:00-05:00") for uai in schools)
    share = SCHOOLS / 240
    assert max(held.values()) <= share + 7 * sqrt(share)
    assert len(held) > 230


def test_a_thousand_schools_in_four_hours_are_eleven_in_the_fullest_minute() -> None:
    """The figure that README quotes; four would be even."""
    held = Counter(minute_of(uai, "01:00-05:00") for uai in uais(750_001, 7, 1_000))
    assert max(held.values()) == 11


def test_hours_may_pass_midnight() -> None:
    assert minutes_in("23:58-00:02") == [1438, 1439, 0, 1]
    assert len(minutes_in("22:00-06:00")) == 480


def test_a_cron_schedule_is_left_as_it_is() -> None:
    assert an_institution(schedule="10 2 * * *").cron() == "10 2 * * *"
    assert an_institution(schedule="@daily").cron() == "@daily"
    assert an_institution().cron() is None


@pytest.mark.parametrize(
    ("hours", "said"), [("1:00-5:00", "from and until"), ("02:00-02:00", "at one moment"), ("01:00-05:00", "")]
)
def test_what_is_wrong_with_hours_is_said(hours: str, said: str) -> None:
    assert said in wrong_with_hours(hours)
    assert bool(said) == bool(wrong_with_hours(hours))
