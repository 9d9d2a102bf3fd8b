"""A registry that does nothing but echo, as fast as one core of Python can: the wire the push benchmark measures against.

`python -m benchmarks.push_server MILLISECONDS` prints its port and serves until its input ends. Every declaration is answered
after so many milliseconds with the enrolment it held, as the contract wants. It also says what lightbeam needs to hear before
it sends, and `GET /seen` tells how many declarations came, and between which two moments.
"""

import asyncio
import sys
import time
from itertools import count
from typing import cast

import httptools
import msgspec
import uvloop

from supdata.registry.answers import ECHOED

LABELS = {"1": "admis", "2": "inscrit"}


class Served:
    """What all connections share: the service time, and what was seen."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.numbers = count(1)
        self.seen, self.first, self.last = 0, 0.0, 0.0

    def declared(self, body: bytes) -> bytes:
        now = time.monotonic()
        self.first = self.first or now
        self.seen, self.last = self.seen + 1, now
        sent = msgspec.json.decode(body)
        echo = {name: sent[name] for name in ECHOED}
        echo["statut"] = LABELS[sent["statut"]]
        echo["id_inscription"] = str(next(self.numbers))
        return msgspec.json.encode({"message": "une nouvelle inscription créée", "inscription": echo})

    def told(self, path: bytes) -> bytes:
        """Answer anything that is no declaration."""
        if path == b"/seen":
            seen = {"count": self.seen, "seconds": self.last - self.first}
            self.seen, self.first, self.last = 0, 0.0, 0.0
            return msgspec.json.encode(seen)
        if path == b"/dependencies":
            return msgspec.json.encode([{"resource": "/ed-fi/students", "order": 1, "operations": ["Create"]}])
        return b'{"access_token": "a-token"}'


class Exchange(asyncio.Protocol):
    """One connection."""

    def __init__(self, served: Served, loop: asyncio.AbstractEventLoop) -> None:
        self.served, self.loop = served, loop
        self.parser = httptools.HttpRequestParser(self)
        self.path, self.body = b"", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.path, self.body = b"", b""

    def on_url(self, url: bytes) -> None:
        self.path += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        if self.parser.get_method() != b"POST" or not self.path.endswith((b"/inscription", b"/students")):
            self._answer(self.served.told(self.path))
        elif self.served.seconds:
            self.loop.call_later(self.served.seconds, self._answer, self.served.declared(self.body))
        else:
            self._answer(self.served.declared(self.body))

    def _answer(self, body: bytes) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )


async def serve(seconds: float) -> None:
    """Serve until the input ends."""
    loop = asyncio.get_running_loop()
    served = Served(seconds)
    server = await loop.create_server(lambda: Exchange(served, loop), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(float(sys.argv[1]) / 1_000))
