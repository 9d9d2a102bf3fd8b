"""The search for students can find: a search that never does would prove nothing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from integration.scheduler.traces import Traces
from supdata.sandbox.schools.world import build_world

NOISE = "2026-11-27T02:10:00.123456Z [info] push.chunk_done chunk=chunk-0001 count=1000 pid=4242 sha=9f86d081884c7d65"
WORLD = build_world(students_per_school=30)
TRACES = Traces(WORLD)
STUDENT = WORLD.directory[7]
MIDNIGHT = datetime.combine(STUDENT.birth, datetime.min.time())


def test_a_log_without_students_is_clean() -> None:
    assert TRACES.all_in(NOISE) == set()


@pytest.mark.parametrize(
    "planted",
    [
        STUDENT.ine,
        STUDENT.ine.lower(),
        f'{{"ine":"{STUDENT.ine}"}}',
        f"https://registry.example/?ine={STUDENT.ine}&x=1",
        f"prefix{STUDENT.ine}suffix",
        "\\\\x" + STUDENT.ine.encode().hex(),
        f"{STUDENT.birth:%Y-%m-%d}",
        f"{STUDENT.birth:%d/%m/%Y}",
        f"{STUDENT.birth:%d%m%Y}",
        f"{STUDENT.birth:%Y%m%d}",
        f"{MIDNIGHT.isoformat()}Z",
        str(int(MIDNIGHT.replace(tzinfo=ZoneInfo("UTC")).timestamp())),
        str(int(MIDNIGHT.replace(tzinfo=ZoneInfo("Europe/Paris")).timestamp()) * 1000),
    ],
)
def test_one_student_planted_in_a_log_is_found_in_whatever_notation(planted: str) -> None:
    assert len(TRACES.all_in(f"{NOISE}\n{NOISE} value={planted} end\n{NOISE}")) == 1
