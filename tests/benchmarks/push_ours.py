"""One push of the product, in a process of its own: `python -m benchmarks.push_ours URL CONNECTIONS RECORDS [DATABASE]`.

Without a database the ledger is left out: a stand-in that remembers nothing, which exists here alone. Prints one line of JSON.
"""

import asyncio
import resource
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import count
from typing import Any, cast
from uuid import uuid4

import msgspec
import psycopg

from benchmarks.push_records import UAI, planned_records
from supdata.config.models import Registry
from supdata.ledger.entries import Entry, Settlement
from supdata.ledger.store import Ledger
from supdata.push.sending import push_chunk
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome
from supdata.registry.endpoint import Endpoint


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one push took. Seconds; CPU seconds of this process."""

    records: int
    seconds: float
    cpu: float
    peak_mib: float


class NoLedger:
    """Takes what the ledger is told, and forgets it."""

    def __init__(self) -> None:
        self._numbers = count()

    @contextmanager
    def sole_sender(self, run_id: str, chunk: str) -> Iterator[None]:
        yield

    def receipts(self, run_id: str, chunk: str | None = None) -> list[Receipt]:
        return []

    def superseded(self, run_id: str, keys: Collection[str]) -> frozenset[str]:
        return frozenset()

    def entries(self, keys: Collection[str]) -> dict[str, Entry]:
        return {}

    def close_unanswered(self, keys: Sequence[str], at: datetime) -> None:
        pass

    def recorder(self, run_id: str, chunk: str) -> "NoLedger":
        return self

    async def record(self, *, settled: Sequence[Settlement], intended: Sequence[Planned], at: datetime) -> dict[str, int]:
        await asyncio.sleep(0)
        return {one.key: next(self._numbers) for one in intended}


def push(url: str, connections: int, records: int, database: str | None) -> Measured:
    """Push so many records that nobody has pushed before; raises RuntimeError unless all are accepted."""
    planned = planned_records(records, since=time.time_ns() // 1_000)
    settings = Registry(connection="registry", concurrency=connections, chunk_size=records)
    run_id = f"{UAI}/{uuid4()}"
    with psycopg.connect(database) if database else nullcontext() as connection:
        ledger = Ledger(connection) if connection is not None else cast("Ledger", cast("Any", NoLedger()))
        if connection is not None:
            ledger.open_run(run_id, UAI, _now())
        wall, cpu = time.monotonic(), time.process_time()
        receipts = push_chunk(
            planned,
            endpoint=Endpoint(url, "a-key"),
            settings=settings,
            ledger=ledger,
            run_id=run_id,
            chunk="chunk-0001",
            now=_now,
        )
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    if any(one.outcome is not Outcome.ACCEPTED for one in receipts):
        raise RuntimeError("not every record was accepted")
    return Measured(records=records, seconds=wall, cpu=cpu, peak_mib=peak_mib())


def peak_mib() -> float:
    """Return the most memory this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    to, at_once, count_of = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    measured = push(to, at_once, count_of, next(iter(sys.argv[4:]), None))
    sys.stdout.buffer.write(msgspec.json.encode(measured) + b"\n")
