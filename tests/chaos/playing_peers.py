"""Plays a scenario with a peer in our place: its first run with what breaks, then the run by which it recovers."""

import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from chaos.audit import Found, count_of_peer
from chaos.breaking import beside, once_calls_are_held
from chaos.peers import RUN_SECONDS, Peer, Work
from chaos.playing import Line
from chaos.scenarios import Scenario, Size
from chaos.school import directory, institution, records, truth
from chaos.table import MISSING_AT_FIRST
from chaos.world import Servers, World
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment
from supdata.records.states import Outcome

FILE_LIMIT = 4096


def play_peer(peer: Peer, scenario: Scenario, size: Size, venvs: Path, *, servers: Servers, folder: Path) -> Line:
    """Play a scenario; what it broke is whole again when the second run begins."""
    program = peer.program(venvs)
    folder.mkdir(parents=True)
    world = servers.world(folder.name)
    school, made = institution(), records(size.records)
    bodies = [make_body(one, school) for one in made]
    key = world.registry.open_to(school, directory(made))
    with peer.address(world.registry.url, key) as url:
        work = Work(bodies, url, key, folder)
        peer.prepare(work)
        begun = time.monotonic()
        first = _first(work, peer.first(program), scenario, size, world)
        world.registry.fail()
        world.registry.night_over()
        before = _found(peer, work, made, world)
        second = _ended(work.begin(command) for command in peer.again(program))
        seconds = time.monotonic() - begun
    found = _found(peer, work, made, world)
    window = (scenario.killed + bool(scenario.dying)) * peer.in_flight
    return Line(
        scenario=scenario.name,
        records=size.records,
        found=found,
        allowed=window or found.unavoidable,
        may_doubt=False,
        runs=(first, second),
        kills=int(scenario.killed),
        endings={MISSING_AT_FIRST: before.lost} if before.lost else {},
        seconds=seconds,
        system=peer.title,
        window=window,
    )


def _found(peer: Peer, work: Work, made: Sequence[Enrolment], world: World) -> Found:
    return count_of_peer(
        work.bodies,
        [peer.on_the_wire(body) for body in work.bodies],
        [at for at, one in enumerate(made) if truth(one.row) is Outcome.ACCEPTED],
        peer.told_delivered(work),
        registry=world.registry.database,
        posts=world.registry.posts(),
    )


def _first(work: Work, commands: Sequence[Sequence[str]], scenario: Scenario, size: Size, world: World) -> str:
    """Run it for the first time, as often at once as there are triggers, and return how it ended."""
    faults = scenario.registry_faults(size)
    world.registry.fail(**faults)
    limit = FILE_LIMIT if scenario.disk_full else 0
    if scenario.killed or scenario.breaks is None or scenario.triggers > 1:
        world.registry.fail(**faults, **({"hold_after": size.records // 3} if scenario.killed else {}))
        running = [work.begin(commands[0], limit) for _ in range(scenario.triggers)]
        killing = beside(partial(_kill_once_held, world, running[0])) if scenario.killed else nullcontext()
        with killing:
            return _ended(running)
    with _breaking(scenario, size, world, faults):
        return _ended([work.begin(commands[0])])


def _breaking(scenario: Scenario, size: Size, world: World, faults: dict[str, Any]) -> AbstractContextManager[None]:
    assert scenario.breaks is not None
    return beside(once_calls_are_held(world.registry, size.records // 3, faults, partial(scenario.breaks, world, size, {})))


def _kill_once_held(world: World, running: "subprocess.Popen[bytes]", over: Event) -> None:
    while not world.registry.held() and not over.wait(0.05):
        continue
    running.kill()
    world.registry.fail()


def _ended(running: Iterable["subprocess.Popen[bytes]"]) -> str:
    """Wait for each in turn, and return their exit codes: 0 is what an operator takes for success."""
    codes: list[str] = []
    for one in running:
        try:
            codes.append(str(one.wait(RUN_SECONDS)))
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()
            codes.append("stuck")
    return "exit " + ", ".join(codes)
