"""A school's SFTP server in a thread of its own, on loopback."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import asyncssh


class OneUser(asyncssh.SSHServer):  # type: ignore[misc]  # asyncssh brings no types here
    """Lets one user in, by password or by the one accepted key, and keeps its connections to be closed with the server."""

    connections: ClassVar[list[asyncssh.SSHServerConnection]] = []

    def __init__(self, accepted: asyncssh.SSHKey | None) -> None:
        self._accepted = accepted

    def public_key_auth_supported(self) -> bool:
        return self._accepted is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "school" and self._accepted is not None and key == self._accepted.convert_to_public()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("school", "made")


@contextmanager
def sftp_server(
    root: Path, *, host_key: asyncssh.SSHKey | None = None, accepted: asyncssh.SSHKey | None = None
) -> Iterator[int]:
    """Serve `root` as / in a thread of its own, and yield the port."""
    loop = asyncio.new_event_loop()

    def files(channel: Any) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    async def listen() -> asyncssh.SSHAcceptor:
        key = host_key or asyncssh.generate_private_key("ssh-ed25519")
        factory = partial(OneUser, accepted)
        return await asyncssh.listen("127.0.0.1", 0, server_factory=factory, server_host_keys=[key], sftp_factory=files)

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
