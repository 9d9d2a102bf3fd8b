"""Which moments a window holds, and what it lets through."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_institution
from supdata.config.models import Institution
from supdata.plan.windows import passes, told, window_at
from supdata.records.shipment import Planned
from supdata.records.states import Action

CLOSED = {"first": "2026-12-24", "last": "2027-01-02", "reason": "Fermeture", "author": "Mme la proviseure"}


def school(*windows: dict[str, Any], timezone: str = "Europe/Paris") -> Institution:
    return an_institution(timezone=timezone, registry={"connection": "x", "windows": list(windows)})


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "moment", "holds"),
    [
        (CLOSED, "2026-12-23T22:59", False),
        (CLOSED, "2026-12-23T23:00", True),
        (CLOSED, "2027-01-02T22:59", True),
        (CLOSED, "2027-01-02T23:00", False),
        ({"last": "2026-12-24"}, "2020-01-01T00:00", True),
        ({"hours": "08:00-18:00"}, "2026-07-01T06:00", True),
        ({"hours": "08:00-18:00"}, "2026-01-01T06:00", False),
        ({"hours": "08:00-18:00"}, "2026-01-01T17:00", False),
        ({"hours": "22:00-06:00", "first": "2026-12-24", "last": "2026-12-24"}, "2026-12-24T20:59", False),
        ({"hours": "22:00-06:00", "first": "2026-12-24", "last": "2026-12-24"}, "2026-12-24T21:00", True),
        ({"hours": "22:00-06:00", "first": "2026-12-24", "last": "2026-12-24"}, "2026-12-25T04:59", True),
        ({"hours": "22:00-06:00", "first": "2026-12-24", "last": "2026-12-24"}, "2026-12-25T05:00", False),
        ({"hours": "22:00-06:00", "first": "2026-12-24", "last": "2026-12-24"}, "2026-12-24T04:00", False),
    ],
    ids=str,
)
def test_days_and_hours_are_those_where_the_school_is(window: dict[str, Any], moment: str, holds: bool) -> None:
    assert (window_at(school(window), at(moment)) is not None) == holds


def test_another_zone_has_another_midnight() -> None:
    assert window_at(school(CLOSED, timezone="Indian/Reunion"), at("2026-12-23T20:00")) is not None


def test_of_two_windows_the_one_that_lets_least_through_holds() -> None:
    found = window_at(school({"hours": "00:00-12:00", "send": "additions"}, CLOSED), at("2026-12-25T02:00"))
    assert found is not None
    assert found.send == "nothing"


def test_a_school_without_windows_sends_at_any_time() -> None:
    assert window_at(school(), at("2026-12-25T02:00")) is None


@pytest.mark.parametrize(("send", "leaves"), [("nothing", ""), ("additions", "create"), (None, "create update close")], ids=str)
def test_only_additions_pass_a_window_for_additions(send: str | None, leaves: str) -> None:
    planned = [Planned(source="a", row=1, sisId="", key="k", content="c", action=action, body={}) for action in Action]
    window = None if send is None else school({"last": "2027-01-01", "send": send}).registry.windows[0]
    assert [str(one.action) for one in planned if passes(one, window)] == leaves.split()


def test_a_window_is_told_with_its_end_its_reason_and_its_author() -> None:
    (window,) = school({**CLOSED, "hours": "08:00-18:00"}).registry.windows
    assert told(window) == (
        "nothing is sent until 2027-01-02 between 08:00 and 18:00 (Fermeture, asked for by Mme la proviseure)"
    )
    (window,) = school({"last": "2027-01-02", "send": "additions"}).registry.windows
    assert told(window) == "only new enrolments are sent until 2027-01-02"


@given(
    first=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    length=st.integers(0, 60),
    hours=st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda pair: pair[0] != pair[1]),
    offset=st.integers(0, 70 * 24 * 60),
)
def test_a_window_ends(first: date, length: int, hours: tuple[int, int], offset: int) -> None:
    """Whatever its hours, nothing is held back before it begins or a day after its last."""
    begin, end = (f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in hours)
    last = first + timedelta(days=length)
    institution = school({"first": first, "last": last, "hours": f"{begin}-{end}"}, timezone="UTC")
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(minutes=offset)
    if moment.date() > last + timedelta(days=1):
        assert window_at(institution, moment) is None
    assert window_at(institution, datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(minutes=1)) is None
