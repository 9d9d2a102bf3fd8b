"""What Airflow and the person beside it do with a run: try again, clear what is red, and run again the next night."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import wait
from pathlib import Path
from threading import Lock

from chaos.tasks import KILLED, WELL, Ended, Order, Try, begin
from supdata.orchestration.retrying import RETRIES

#: Airflow waits two minutes before it tries again; what it waits for takes seconds here.
RETRY_SECONDS = 0.3
CLEAR_SECONDS = 2.0
TASK_SECONDS = 600.0
DYING_SECONDS = 10.0
#: How often a person clears a red run before leaving it to the next night.
CLEARS = 6


@dataclass
class Operator:
    """Runs nights of one school; `slots` pushes at a time, as the pool of the registry allows.

    `full_disk_tries` makes the disk full at the first so many tries of every task, beyond `file_limit` bytes.
    """

    order: Order
    slots: int = 2
    clears: int = CLEARS
    full_disk_tries: int = 0
    file_limit: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    runs: list[str] = field(default_factory=list)
    kills: int = 0
    _pushes: set[Try] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def kill_a_push(self, draw: random.Random) -> None:
        """Kill one of the pushes under way, if there are any, and return when it is dead: a busy machine takes its time."""
        with self._lock:
            if not self._pushes:
                return
            one = draw.choice(sorted(self._pushes, key=lambda one: one.process.pid or 0))
        one.process.kill()
        wait([one.process.sentinel], DYING_SECONDS)

    def night(self, run_id: str, started: datetime) -> None:
        """Run one night to its end, and add how it went to `runs`: each red state that was cleared, and the last."""
        order = replace(self.order, run_id=run_id, started=started)
        if not self._task(replace(order, task="source")):
            raise RuntimeError("the source could not be written")
        green: set[str] = set()
        states: list[str] = []
        while not states or (states[-1] != "success" and len(states) <= self._clears_worth_it(order, green)):
            if states:
                time.sleep(CLEAR_SECONDS)
            states.append("success" if self._play(order, green) else "failed")
        self.runs.append(_told(states))

    def _clears_worth_it(self, order: Order, green: set[str]) -> int:
        """A person clears a red run so often; and once more for each kill, as long as there are pushes to clear."""
        return self.clears + (self.kills if self._left(order, green) else 0)

    def _play(self, order: Order, green: set[str]) -> bool:
        """Run what is not green yet, and reconcile whatever happened."""
        if "plan" in green or self._task(replace(order, task="plan")):
            green.add("plan")
            self._push(order, green)
        return self._once(replace(order, task="reconcile"), 0).error == WELL

    def _push(self, order: Order, green: set[str]) -> None:
        left = self._left(order, green)
        with ThreadPoolExecutor(self.slots) as pool:
            ended = pool.map(lambda name: self._task(replace(order, task="push", chunk=name)), left)
            green.update(name for name, well in zip(left, ended, strict=True) if well)

    def _left(self, order: Order, green: set[str]) -> list[str]:
        names = sorted(path.stem for path in _folder(order).glob("plan/chunk-*.jsonl"))
        return [name for name in names if name not in green]

    def _task(self, order: Order) -> bool:
        """Try a task as often as Airflow would; return whether it ended well."""
        ended = self._once(order, 0)
        for number in range(1, 1 + RETRIES):
            if not ended.again:
                break
            time.sleep(RETRY_SECONDS)
            ended = self._once(order, number)
        return ended.error == WELL

    def _once(self, order: Order, number: int) -> Ended:
        if number < self.full_disk_tries and order.task in {"plan", "push"}:
            order = replace(order, file_limit=self.file_limit)
        started = begin(order)
        with self._under_way(started, order):
            ended = started.ended(TASK_SECONDS)
        with self._lock:
            self.kills += ended.error == KILLED
            if ended.error:
                self.endings[f"{order.task}: {ended.error}"] += 1
        return ended

    @contextmanager
    def _under_way(self, started: Try, order: Order) -> Iterator[None]:
        if order.task != "push":
            yield
            return
        with self._lock:
            self._pushes.add(started)
        try:
            yield
        finally:
            with self._lock:
                self._pushes.remove(started)


def _folder(order: Order) -> Path:
    return order.root / order.institution.uai / order.run_id


def _told(states: list[str]) -> str:
    """Return `failed x3, success` for three clears."""
    red = len(states) - 1 if states[-1] == "success" else len(states)
    words = [f"failed x{red}"] if red else []
    return ", ".join([*words, *(["success"] if states[-1] == "success" else [])])
