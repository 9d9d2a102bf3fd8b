"""Groups of child processes: health, failure and the stop, with real processes."""

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from supdata.errors import CallUs
from supdata.sandbox.local.processes import Children, children

pytestmark = pytest.mark.integration


def start(group: Children, code: str, folder: Path, name: str = "one") -> int:
    return group.start(name, [sys.executable, "-c", code], environment=os.environ, folder=folder).process.pid


def test_leaving_ends_every_child_and_what_it_started(tmp_path: Path) -> None:
    code = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"
    with children(tmp_path) as group:
        leader = psutil.Process(start(group, code, tmp_path))
        group.wait_until("the child", lambda: "up" in (tmp_path / "one.log").read_text(), 60)
        below = [leader, *leader.children()]
        assert len(below) == 2
    assert psutil.wait_procs(below, timeout=60)[1] == []


def test_a_failure_inside_ends_the_children_too(tmp_path: Path) -> None:
    pids = []

    def fail_with_a_child() -> None:
        with children(tmp_path) as group:
            pids.append(start(group, "import time; time.sleep(60)", tmp_path))
            raise KeyError

    with pytest.raises(KeyError):
        fail_with_a_child()
    assert not psutil.pid_exists(pids[0])


def test_a_child_deaf_to_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    with children(tmp_path, stop_seconds=0.5) as group:
        pid = start(group, code, tmp_path)
        group.wait_until("the child", lambda: "up" in (tmp_path / "one.log").read_text(), 60)
        began = time.monotonic()
    assert not psutil.pid_exists(pid)
    assert 0.5 <= time.monotonic() - began < 30, "not the minute that the child wants"


def test_a_child_that_dies_while_waiting_is_named_with_its_last_words(tmp_path: Path) -> None:
    with children(tmp_path) as group:
        start(group, "raise SystemExit('no such database')", tmp_path, "scheduler")
        with pytest.raises(CallUs, match=r"Running scheduler: it ended with status 1(?s:.)*no such database"):
            group.wait_until("Airflow", lambda: False, 120)


def test_waiting_ends_when_nothing_comes(tmp_path: Path) -> None:
    with children(tmp_path) as group, pytest.raises(CallUs, match="Waiting for the moon: nothing after 0 s"):
        group.wait_until("the moon", lambda: False, 0.2)


def test_a_step_that_fails_raises_and_one_that_succeeds_is_forgotten(tmp_path: Path) -> None:
    with children(tmp_path) as group:
        group.finish(group.start("good", [sys.executable, "-c", ""], environment=os.environ, folder=tmp_path))
        assert group.running == []
        bad = group.start("bad", [sys.executable, "-c", "raise SystemExit(4)"], environment=os.environ, folder=tmp_path)
        with pytest.raises(CallUs, match="Running bad: it ended with status 4"):
            group.finish(bad)
