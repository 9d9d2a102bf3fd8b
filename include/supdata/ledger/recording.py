"""What a push writes while it sends: a batch of answers and new intents, as one statement that commits by itself.

A batch travels as JSON: PostgreSQL reads it faster than psycopg writes the same as arrays. The event loop that sends also waits
for the database: a thread for it would wait for the interpreter's lock longer than for the disk, just when there is most to do.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from supdata.ledger.entries import Settlement
from supdata.ledger.statements import RECORD
from supdata.records.shipment import Planned

#: libpq's name for the statement that lasts until the next one is prepared.
UNNAMED = b""

#: How often a connection that says nothing is looked at: an event loop that keeps to itself that the other end is gone (uvloop
#: has been seen to) must not make a push wait for ever. libpq finds out when it reads.
LOOK_AGAIN_SECONDS = 1.0


class _Intent(msgspec.Struct, frozen=True):
    """A record that is about to leave, as `RECORD` reads it."""

    key: str
    content: str
    action: str
    uai: str
    ends: date | None
    source: str
    row: int
    birth: str
    statut: str
    regime: str


def batch(run_id: str, chunk: str, settled: Sequence[Settlement], intended: Sequence[Planned], at: datetime) -> list[bytes]:
    """Return the values of `RECORD`, as text in UTF-8."""
    intents = msgspec.json.encode([_intent(one) for one in intended])
    return [run_id.encode(), chunk.encode(), at.isoformat().encode(), intents, msgspec.json.encode(settled)]


class Recorder:
    """Records batch after batch from an event loop, on a connection that nobody else uses meanwhile."""

    def __init__(self, connection: psycopg.Connection, run_id: str, chunk: str) -> None:
        """Record what becomes of `chunk` in the run `run_id`."""
        self._libpq = connection.pgconn
        self._run_id, self._chunk = run_id, chunk
        self._prepared = False

    async def record(self, *, settled: Sequence[Settlement], intended: Sequence[Planned], at: datetime) -> dict[str, int]:
        """Commit answers and new intents together, and return each new intent's number by key.

        No enrolment may be twice in a batch, nor may an older intent of one that is `intended` be open. When cancelled it still
        waits for the end of what has begun. Raises psycopg.Error when the batch is not committed, or may not be.
        """
        if not self._prepared:
            self._libpq.send_prepare(UNNAMED, RECORD.encode())
            await self._result()
            self._prepared = True
        self._libpq.send_query_prepared(UNNAMED, batch(self._run_id, self._chunk, settled, intended, at))
        found = await self._result()
        return {_text(found, row, 0): int(_text(found, row, 1)) for row in range(found.ntuples)}

    async def _result(self) -> PGresult:
        """Wait for the result of what was sent."""
        exchange = _Exchange(self._libpq)
        try:
            await exchange.end()
        except asyncio.CancelledError:
            await exchange.end()  # the connection is busy until then
            raise
        result = exchange.done.result()
        if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
            raise error_from_result(result)
        return result


class _Exchange:
    """One question put to PostgreSQL, and its answer when it comes: `done`."""

    def __init__(self, libpq: PGconn) -> None:
        self._libpq, self._socket = libpq, libpq.socket
        self._loop = asyncio.get_running_loop()
        self._found: list[PGresult] = []
        self.done: asyncio.Future[PGresult] = self._loop.create_future()
        self._loop.add_reader(self._socket, self._go_on)
        self._loop.add_writer(self._socket, self._go_on)

    async def end(self) -> None:
        """Wait until it is `done`, well or not."""
        while not self.done.done():
            await asyncio.wait((self.done,), timeout=LOOK_AGAIN_SECONDS)
            self._go_on()

    def _go_on(self) -> None:
        """Send and read what can be without waiting, in the order that libpq's chapter on asynchronous commands asks for."""
        if self.done.done():
            return
        try:
            if self._libpq.flush() == 0:
                self._loop.remove_writer(self._socket)
            self._libpq.consume_input()
            while not self._libpq.is_busy() and not self.done.done():
                self._take(self._libpq.get_result())
        except psycopg.Error as gone:
            self._end()
            self.done.set_exception(gone)

    def _take(self, result: PGresult | None) -> None:
        if result is not None:
            self._found.append(result)
        else:
            self._end()
            self.done.set_result(self._found[-1])

    def _end(self) -> None:
        self._loop.remove_writer(self._socket)
        self._loop.remove_reader(self._socket)


def _intent(planned: Planned) -> _Intent:
    return _Intent(
        planned.key,
        planned.content,
        planned.action,
        planned.body.get("uai", ""),
        _date(planned.body.get("dateFinInscription", "")),
        planned.source,
        planned.row,
        planned.birth,
        planned.statut,
        planned.regime,
    )


def _text(found: PGresult, row: int, column: int) -> str:
    return (found.get_value(row, column) or b"").decode()


def _date(text: str) -> date | None:
    """Read an ISO date; an enrolment without a real end is kept without one, and stands in every year."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
