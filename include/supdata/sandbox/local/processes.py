"""Child processes with a log each: started one by one, waited for until healthy, stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from supdata.errors import CallUs

LOG_LINES_SHOWN = 12
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Child:
    """One running process, leader of its own group, and where it logs."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path


@dataclass(frozen=True)
class Children:
    """The processes of one undertaking; see `children`."""

    logs: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> Child:
        """Start `command` in `folder`; what it prints goes to `<logs>/<name>.log`."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as stream:
            process = subprocess.Popen(
                list(command),
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,  # a group of its own: stopping it reaches what it started
            )
        child = Child(name, process, log)
        self.running.append(child)
        return child

    def finish(self, child: Child) -> None:
        """Wait for a step started with `start` to end well, watching the others meanwhile.

        Raises CallUs when it, or any other child, fails.
        """
        while child.process.poll() is None:
            self._watch([other for other in self.running if other is not child])
            time.sleep(LOOK_SECONDS)
        self.running.remove(child)
        if child.process.returncode != 0:
            raise _ended(child)

    def wait_until(self, what: str, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `ready` says so, as long as every child lives.

        Raises CallUs when a child ends meanwhile, or after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise CallUs(f"Waiting for {what}", f"nothing after {seconds:.0f} s", f"The logs are in {self.logs}.")
            time.sleep(LOOK_SECONDS)

    def check(self) -> None:
        """Raise CallUs when a child has ended on its own."""
        self._watch(self.running)

    def _watch(self, watched: Sequence[Child]) -> None:
        for child in watched:
            if child.process.poll() is not None:
                raise _ended(child)


@contextmanager
def children(logs: Path, *, stop_seconds: float = 6.0) -> Iterator[Children]:
    """Hold a set of child processes, and end them all on leaving, whatever happened inside.

    They are all asked at once, then given `stop_seconds`, then killed. SIGTERM goes to whole groups: Airflow's triggerer, told
    alone, waits for a child that nobody told. Its scheduler, on the other hand, may then wait for a worker that died holding a
    lock, which is what the killing is for: nothing here has a state worth more than a few seconds.
    """
    logs.mkdir(parents=True, exist_ok=True)
    group = Children(logs)
    try:
        yield group
    finally:
        _stop(group.running, stop_seconds)


def _stop(stopping: Sequence[Child], seconds: float) -> None:
    for child in stopping:
        _signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(child.process.poll() is None for child in stopping) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS / 2)
    for child in stopping:
        _signal_group(child, signal.SIGKILL)  # also where the leader has ended: its group may have stayed
        child.process.wait()


def _signal_group(child: Child, number: signal.Signals) -> None:
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return


def _ended(child: Child) -> CallUs:
    lines = child.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    shown = "".join(f"\n    {line}" for line in lines)
    return CallUs(f"Running {child.name}", f"it ended with status {child.process.returncode}", f"Its log: {child.log}{shown}")
