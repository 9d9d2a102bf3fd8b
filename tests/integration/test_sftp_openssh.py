"""A file read from OpenSSH's own server, over a line that is cut: the server most schools run."""

import getpass
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from integration.cutting import cut_line
from supdata.config.sftp_source import SftpSource
from supdata.extract.sftp import archive, read_sftp
from supdata.orchestration.sftp_access import sftp_sessions
from supdata.records.rows import ReadFile
from supdata.sandbox.local.ports import free_ports

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(SSHD is None, reason="OpenSSH's server is not installed: `.ci/run` installs it where it may"),
    # paramiko asks for the file ahead in a thread of its own, which ends by an exception when the line is cut
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]

NAME = "sftp_0751717j"
ROWS = 60_000
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/ours.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
Subsystem sftp internal-sftp
"""


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[int]:
    """A server of the user who runs the tests, which lets in one key; it ends with the test."""
    for name in ("host", "ours"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (port,) = free_ports(1)
    config = tmp_path / "sshd_config"
    config.write_text(CONFIG.format(port=port, folder=tmp_path), encoding="ascii")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where a server started by root gives up its rights
    assert SSHD is not None
    with subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=subprocess.PIPE) as process:
        _await(port, process)
        yield port
        process.terminate()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        assert process.poll() is None, process.stderr.read() if process.stderr else b""
        time.sleep(0.1)
    pytest.fail("sshd does not listen")


def test_a_file_comes_whole_from_openssh_through_cuts_and_is_archived(
    sshd: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, read = tmp_path / "export", tmp_path / "export" / "lus"
    read.mkdir(parents=True)
    (export / "a.csv").write_text("INE\n" + "".join(f"{n:011d}\n" for n in range(ROWS)), encoding="ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    source = SftpSource(kind="sftp", connection=NAME, path=f"{export}/*.csv")
    told: list[ReadFile] = []
    budgets = [90_000, 200_000, 150_000, 70_000]
    with cut_line(sshd, budgets) as port:
        extra = {"host_key": (tmp_path / "host.pub").read_text(), "key_file": str(tmp_path / "ours"), "compress": "false"}
        fields = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": getpass.getuser(), "extra": extra}
        monkeypatch.setenv(f"AIRFLOW_CONN_{NAME.upper()}", json.dumps(fields))
        with sftp_sessions(NAME) as connect:
            rows = read_sftp(connect, source, ["INE"], on_read=told.append, sleep=lambda _: None)
            assert [row.values["INE"] for row in rows] == [f"{n:011d}" for n in range(ROWS)]  # type: ignore[union-attr]
            assert archive(connect(), told, str(read)) == []
    assert budgets == []
    assert [path.name for path in read.iterdir()] == ["a.csv"]
    assert list(export.glob("*.csv")) == []
