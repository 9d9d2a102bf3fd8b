"""A few PostgreSQL connections, lent one at a time; the one that breaks is replaced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Pool:
    """Connections in autocommit; made by `open_pool`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection; wait while all are out.

        Raises psycopg.OperationalError when PostgreSQL cannot be reached.
        """
        lent = await self._free.get()
        try:
            if lent is None or lent.closed:
                lent = None
                lent = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
            yield lent
        finally:
            self._free.put_nowait(lent)

    def fill(self, size: int) -> None:
        """Make room for `size` connections, opened when they are first needed."""
        for _ in range(size):
            self._free.put_nowait(None)

    async def close(self) -> None:
        """Close the connections that are not lent."""
        while not self._free.empty():
            if (one := self._free.get_nowait()) is not None:
                await one.close()


@asynccontextmanager
async def open_pool(url: str, size: int) -> AsyncIterator[Pool]:
    """Open a pool of up to `size` connections to `url`."""
    pool = Pool(url)
    pool.fill(size)
    try:
        yield pool
    finally:
        await pool.close()
