"""What a recorder makes of a database that goes away amid a batch: an error, soon, whatever the event loop tells of it."""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
import pytest

from supdata.ledger.recording import Recorder
from supdata.ledger.schema import migrate
from supdata.push.running import run_apart
from supdata.records.shipment import Planned
from supdata.records.states import Action

pytestmark = pytest.mark.integration

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
RESET = struct.pack("ii", 1, 0)  # linger for no time: closing sends RST, not FIN


class Line:
    """One connection to a port, handed on byte by byte until it is reset."""

    def __init__(self, port: int) -> None:
        self._far_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection(("127.0.0.1", self._far_port))
        self._ends = [near, far]
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=_hand_on, args=(source, target), daemon=True).start()

    def reset(self) -> None:
        for end in self._ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.shutdown(socket.SHUT_RD)  # wakes whoever reads, so that closing it closes it
            end.close()
        self._listener.close()


def _hand_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(4_096):
            target.sendall(block)
    except OSError:
        return


@contextmanager
def nobody_may_write(url: str) -> Iterator[None]:
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE supdata.intent IN EXCLUSIVE MODE")
        yield
        other.rollback()


def a_record() -> Planned:
    return Planned(
        source="inscriptions.csv",
        row=2,
        sisId="1",
        key="0" * 32,
        content="1" * 32,
        action=Action.CREATE,
        body={"uai": "0751717J"},
    )


def record_and_reset(database_url: str, *, after_seconds: float) -> None:
    """Record a batch that must wait for others, over a line that is reset meanwhile or before."""
    migrate(database_url)
    line = Line(urlsplit(database_url).port or 0)
    through = database_url.replace(f":{urlsplit(database_url).port}/", f":{line.port}/")

    async def record(connection: psycopg.Connection) -> None:
        recorder = Recorder(connection, "0751717J/night-1", "chunk-0001")
        async with asyncio.timeout(20):
            asyncio.get_running_loop().call_later(after_seconds, line.reset)
            await asyncio.sleep(0.1)
            await recorder.record(settled=[], intended=[a_record()], at=NOW)

    with psycopg.connect(through, autocommit=True) as connection, nobody_may_write(database_url):
        run_apart(record(connection))


@pytest.mark.parametrize("after_seconds", [0.05, 0.5])
def test_a_connection_reset_before_or_amid_a_batch_ends_it_with_an_error(database_url: str, after_seconds: float) -> None:
    with pytest.raises(psycopg.OperationalError):
        record_and_reset(database_url, after_seconds=after_seconds)
