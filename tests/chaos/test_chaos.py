"""A small chaos table on every change; `make chaos` plays all of it, larger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.playing import Line, play
from chaos.scenarios import SCENARIOS, Scenario, Size
from chaos.school import EVERY
from chaos.tasks import prepare
from chaos.world import Servers, servers

pytestmark = pytest.mark.integration

SMALL = Size(records=300, kills=6, away_seconds=2.0, rate_per_second=20)
NAMED = {scenario.name: scenario for scenario in SCENARIOS}
CHOSEN = (
    "rate limit with Retry-After",
    "5 % reset after the write",
    "5 % reset after, policy hold",
    "registry killed and restarted",
    "ledger's PostgreSQL restarted",
    "kill -9 of pushes",
    "disk full in the run folder",
    "two triggers of one school",
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    prepare(tmp_path_factory.mktemp("airflow"), "chaos.playing", "pytest")
    with servers(tmp_path_factory.mktemp("postgres"), durable=False) as running:
        yield running


def told(line: Line) -> str:
    return f"{line.found}, {line.allowed} doubles allowed, runs {line.runs}, {line.endings}"


@pytest.mark.parametrize("scenario", [NAMED[name] for name in CHOSEN], ids=lambda scenario: scenario.name)
def test_nothing_is_lost_told_wrongly_or_double_without_need(scenario: Scenario, both: Servers, tmp_path: Path) -> None:
    line = play(scenario, SMALL, both, tmp_path / f"s{CHOSEN.index(scenario.name)}")
    assert line.holds, told(line)
    if scenario.policy == "repost":
        assert line.found.ambiguous == 0, told(line)
        assert line.runs[-1] == "success", told(line)
    else:
        assert line.found.ambiguous > 0, "the school is shown what is in doubt"
        assert line.runs[-1].startswith("failed"), "and the run says so"
    if scenario.name == "5 % reset after the write":
        assert line.found.duplicated == line.allowed > 0, "each row too many is one whose sender was not told, and no other"
    if "rate_per_second" in scenario.faults:
        asked_again_next_night = SMALL.records // EVERY
        assert line.found.posts > SMALL.records + asked_again_next_night, "somebody met the limit"
    if scenario.killed:
        assert line.kills > 0
    if scenario.triggers > 1:
        assert any(error.endswith("TryLater") for error in line.endings), "one of them met the other"
    if scenario.disk_full:
        assert any(error.endswith("OSError") for error in line.endings), told(line)
