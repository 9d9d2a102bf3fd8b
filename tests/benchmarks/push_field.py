"""HTTP clients alone, without ledger or policy: `python -m benchmarks.push_field CLIENT URL CONNECTIONS RECORDS`.

They send the bodies that the product sends, each with what its own documentation offers for speed. Prints one line of JSON.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module

import msgspec
import uvloop

from benchmarks.push_ours import Measured, peak_mib
from benchmarks.push_records import body_of

Send = Callable[[bytes], Awaitable[object]]
HEADERS = {"X-API-Key": "a-key", "Content-Type": "application/json"}


async def _share(send: Send, connections: int, bodies: Iterator[bytes]) -> None:
    async def one() -> None:
        for body in bodies:
            await send(body)

    await asyncio.gather(*(one() for _ in range(connections)))


async def with_httpx(url: str, connections: int, bodies: Iterator[bytes]) -> None:
    import httpx

    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(limits=limits, headers=HEADERS) as client:
        await _share(lambda body: client.post(url, content=body), connections, bodies)


async def with_aiohttp(url: str, connections: int, bodies: Iterator[bytes]) -> None:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections), headers=HEADERS) as session:

        async def send(body: bytes) -> None:
            async with session.post(url, data=body, allow_redirects=False) as response:
                await response.read()

        await _share(send, connections, bodies)


async def with_pyreqwest(url: str, connections: int, bodies: Iterator[bytes]) -> None:
    builder = import_module("pyreqwest.client").ClientBuilder()  # apart from the project's own packages
    async with builder.max_connections(connections).default_headers(HEADERS).build() as client:

        async def send(body: bytes) -> None:
            response = await client.post(url).body_bytes(body).build().send()
            await response.bytes()

        await _share(send, connections, bodies)


async def with_supdata(url: str, connections: int, bodies: Iterator[bytes]) -> None:
    from supdata.registry.connection import Line
    from supdata.registry.endpoint import Endpoint

    line = Line(Endpoint(url.removesuffix("/api/inscription"), "a-key"), 20)
    await _share(line.ask, connections, bodies)
    line.close()


CLIENTS = {
    "httpx": (with_httpx, None),
    "aiohttp": (with_aiohttp, None),
    "aiohttp+uvloop": (with_aiohttp, uvloop.new_event_loop),
    "pyreqwest": (with_pyreqwest, None),
    "supdata": (with_supdata, None),
    "supdata+uvloop": (with_supdata, uvloop.new_event_loop),
}


def main(client: str, url: str, connections: int, records: int) -> Measured:
    """Send so many records with one client."""
    send, loop_factory = CLIENTS[client]
    bodies = [msgspec.json.encode(body_of(number)) for number in range(records)]
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        wall, cpu = time.monotonic(), time.process_time()
        runner.run(send(f"{url}/api/inscription", connections, iter(bodies)))
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    return Measured(records=records, seconds=wall, cpu=cpu, peak_mib=peak_mib())


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))) + b"\n")
