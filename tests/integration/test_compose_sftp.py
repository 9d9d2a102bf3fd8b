"""The SFTP server of docker-compose.yaml is a script written in it: here it is run."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
import yaml

from supdata.sandbox.local.ports import free_ports

pytestmark = pytest.mark.integration

COMPOSE = Path(__file__).parents[2] / "docker-compose.yaml"
PASSWORD = "made-secret"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    script = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["configs"]["sftp"]["content"].replace("$$", "$")
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inscriptions.csv").write_text("INE\n")
    (tmp_path / "outside.csv").write_text("not for you\n")
    (chosen,) = free_ports(1)
    environment = {
        **os.environ,
        "SFTP_LOGIN": "school",
        "SFTP_PASSWORD_FILE": str(tmp_path / "password"),
        "SFTP_FOLDER": str(tmp_path / "folder"),
        "SFTP_HOST_KEY": str(tmp_path / "host_key"),
        "SFTP_ADDRESS": "127.0.0.1",
        "SFTP_PORT": str(chosen),
    }
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as server:
        try:
            wait_for(chosen)
            yield chosen
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def logged_in(port: int, password: str) -> Iterator[paramiko.SFTPClient]:
    with paramiko.Transport(("127.0.0.1", port)) as transport:
        transport.connect(username="school", password=password)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        with client:
            yield client


def test_the_account_sees_its_folder_and_nothing_beside_it(port: int, tmp_path: Path) -> None:
    with logged_in(port, PASSWORD) as client:
        assert client.listdir("/") == ["inscriptions.csv"]
        with client.open("/inscriptions.csv") as file:
            assert file.read() == b"INE\n"
        with pytest.raises(FileNotFoundError):
            client.stat("/../outside.csv")
    assert (tmp_path / "host_key").stat().st_mode & 0o077 == 0


def test_another_password_is_refused(port: int) -> None:
    with pytest.raises(paramiko.AuthenticationException), logged_in(port, "guess"):
        pass
