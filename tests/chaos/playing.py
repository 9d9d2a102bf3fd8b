"""Plays one scenario: a first night with what breaks, a second one in peace, then the count."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chaos.audit import Found, count, planned_in, unknowable
from chaos.night import Operator
from chaos.scenarios import IN_FLIGHT, Scenario, Size, breaking
from chaos.school import directory, institution, records
from chaos.tasks import Order
from chaos.world import Servers, World


@dataclass(frozen=True)
class Line:
    """One line of the table; `endings` count tries that did not end well.

    `allowed` is how many rows may be double; `may_doubt` whether records may stay in doubt, which only `hold` lets them.
    """

    scenario: str
    records: int
    found: Found
    allowed: int
    may_doubt: bool
    runs: tuple[str, ...]
    kills: int
    endings: dict[str, int]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing is lost or told wrongly, and nothing is double or in doubt without need."""
        settled = self.may_doubt or not self.found.ambiguous
        return settled and not self.found.lost and not self.found.wrong_state and self.found.duplicated <= self.allowed


def play(scenario: Scenario, size: Size, servers: Servers, folder: Path) -> Line:
    """Play a scenario whose files go to `folder`, which is empty."""
    folder.mkdir(parents=True)
    with servers.world(folder.name.replace("-", "_"), folder) as world:
        begun = time.monotonic()
        operator = _operator(scenario, size, world, folder)
        _first_night(scenario, size, world, operator)
        world.registry.fail()
        operator.killer, kills = None, operator.killer.done if operator.killer else 0
        operator.full_disk_tries = 0
        operator.night("night-2", datetime.now(UTC) + timedelta(days=1))
        seconds = time.monotonic() - begun
        planned = planned_in(folder / "runs")
        found = count(planned, registry=world.registry.database, ledger=world.ledger)
        allowed = _allowed(scenario, kills, unknowable(planned, scenario.faults) if scenario.faults else 0)
    return Line(
        scenario.name,
        size.records,
        found,
        allowed,
        scenario.policy == "hold",
        tuple(operator.runs),
        kills,
        dict(operator.endings),
        seconds,
    )


def _allowed(scenario: Scenario, kills: int, written_all_the_same: int) -> int:
    """Under `hold` what is in doubt is not sent again: nothing may be double."""
    if scenario.policy == "hold":
        return 0
    return written_all_the_same + (kills + scenario.dying) * IN_FLIGHT


def _operator(scenario: Scenario, size: Size, world: World, folder: Path) -> Operator:
    school = institution(**scenario.settings(size))
    key = world.registry.open_to(school, directory(records(size.records)))
    order = Order(
        task="source",
        run_id="",
        started=datetime.now(UTC),
        institution=school,
        root=folder / "runs",
        log=folder / "tasks.log",
        environment=world.connections(key),
        rows=size.records,
    )
    return scenario.operator(size, Operator(order))


def _first_night(scenario: Scenario, size: Size, world: World, operator: Operator) -> None:
    world.registry.fail(**scenario.registry_faults(size))
    trouble = breaking(scenario, world, size)
    if scenario.breaks is not None:
        trouble.start()
    with ThreadPoolExecutor(scenario.triggers) as pool:
        names = [f"night-1{letter}" for letter in "abc"[: scenario.triggers]]
        list(pool.map(lambda name: operator.night(name, datetime.now(UTC)), names))
    if scenario.breaks is not None:
        trouble.join()
