"""A file read from a real SFTP server, through paramiko as Airflow's hook opens it."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import asyncssh
import paramiko
import pytest

from supdata.config.sftp_source import SftpSource
from supdata.errors import FixSource
from supdata.extract.sftp import read_sftp

pytestmark = pytest.mark.integration

ROWS = 60_000  # some 3 MB: more than the requests that may be under way


class OneUser(asyncssh.SSHServer):  # type: ignore[misc]  # asyncssh brings no types here
    """Lets one user in by password, and keeps its connections to be closed with the server."""

    connections: ClassVar[list[asyncssh.SSHServerConnection]] = []

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("school", "made")


@contextmanager
def sftp_server(root: Path) -> Iterator[int]:
    """Serve `root` as / in a thread of its own, and yield the port."""
    loop = asyncio.new_event_loop()

    def files(channel: Any) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    async def listen() -> asyncssh.SSHAcceptor:
        key = asyncssh.generate_private_key("ssh-ed25519")
        return await asyncssh.listen("127.0.0.1", 0, server_factory=OneUser, server_host_keys=[key], sftp_factory=files)

    async def close() -> None:
        server.close()
        await server.wait_closed()
        while OneUser.connections:
            connection = OneUser.connections.pop()
            connection.abort()
            await connection.wait_closed()

    server = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.get_port()
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """The folder where the school drops its files."""
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


@pytest.fixture
def client(tmp_path: Path, export: Path) -> Iterator[paramiko.SFTPClient]:
    """An opened session."""
    with sftp_server(tmp_path) as port:
        transport = paramiko.Transport(("127.0.0.1", port))
        transport.connect(username="school", password="made")
        opened = paramiko.SFTPClient.from_transport(transport)
        assert opened is not None
        yield opened
        opened.close()
        transport.close()


def source(path: str) -> SftpSource:
    return SftpSource.model_validate(
        {"kind": "sftp", "connection": "sftp_0751717j", "path": path, "format": {"encoding": "cp1252", "quoted": False}}
    )


def test_a_large_file_arrives_whole_and_in_order(client: paramiko.SFTPClient, export: Path) -> None:
    lines = ["NOM;INE;VILLE", *(f"Éloïse {n};{n:011d};Nîmes et ses environs" for n in range(ROWS))]
    (export / "inscriptions_2.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    (export / "inscriptions_1.csv").write_bytes(b"INE\r\n1\r\n")
    os.utime(export / "inscriptions_1.csv", (1, 1))
    numbers = [row.values["INE"] for row in read_sftp(client, source("/export/inscriptions_*.csv"), ["INE"])]  # type: ignore[union-attr]
    assert numbers == [f"{n:011d}" for n in range(ROWS)]


def test_the_session_is_of_use_after_a_reader_that_stopped_early(client: paramiko.SFTPClient, export: Path) -> None:
    (export / "a.csv").write_bytes(b"INE\n" + b"12345678901\n" * ROWS)
    rows = read_sftp(client, source("/export/a.csv"), ["INE"])
    assert next(rows).row == 2
    rows.close()  # type: ignore[attr-defined]  # the iterator is a generator
    assert len(list(read_sftp(client, source("/export/a.csv"), ["INE"]))) == ROWS


def test_a_folder_without_a_match_and_a_missing_folder_are_the_schools(client: paramiko.SFTPClient) -> None:
    with pytest.raises(FixSource, match="none of the 0 names"):
        list(read_sftp(client, source("/export/*.csv"), ["INE"]))
    with pytest.raises(FixSource, match="folder does not exist"):
        list(read_sftp(client, source("/elsewhere/*.csv"), ["INE"]))
