"""Nothing a kept command started outlives whoever asked for it: real processes, really killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.integration

#: A command as unruly as Airflow: it starts a child in a session of its own, which starts a grandchild that is deaf to
#: SIGTERM; each writes down its process id. It then stays.
UNRULY = """
import os, pathlib, signal, subprocess, sys, time
folder, depth = pathlib.Path(sys.argv[1]), int(sys.argv[2])
if depth == 2:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
(folder / f"tmp{depth}").write_text(str(os.getpid()))
(folder / f"tmp{depth}").rename(folder / f"{depth}.pid")
if depth < 2:
    subprocess.Popen([sys.executable, __file__, str(folder), str(depth + 1)], start_new_session=True)
print("up", flush=True)
time.sleep(120)
"""
CALLER = """
import sys
from supdata.sandbox.local.keeping import run_kept
sys.exit(run_kept(sys.argv[1:]))
"""

#: A command whose own cleaning up takes a second, and is interrupted by a second SIGTERM.
CLEANS_UP = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
folder = pathlib.Path(sys.argv[1])
try:
    (folder / "up").touch()
    time.sleep(60)
finally:
    time.sleep(1)
    (folder / "cleaned").touch()
"""


class Kept:
    """A caller that keeps an unruly command, and the processes there are below it."""

    def __init__(self, folder: Path) -> None:
        (folder / "unruly.py").write_text(UNRULY)
        command = [sys.executable, str(folder / "unruly.py"), str(folder), "0"]
        self.caller = subprocess.Popen([sys.executable, "-c", CALLER, *command], stdout=subprocess.DEVNULL)
        for depth in range(3):
            _wait_for(folder / f"{depth}.pid")
        self.command = psutil.Process(int((folder / "0.pid").read_text()))
        self.keeper = self.command.parent()
        self.processes = [psutil.Process(self.caller.pid), *psutil.Process(self.caller.pid).children(recursive=True)]

    def all_gone(self, seconds: float = 15) -> bool:
        self.caller.wait(seconds)
        return not psutil.wait_procs(self.processes, timeout=seconds)[1]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    started = Kept(tmp_path)
    assert len(started.processes) == 5
    yield started
    for process in started.processes:
        if process.is_running():
            process.kill()
    started.caller.wait()


def test_kill_9_of_the_caller_leaves_nothing(kept: Kept) -> None:
    kept.caller.kill()
    assert kept.all_gone()


def test_kill_9_of_the_command_leaves_nothing_and_is_told(kept: Kept) -> None:
    kept.command.kill()
    assert kept.all_gone()
    assert kept.caller.returncode == 128 + signal.SIGKILL


def test_kill_9_of_the_keeper_leaves_nothing_and_is_told(kept: Kept) -> None:
    assert kept.keeper is not None
    kept.keeper.kill()
    assert kept.all_gone()
    assert kept.caller.returncode == 128 + signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_caller_ends_all_and_is_its_exit_code(kept: Kept, number: signal.Signals) -> None:
    kept.caller.send_signal(number)
    assert kept.all_gone()
    assert kept.caller.returncode == 128 + number


def test_a_signal_passed_on_twice_at_once_counts_as_one(tmp_path: Path) -> None:
    """`timeout 30 make demo` has both `timeout` and make send SIGTERM: the command must still stop in order."""
    assert _stopped_in_order(tmp_path, [signal.SIGTERM, signal.SIGTERM]) == 128 + signal.SIGTERM


def test_kill_9_of_make_stops_the_command_in_order(tmp_path: Path) -> None:
    (tmp_path / "clean_up.py").write_text(CLEANS_UP)
    (tmp_path / "caller.py").write_text(CALLER)
    recipe = f"all:\n\t@exec {sys.executable} caller.py {sys.executable} clean_up.py .\n"
    (tmp_path / "Makefile").write_text(recipe)
    make = subprocess.Popen(["make", "-s"], cwd=tmp_path)
    _wait_for(tmp_path / "up")
    below = psutil.Process(make.pid).children(recursive=True)
    make.kill()
    make.wait()
    assert psutil.wait_procs(below, timeout=20)[1] == []
    assert (tmp_path / "cleaned").exists()


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_of_the_command_comes_through(code: int) -> None:
    command = [sys.executable, "-c", f"raise SystemExit({code})"]
    assert subprocess.run([sys.executable, "-c", CALLER, *command], check=False).returncode == code


def test_the_command_is_given_time_to_stop_in_order(tmp_path: Path) -> None:
    assert _stopped_in_order(tmp_path, [signal.SIGINT]) == 128 + signal.SIGINT


def _stopped_in_order(folder: Path, signals: list[signal.Signals]) -> int:
    caller = subprocess.Popen([sys.executable, "-c", CALLER, sys.executable, "-c", CLEANS_UP, str(folder)])
    _wait_for(folder / "up")
    for number in signals:
        caller.send_signal(number)
        time.sleep(0.1)  # signals that wait together are delivered as one
    code = caller.wait(120)
    assert (folder / "cleaned").exists()
    return code


def _wait_for(file: Path) -> None:
    deadline = time.monotonic() + 120
    while not file.exists():
        assert time.monotonic() < deadline, f"{file.name} never came up"
        time.sleep(0.02)
