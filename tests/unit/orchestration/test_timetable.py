"""A school's schedule: Airflow's own timetable in all that it does, read once."""

from typing import Any

import pytest
from airflow.sdk import CronTriggerTimetable
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables import trigger
from airflow.timetables.base import Timetable

from supdata.orchestration.timetable import SharedCronTimetable


def read_back(timetable: Any) -> Timetable:
    """Return a timetable as Airflow's processes have it."""
    return decode_timetable(encode_timetable(timetable))


@pytest.mark.parametrize("cron", ["10 2 * * *", "0 3 * * 1-5", "30 1 1 9 *", "0 4 1 * 1"])
@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion"])
def test_a_school_s_timetable_is_airflow_s_own_to_all_that_read_it(cron: str, zone: str) -> None:
    ours, theirs = read_back(SharedCronTimetable(cron, timezone=zone)), read_back(CronTriggerTimetable(cron, timezone=zone))
    assert type(ours) is trigger.CronTriggerTimetable
    assert ours.serialize() == theirs.serialize()
    assert (ours.summary, ours.description, ours.type_name) == (theirs.summary, theirs.description, theirs.type_name)


def test_a_timetable_is_read_once_however_often_it_is_asked_for() -> None:
    assert read_back(SharedCronTimetable("10 2 * * *", timezone="Europe/Paris")) is read_back(
        SharedCronTimetable("10 2 * * *", timezone="Europe/Paris")
    )


def test_two_zones_or_two_hours_are_two_timetables() -> None:
    zones = [SharedCronTimetable("10 2 * * *", timezone=zone) for zone in ("Europe/Paris", "Indian/Reunion")]
    hours = [SharedCronTimetable(cron, timezone="Europe/Paris") for cron in ("10 2 * * *", "10 3 * * *")]
    assert len({id(read_back(one)) for one in (*zones, *hours)}) == 3
    assert len(set(zones)) == len(set(hours)) == 2
