"""The three schools' systems opened together: what to connect to, and with what."""

import asyncio
import json
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg.conninfo
import uvicorn
from fastapi import FastAPI

from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.schools.apogee import write_extract
from supdata.sandbox.schools.entries import Entry
from supdata.sandbox.schools.lycee import load_database, open_reader
from supdata.sandbox.schools.pegase import as_flux, build_pegase
from supdata.sandbox.schools.sftp_server import SftpServer, serve_sftp
from supdata.sandbox.schools.world import School, World

EXTRACT = Path("export/inscriptions_20261005.csv")
LOGINS = ("supdata_sftp", "supdata_pegase", "supdata_sis")


@dataclass(frozen=True)
class Access:
    """How one of the schools' systems is reached. `database` and `host_key` are "" where they have no meaning."""

    connection: str
    host: str
    port: int
    login: str
    password: str
    database: str = ""
    host_key: str = ""


@dataclass(frozen=True)
class Folders:
    """Where the schools keep their things: the SFTP root, the SFTP host key, and the file that tells how to reach them."""

    root: Path

    @property
    def sftp(self) -> Path:
        """What the SFTP account sees as /."""
        return self.root / "sftp"

    @property
    def host_key(self) -> Path:
        """The SFTP server's private key."""
        return self.root / "sftp_host_key"

    @property
    def access(self) -> Path:
        """A JSON list of `Access`, for the owner's eyes only; it is there when all three systems answer, and only then."""
        return self.root / "access.json"


@asynccontextmanager
async def open_schools(
    world: World, *, folder: Path, database_url: str, sftp_port: int = 0, rest_port: int = 0
) -> AsyncIterator[tuple[Access, Access, Access]]:
    """Open the three schools' systems and tell how to reach each; ports of 0 are chosen.

    The lycée's tables are made anew in the database at `database_url`, whose user must be allowed to make an account.
    """
    folders = Folders(folder)
    _drop_extract(folders.sftp, world.apogee)
    passwords = [secrets.token_urlsafe(18) for _ in LOGINS]
    load_database(database_url, _entries(world.lycee))
    open_reader(database_url, LOGINS[2], passwords[2])
    rest = build_pegase(as_flux(_entries(world.pegase)), login=LOGINS[1], password=passwords[1])
    async with (
        serve_sftp(
            folders.sftp, login=LOGINS[0], password=passwords[0], host_key_file=folders.host_key, port=sftp_port
        ) as sftp,
        _serve_rest(rest, rest_port) as port,
    ):
        yield (_sftp(sftp, passwords[0]), _rest(port, passwords[1]), _database(database_url, passwords[2]))


async def serve_until_told(world: World, *, folder: Path, database_url: str, sftp_port: int = 0, rest_port: int = 0) -> None:
    """Serve the three schools until SIGTERM or SIGINT; `folder`/access.json is there meanwhile."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    file = Folders(folder).access
    file.unlink(missing_ok=True)  # a stale one would be read as "ready"
    try:
        async with open_schools(
            world, folder=folder, database_url=database_url, sftp_port=sftp_port, rest_port=rest_port
        ) as accesses:
            _publish(file, accesses)
            await told.wait()
    finally:
        file.unlink(missing_ok=True)


def read_access(folder: Path) -> list[Access]:
    """Return how to reach the three schools that are served from `folder`.

    Raises FileNotFoundError while they are not ready.
    """
    return [Access(**one) for one in json.loads(Folders(folder).access.read_text())]


def _publish(file: Path, accesses: tuple[Access, ...]) -> None:
    """Write the file whole or not at all: whoever waits for it must not read half of it."""
    half = file.with_suffix(".half")
    half.touch(mode=0o600)
    half.write_text(json.dumps([asdict(one) for one in accesses], indent=2))
    half.replace(file)


def _entries(school: School) -> list[Entry]:
    return [line.entry for line in school.lines]


def _drop_extract(root: Path, school: School) -> None:
    file = root / EXTRACT
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half")  # a name the pattern does not match: a file being written is nobody's to read
    half.write_bytes(write_extract(_entries(school)))
    half.replace(file)


@asynccontextmanager
async def _serve_rest(app: FastAPI, port: int) -> AsyncIterator[int]:
    """Serve `app` and tell its port. The socket listens before we say so: an early client waits, and is not refused."""
    listening = socket.create_server((LOOPBACK, port))
    server = _Quiet(uvicorn.Config(app, log_level="warning", access_log=False))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await running


class _Quiet(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _sftp(server: SftpServer, password: str) -> Access:
    return Access("sftp_0751717j", LOOPBACK, server.port, LOGINS[0], password, host_key=server.host_key)


def _rest(port: int, password: str) -> Access:
    return Access("pegase_0442953w", f"http://{LOOPBACK}:{port}", port, LOGINS[1], password)


def _database(url: str, password: str) -> Access:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return Access(
        "sis_0881269b",
        str(parts.get("host", LOOPBACK)),
        int(parts.get("port") or 5432),
        LOGINS[2],
        password,
        database=str(parts["dbname"]),
    )
