"""The whole product as it is first met: `supdata demo`, on real parts, from the command line."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.integration

STUDENTS = 400


def start(var: Path, output: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "supdata.cli.demo", "demo", "--students", str(STUDENTS), "--var", str(var)]
    with output.open("wb") as stream:
        return subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)


def processes_of(demo: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return [psutil.Process(demo.pid), *psutil.Process(demo.pid).children(recursive=True)]


def listening() -> dict[int, int | None]:
    """Return who listens on which port of this machine."""
    found = (one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN)
    return {one.laddr.port: one.pid for one in found if one.laddr}


def run_of(facts: Mapping[str, Any], name: str) -> dict[str, dict[str, int]]:
    assert {run["state"] for run in facts[name]} == {"success"}
    return {run["uai"]: run["counts"] for run in facts[name]}


def test_two_nights_of_three_schools_end_as_promised(tmp_path: Path) -> None:
    """Through the real scheduler: all that should be is accepted, nothing is sent twice, and nothing is left running."""
    demo = start(tmp_path / "var", tmp_path / "output")
    seen: set[psutil.Process] = set()
    while demo.poll() is None:
        seen.update(processes_of(demo))
        time.sleep(0.5)
    assert demo.returncode == 0, (tmp_path / "output").read_text()
    assert [process for process in seen if process.is_running()] == []

    facts = json.loads((tmp_path / "var" / "demo" / "summary.json").read_text())
    first, second = run_of(facts, "institutions"), run_of(facts, "second_run")
    assert list(first) == list(second) == ["0751717J", "0442953W", "0881269B"]
    accepted = sum(counts["accepted"] for counts in first.values())
    assert accepted > 3 * STUDENTS * 0.8
    assert facts["registry"] == {"rows": accepted, "distinct": accepted}
    for uai, counts in second.items():
        assert (counts["created"], counts["updated"]) == (0, 0)
        assert counts["unchanged"] == first[uai]["accepted"]


def test_kill_9_in_the_middle_of_a_run_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    output = tmp_path / "output"
    demo = start(tmp_path / "var", output)
    while "extract under way" not in output.read_text():
        assert demo.poll() is None, output.read_text()
        time.sleep(0.2)
    processes = processes_of(demo)
    pids = {process.pid for process in processes}
    ports = {port for port, pid in listening().items() if pid in pids}
    assert len(ports) >= 5, "PostgreSQL, Airflow, the registry, SFTP and REST"
    demo.kill()
    demo.wait()
    assert psutil.wait_procs(processes, timeout=60)[1] == []
    assert ports.isdisjoint(listening())


def test_a_part_that_dies_ends_the_demo_and_is_named(tmp_path: Path) -> None:
    output = tmp_path / "output"
    demo = start(tmp_path / "var", output)
    while "Waiting for Airflow's API" not in output.read_text():
        assert demo.poll() is None, output.read_text()
        time.sleep(0.2)
    processes = processes_of(demo)
    (scheduler,) = [process for process in processes if process.cmdline()[1:4] == ["-m", "airflow", "scheduler"]]
    scheduler.kill()
    assert demo.wait(60) == 1
    assert "Running scheduler: it ended with status -9" in output.read_text()
    assert psutil.wait_procs(processes, timeout=60)[1] == []
