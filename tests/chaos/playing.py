"""Plays one scenario: a first night with what breaks, a second one in peace, then the count."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from chaos.audit import Found, count, planned_in
from chaos.breaking import beside, killing, once_calls_are_held
from chaos.night import Operator
from chaos.scenarios import IN_FLIGHT, Scenario, Size
from chaos.school import directory, institution, records
from chaos.tasks import Order
from chaos.world import Servers, World

US = "supdata-sync"


@dataclass(frozen=True)
class Line:
    """One line of the table; `endings` count tries that did not end well.

    `allowed` is how many rows may be double; `may_doubt` whether records may stay in doubt, which only `hold` lets them.
    `system` is who sent: us, or a peer in its version. `window` is how many calls those that died may have left under way: so
    many may be sent again although they were answered.
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
    system: str = US
    window: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is lost or told wrongly, and nothing is double or in doubt without need."""
        found = self.found
        once = found.duplicated <= self.allowed and found.needless <= self.window
        return once and (self.may_doubt or not found.ambiguous) and not found.lost and not found.wrong_state


def play(scenario: Scenario, size: Size, servers: Servers, folder: Path) -> Line:
    """Play a scenario whose files go to `folder`, which is empty."""
    folder.mkdir(parents=True)
    world = servers.world(folder.name.replace("-", "_"))
    begun = time.monotonic()
    operator = _operator(scenario, size, world, folder)
    with _breaking(scenario, size, world, operator):
        _first_night(scenario, operator)
    kills, operator.full_disk_tries = operator.kills, 0
    world.registry.fail()
    world.registry.night_over()
    operator.night("night-2", datetime.now(UTC) + timedelta(days=1))
    seconds = time.monotonic() - begun
    found = count(
        planned_in(folder / "runs"),
        registry=world.registry.database,
        posts=world.registry.posts(),
        ledger=world.ledger,
        read_back=scenario.read_back,
    )
    window = (kills + scenario.dying) * IN_FLIGHT
    return Line(
        scenario.name,
        size.records,
        found,
        _allowed(scenario, found.unavoidable, window),
        scenario.policy == "hold",
        tuple(operator.runs),
        kills,
        dict(operator.endings),
        seconds,
        window=window,
    )


def _allowed(scenario: Scenario, unavoidable: int, window: int) -> int:
    """Return how many rows may be double: no more than what those that died had under way, or what nobody could know of.

    Under `hold` what is in doubt is not sent again, and with a read connection it is known: nothing may be double.
    """
    if scenario.policy == "hold" or scenario.read_back:
        return 0
    return window or unavoidable


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


def _breaking(scenario: Scenario, size: Size, world: World, operator: Operator) -> AbstractContextManager[None]:
    faults, break_it = scenario.registry_faults(size), scenario.breaks
    if scenario.killed:
        return beside(killing(world.registry, operator, faults, kills=size.kills, records=size.records))
    if break_it is not None:
        told = partial(break_it, world, size, operator.endings)
        return beside(once_calls_are_held(world.registry, size.records // 3, faults, told))
    world.registry.fail(**faults)
    return nullcontext()


def _first_night(scenario: Scenario, operator: Operator) -> None:
    names = [f"night-1{letter}" for letter in "abc"[: scenario.triggers]]
    with ThreadPoolExecutor(scenario.triggers) as pool:
        list(pool.map(lambda name: operator.night(name, datetime.now(UTC)), names))
