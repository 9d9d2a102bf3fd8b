"""A school's schedule, which Airflow's processes read once and not over and over.

At each parse the DAG processor reads a DAG's timetable back from its serialised form seventeen times, and each time Airflow's
own puts the cron expression into English words, for which it reads a catalogue from the disk: of a thousand schools that was
half of what keeping them in Airflow's database takes. A timetable never changes, so that one serves all who ask for it.
"""

from functools import lru_cache
from typing import Any

from airflow.sdk import CronTriggerTimetable
from airflow.timetables.base import Timetable

#: Schools of one minute and one time zone share a timetable; there are some hundreds of minutes in a night.
DIFFERENT = 4096


class SharedCronTimetable(CronTriggerTimetable):
    """Airflow's timetable for cron expressions, in all that it does; see the module for what is otherwise."""

    def __hash__(self) -> int:  # type: ignore[override]  # attrs has left the parent without
        """Airflow hashes a DAG, its schedule included, for each of its tasks, and writes out what has no hash."""
        return hash((self.expression, str(self.timezone)))

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """Return what Airflow's scheduler and pages ask: an ordinary timetable of theirs."""
        return _timetable(data["expression"], data["timezone"])


@lru_cache(maxsize=DIFFERENT)
def _timetable(expression: str, timezone: str | int) -> Timetable:
    from airflow.timetables import trigger

    plain = {"expression": expression, "timezone": timezone, "interval": 0.0, "run_immediately": False}
    return trigger.CronTriggerTimetable.deserialize(plain)
