"""`supdata sandbox` as a process: it starts, answers, and ends when told."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from supdata.sandbox.local.ports import free_ports

pytestmark = pytest.mark.integration

COMMAND = [sys.executable, "-c", "from supdata.cli.main import app; app()", "sandbox"]


def start(port: int, database_url: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "SUPDATA_SANDBOX_DATABASE": database_url, "SUPDATA_SANDBOX_ADMIN_TOKEN": "admin"}
    return subprocess.Popen(
        [*COMMAND, "--port", str(port)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def until_it_answers(port: int) -> int:
    for _ in range(2_400):
        try:
            return requests.get(f"http://127.0.0.1:{port}/sandbox/health", timeout=60).status_code
        except requests.ConnectionError:
            time.sleep(0.05)
    raise TimeoutError


def test_it_serves_until_it_is_told_to_end(database_url: str) -> None:
    (port,) = free_ports(1)
    with start(port, database_url) as process:
        try:
            assert until_it_answers(port) == 200
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=120)
        finally:
            process.kill()
    assert f"http://127.0.0.1:{port}" in output
    assert "admin" not in output
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))


def test_a_port_that_is_taken_is_told_in_a_sentence(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, start(taken.getsockname()[1], database_url) as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "Choose another with --port" in errors
    assert "Traceback" not in errors


def test_a_database_that_is_away_is_told_in_a_sentence_without_its_password() -> None:
    port, nobody = free_ports(2)
    with start(port, f"postgresql://someone:secret@127.0.0.1:{nobody}/registry") as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "its database cannot be reached" in errors
    assert "secret" not in errors
    assert "Traceback" not in errors
