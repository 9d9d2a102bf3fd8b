"""Who breaks things while a night runs: at moments counted in calls, not in seconds, so that a slow machine meets them too."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

from chaos.night import Operator
from chaos.registry import RegistryProcess

LOOK_SECONDS = 0.02
#: Kills that do not wait for a call: they hit a push as it starts, reads, or writes what it found.
ANY_MOMENT = 0.25
ANY_MOMENT_SECONDS = 0.8
#: After the calls under way were held and let go: how long the push still lives, at most.
LET_GO_SECONDS = 0.05


class TooLateError(Exception):
    """The night was over before anything was broken: the scenario tried nothing."""


@contextmanager
def beside(breaking: Callable[[Event], None]) -> Iterator[None]:
    """Break things in a thread while the block runs; the event it is given is set when the block ends.

    What the thread raised is raised here.
    """
    over = Event()
    with ThreadPoolExecutor(1) as pool:
        future: Future[None] = pool.submit(breaking, over)
        try:
            yield
        finally:
            over.set()
        future.result()


def once_calls_are_held(
    registry: RegistryProcess, calls: int, faults: Mapping[str, Any], break_it: Callable[[Event], None]
) -> Callable[[Event], None]:
    """Return what breaks a night after so many calls, with the next ones held until it is done.

    The registry fails as `faults` says, before as afterwards.
    """
    registry.fail(**faults, hold_after=calls)

    def breaking(over: Event) -> None:
        if not _held(registry, over):
            raise TooLateError(f"the night ended before call {calls}")
        break_it(over)
        registry.fail(**faults)

    return breaking


def killing(
    registry: RegistryProcess, operator: Operator, faults: Mapping[str, Any], *, kills: int, records: int
) -> Callable[[Event], None]:
    """Return what kills up to `kills` pushes of a night: most with calls under way, some at any moment of their lives."""
    draw = random.Random(5)
    most_calls = max(2, round(1.6 * records / max(1, kills)))

    def breaking(over: Event) -> None:
        while operator.kills < kills and not over.is_set():
            if draw.random() < ANY_MOMENT:
                registry.fail(**faults)
                time.sleep(draw.uniform(0, ANY_MOMENT_SECONDS))
            else:
                registry.fail(**faults, hold_after=draw.randint(1, most_calls))
                if not _held(registry, over):
                    break
                _let_go_or_not(registry, faults, draw)
            operator.kill_a_push(draw)
        registry.fail(**faults)

    return breaking


def _let_go_or_not(registry: RegistryProcess, faults: Mapping[str, Any], draw: random.Random) -> None:
    """Kill while all calls wait, or a moment after they went on, when some are answered and some are not."""
    if draw.random() < 0.5:
        registry.fail(**faults)
        time.sleep(draw.uniform(0, LET_GO_SECONDS))


def _held(registry: RegistryProcess, over: Event) -> bool:
    """Wait until calls are held; False when the night ended first."""
    while not registry.held():
        if over.wait(LOOK_SECONDS):
            return False
    return True
