"""An SFTP server with one account and one folder, as a school's file exchange has."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

LOOPBACK = "127.0.0.1"
KEY_KIND = "ssh-ed25519"


@dataclass(frozen=True)
class SftpServer:
    """Where a running server listens, and the public host key a client must expect ("ssh-ed25519 AAAA…")."""

    port: int
    host_key: str


@asynccontextmanager
async def serve_sftp(
    folder: Path, *, login: str, password: str, host_key_file: Path, port: int = 0
) -> AsyncIterator[SftpServer]:
    """Serve `folder` as the root of what `login` sees, on `port` of the loopback (0: any free one).

    The host key is read from `host_key_file`, and made there the first time, so that clients know the server again.
    """
    key = _host_key(host_key_file)
    listener = await asyncssh.listen(
        LOOPBACK,
        port,
        server_factory=lambda: _OneAccount(login, password),
        server_host_keys=[key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()),
        allow_scp=False,
    )
    try:
        yield SftpServer(listener.get_port(), _public(key))
    finally:
        listener.close()
        await listener.wait_closed()


class _OneAccount(asyncssh.SSHServer):  # type: ignore[misc]  # asyncssh is outside what mypy follows
    """Password login for one account; no shell, no key, no forwarding."""

    def __init__(self, login: str, password: str) -> None:
        self._login = login
        self._password = password

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        right = secrets.compare_digest(username.encode(), self._login.encode())
        return secrets.compare_digest(password.encode(), self._password.encode()) and right


def _host_key(file: Path) -> asyncssh.SSHKey:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(asyncssh.generate_private_key(KEY_KIND).export_private_key())
    return asyncssh.read_private_key(str(file))


def _public(key: asyncssh.SSHKey) -> str:
    kind, text, *_ = key.export_public_key().decode().split()
    return f"{kind} {text}"
