"""The sandbox registry with a record of every POST: which body came, and which answer went out to somebody still listening.

Whoever counts the sandbox's rows sees what it did; only this shows what the other side could know of it, call by call.
"""

import os
import socket
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supdata.cli.sandbox import DATABASE_VARIABLE, TOKEN_VARIABLE
from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.registry.resetting import EXTENSION
from supdata.sandbox.registry.serving import make_server

#: A line by itself: the registry has started, and whatever was under way before was cut off.
STARTED = "started"
CAME, TOLD, UNTOLD = "came", "told", "untold"
#: After a told status: the answer had a Retry-After.
LATER = "later"


def name_of(body: bytes) -> str:
    """Return what stands for a body in the record, which holds no student's data."""
    return blake2b(body, digest_size=12).hexdigest()


class Recorded:
    """An application, and a file that grows by a line for each call that comes and for each answer.

    A line is in the kernel's hands before the application goes on: it outlives the process.
    """

    def __init__(self, app: ASGIApp, file: Path) -> None:
        self._app = app
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._under_way: dict[str, list[Any]] = {}
        self._write(STARTED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, and write down a POST."""
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        transport = scope["extensions"][EXTENSION]["transport"]
        body = await _whole_body(receive)
        name = name_of(body)
        self._came(name, transport)
        answer: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.append(message)
            await send(message)

        try:
            await self._app(scope, _replay(body, receive), sending)
        finally:
            told = answer and not transport.is_closing()
            self._end(name, transport, _told(answer[0]) if told else UNTOLD)

    def _came(self, name: str, transport: Any) -> None:
        """Write down a call, after those of the same body whose caller has gone meanwhile."""
        for one in [one for one in self._under_way.get(name, []) if one.is_closing()]:
            self._end(name, one, UNTOLD)
        self._under_way.setdefault(name, []).append(transport)
        self._write(f"{name} {CAME}")

    def _end(self, name: str, transport: Any, how: str) -> None:
        if transport in self._under_way.get(name, []):
            self._under_way[name].remove(transport)
            self._write(f"{name} {how}")

    def _write(self, line: str) -> None:
        os.write(self._file, f"{line}\n".encode())


def _told(start: Message) -> str:
    later = any(key.lower() == b"retry-after" for key, _ in start["headers"])
    return f"{TOLD} {start['status']}{f' {LATER}' if later else ''}"


async def _whole_body(receive: Receive) -> bytes:
    parts = bytearray()
    while (message := await receive())["type"] == "http.request":
        parts += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return bytes(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands out the body once more, and then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replaying() -> Message:
        return messages.pop() if messages else await receive()

    return replaying


def main(file: Path, port: int) -> None:
    """Serve until told to stop; database and token are where `supdata sandbox` looks for them."""
    server = make_server(os.environ[DATABASE_VARIABLE], os.environ[TOKEN_VARIABLE])
    server.config.app = Recorded(server.config.app, file)  # type: ignore[arg-type]  # uvicorn allows a path as well
    server.run(sockets=[socket.create_server((LOOPBACK, port), backlog=2048)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
