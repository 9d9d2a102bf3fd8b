"""SFTP sessions as a task opens them, through an Airflow connection: who the server is, and who we are."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from integration.sftp_serving import sftp_server
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.orchestration.sftp_access import sftp_sessions
from supdata.sandbox.local.ports import free_ports

pytestmark = pytest.mark.integration

NAME = "sftp_0751717j"


@pytest.fixture(autouse=True)
def _nobody_elses_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known hosts, keys and agent of whoever runs the tests must not decide."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def connection(monkeypatch: pytest.MonkeyPatch, port: int, password: str | None = "made", **extra: object) -> None:
    fields = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": "school", "password": password}
    monkeypatch.setenv(f"AIRFLOW_CONN_{NAME.upper()}", json.dumps({**fields, "extra": extra}))


def names() -> list[str]:
    """What a session of the connection sees in the root folder."""
    with sftp_sessions(NAME) as connect:
        return sorted(connect().listdir("/"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "export.csv").write_text("INE\n", encoding="ascii")
    return folder


@pytest.fixture
def host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


def public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


def test_a_server_that_is_not_known_is_refused_with_its_fingerprint_and_with_what_makes_it_known(
    root: Path, host_key: asyncssh.SSHKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sftp_server(root, host_key=host_key) as port:
        connection(monkeypatch, port)
        with pytest.raises(FixConfig, match="host key is not known yet") as refused:
            names()
        assert host_key.get_fingerprint() in str(refused.value)
        assert public(host_key) in str(refused.value)
        connection(monkeypatch, port, host_key=public(host_key))
        assert names() == ["export.csv"]


def test_a_server_with_another_key_than_the_known_one_is_refused_with_both_fingerprints(
    root: Path, host_key: asyncssh.SSHKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    with sftp_server(root, host_key=host_key) as port:
        connection(monkeypatch, port, host_key=public(other))
        with pytest.raises(FixConfig, match="not the one known") as refused:
            names()
    assert host_key.get_fingerprint() in str(refused.value)
    assert other.get_fingerprint() in str(refused.value)


def test_a_wrong_password_is_said_once_and_not_shown(
    root: Path, host_key: asyncssh.SSHKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sftp_server(root, host_key=host_key) as port:
        connection(monkeypatch, port, password="not-the-password", host_key=public(host_key))
        with pytest.raises(AccessRefused, match="refused user, password or key") as refused:
            names()
    assert "not-the-password" not in str(refused.value)


def test_a_private_key_in_the_extra_opens_the_session(
    root: Path, host_key: asyncssh.SSHKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = asyncssh.generate_private_key("ssh-rsa")
    with sftp_server(root, host_key=host_key, accepted=ours) as port:
        text = ours.export_private_key("pkcs1-pem").decode()
        connection(monkeypatch, port, password=None, host_key=public(host_key), private_key=text)
        assert names() == ["export.csv"]


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[str]:
    """The socket of an agent of our own; it ends with the test."""
    socket = str(tmp_path / "agent")
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as process:
        while not os.path.exists(socket):  # noqa: PTH110  # a socket, not a file to be opened
            assert process.poll() is None
        yield socket
        process.terminate()


def test_a_key_in_the_agent_opens_the_session(
    root: Path, host_key: asyncssh.SSHKey, agent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = asyncssh.generate_private_key("ssh-ed25519")
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_bytes(ours.export_private_key())
    monkeypatch.setenv("SSH_AUTH_SOCK", agent)
    subprocess.run(["ssh-add", "-q", str(file)], check=True)
    file.unlink()
    with sftp_server(root, host_key=host_key, accepted=ours) as port:
        connection(monkeypatch, port, password=None, host_key=public(host_key))
        assert names() == ["export.csv"]


def test_a_server_that_is_away_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    (nobody,) = free_ports(1)
    connection(monkeypatch, nobody)
    with pytest.raises(TryLater, match="does not answer"):
        names()


def test_a_host_key_that_is_none_is_a_fault_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    connection(monkeypatch, 22, host_key="ssh-ed25519 no-key-at-all")
    with pytest.raises(FixConfig, match="host_key or private_key that is none"):
        names()
