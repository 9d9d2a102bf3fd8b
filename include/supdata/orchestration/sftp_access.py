"""SFTP sessions through an Airflow connection; what keeps one from opening, in words."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import paramiko
from airflow.providers.sftp.hooks.sftp import SFTPHook
from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, NoValidConnectionsError, SSHException

from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.orchestration.connections import find_connection

#: Seconds for the handshake that only asks a server for its key.
HANDSHAKE_SECONDS = 10


@contextmanager
def sftp_sessions(name: str) -> Iterator[Callable[[], Any]]:
    """Yield what opens a session (paramiko.SFTPClient) of the connection `name`; all that were opened are closed on leaving.

    Opening raises FixConfig when the connection is missing or the server shows another host key than the one known, with the
    fingerprint it shows; AccessRefused when user, password or key is refused; TryLater when the server is away.
    """
    find_connection(name)
    with ExitStack() as opened:

        def connect() -> Any:
            with suppress(OSError, EOFError, SSHException):
                opened.close()  # the session before this one, dropped by the other side
            return _open(name, opened)

        try:
            yield connect
        finally:
            with suppress(OSError, EOFError, SSHException):
                opened.close()


def _open(name: str, opened: ExitStack) -> Any:
    attempted = f"Opening the SFTP connection `{name}`"
    hook = _hook(name, attempted)
    try:
        return opened.enter_context(hook.get_managed_conn())
    except BadHostKeyException as error:
        found = f"the server shows the host key {shown(error.key)}, not the one known, {shown(error.expected_key)}"
        remedy = (
            "Ask the school, by telephone, whether it has changed its server; then put the new key into the extra, as host_key."
        )
        raise FixConfig(attempted, found, remedy) from error
    except AuthenticationException as error:
        raise AccessRefused(attempted, "the server refused user, password or key", "Correct the connection.") from error
    except (NoValidConnectionsError, TimeoutError) as error:
        raise TryLater(attempted, "the server does not answer", "It is tried again; else call the school.") from error
    except SSHException as error:
        raise _unknown_server(attempted, hook, error) from error
    except OSError as error:
        raise TryLater(attempted, "the server does not answer", "It is tried again; else call the school.") from error


def _hook(name: str, attempted: str) -> SFTPHook:
    try:
        return SFTPHook(ssh_conn_id=name, conn_retry_attempts=1)  # Airflow tries the task again, and says so
    except ValueError as error:
        raise FixConfig(attempted, "its extra holds a host_key or private_key that is none", "Correct the extra.") from error


def _unknown_server(attempted: str, hook: SFTPHook, error: SSHException) -> FixConfig | TryLater:
    """Say which key the server shows when it is not known; any other failed handshake is said as such."""
    if "not found in known_hosts" not in str(error):
        found = f"the SSH handshake failed ({type(error).__name__}): no common algorithm, or a line that broke"
        return TryLater(attempted, found, "It is tried again; if it lasts, compare the server's algorithms with the extra.")
    try:
        key = _host_key(hook.remote_host, int(hook.port or paramiko.config.SSH_PORT))
    except (OSError, EOFError, SSHException):
        return TryLater(attempted, "the server does not answer", "It is tried again; else call the school.")
    found = f"its host key is not known yet; the server shows {shown(key)}"
    line = f'{{"host_key": "{key.get_name()} {key.get_base64()}"}}'
    return FixConfig(attempted, found, f"If the school confirms that fingerprint, put {line} into the connection's extra.")


def _host_key(host: str, port: int) -> paramiko.PKey:
    """Return the key a server shows, by a handshake that sends no credential."""
    transport = paramiko.Transport((host, port))
    try:
        transport.start_client(timeout=HANDSHAKE_SECONDS)
        return transport.get_remote_server_key()
    finally:
        transport.close()


def shown(key: paramiko.PKey) -> str:
    """Return a host key's kind and fingerprint as OpenSSH prints them: `ssh-ed25519 SHA256:…`."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    return f"{key.get_name()} SHA256:{digest}"
