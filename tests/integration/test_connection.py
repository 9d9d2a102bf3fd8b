"""The client's own HTTP: what it makes of answers whole, odd, late and broken, from a real server on the loopback."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from supdata.push.running import run_apart
from supdata.registry import connection
from supdata.registry.connection import LONGEST_ANSWER, Line, NoAnswerError, Received
from supdata.registry.endpoint import Endpoint

pytestmark = pytest.mark.integration

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
Said = list[bytes]


class Server:
    """Says one thing of its script to each request, over as many connections as it is given; `b""` ends a connection."""

    def __init__(self, said: Said, *, pieces: int = 1 << 20) -> None:
        self.said, self.pieces = list(said), pieces
        self.connections = 0
        self.heads: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.said:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(2)
                await self.say(writer, self.said.pop(0))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def say(self, writer: asyncio.StreamWriter, what: bytes) -> None:
        for start in range(0, len(what), self.pieces):
            writer.write(what[start : start + self.pieces])
            await writer.drain()
            await asyncio.sleep(0)
        if b"Content-Length" not in what and b"chunked" not in what and b"204" not in what:
            writer.close()


def ask(server: Server, times: int = 1, seconds: float = 5) -> list[Received | str]:
    """Ask so often, one after the other; a missing answer is told by its words."""

    async def once(line: Line) -> Received | str:
        try:
            return await line.ask(b"{}")
        except NoAnswerError as why:
            return str(why)

    async def all_of_them(line: Line) -> list[Received | str]:
        return [await once(line) for _ in range(times)]

    found: list[Received | str] = served(server, all_of_them, seconds)
    return found


def served(server: Server, asking: Callable[[Line], Coroutine[Any, Any, Any]], seconds: float) -> Any:
    async def run() -> Any:
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
            line = Line(Endpoint(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", "a-key"), seconds)
            try:
                return await asking(line)
            finally:
                line.close()

    return run_apart(run())


def read(raw: bytes, **server: int) -> Received | str:
    return ask(Server([raw], **server))[0]


def test_one_connection_carries_many_exchanges() -> None:
    server = Server([WHOLE] * 5)
    assert ask(server, 5) == [Received(200, "application/json", None, b"{}")] * 5
    assert server.connections == 1


def test_an_answer_in_single_bytes_is_the_same_answer() -> None:
    assert read(WHOLE, pieces=1) == Received(200, "application/json", None, b"{}")


def test_an_answer_in_chunks_is_put_together() -> None:
    raw = b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert read(raw) == Received(400, "", None, b"abcde")


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    assert read(b"HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\n\r\n<html>") == Received(502, "text/html", None, b"<html>")


def test_a_provisional_answer_is_not_the_answer() -> None:
    server = Server([b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE] * 2)
    assert [one.status for one in ask(server, 2) if isinstance(one, Received)] == [200, 200]


def test_a_wait_is_read_from_the_headers_in_any_case() -> None:
    found = read(b"HTTP/1.1 429 Too Many\r\nretry-AFTER: 7\r\nContent-Length: 0\r\n\r\n")
    assert found == Received(429, "", "7", b"")


def test_an_answer_without_a_body_needs_no_length() -> None:
    assert read(b"HTTP/1.1 204 No Content\r\n\r\n") == Received(204, "", None, b"")


@pytest.mark.parametrize(
    "raw",
    [
        b"nothing of the kind Content-Length",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    ],
    ids=["no HTTP", "no number", "another protocol", "two lengths"],
)
def test_what_cannot_be_read_is_no_answer(raw: bytes) -> None:
    assert read(raw) == "réponse illisible"


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: a", b"HTTP/1.1 2"])
def test_a_connection_that_ends_before_the_answer_is_no_answer(raw: bytes) -> None:
    assert read(raw) == "connexion coupée avant la réponse"


def test_an_answer_that_does_not_come_is_no_answer_and_its_connection_is_not_used_again() -> None:
    server = Server([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}", WHOLE])
    assert ask(server, 2, seconds=0.3) == ["pas de réponse dans le délai", Received(200, "application/json", None, b"{}")]
    assert server.connections == 2


def test_a_page_longer_than_any_answer_is_not_kept() -> None:
    body = b"x" * (LONGEST_ANSWER + 1)
    assert read(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)) == Received(200, "", None, b"")


@pytest.mark.parametrize(
    "first",
    [WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), WHOLE + WHOLE, WHOLE.replace(b"1.1", b"1.0", 1)],
    ids=["closes", "says more than asked", "HTTP/1.0"],
)
def test_a_connection_that_cannot_be_trusted_with_another_exchange_is_not_used_again(first: bytes) -> None:
    server = Server([first, WHOLE])
    assert [one.status for one in ask(server, 2) if isinstance(one, Received)] == [200, 200]
    assert server.connections == 2


def test_a_connection_idle_for_too_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.0)
    server = Server([WHOLE, WHOLE])
    assert len(ask(server, 2)) == 2
    assert server.connections == 2


def test_a_call_given_up_half_way_leaves_nothing_for_the_next() -> None:
    server = Server([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}", WHOLE])

    async def give_up_and_ask(line: Line) -> Received:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.ask(b"{}"), 0.2)
        return await line.ask(b"{}")

    assert served(server, give_up_and_ask, 5) == Received(200, "application/json", None, b"{}")
    assert server.connections == 2


def test_the_address_and_the_key_are_in_the_head_and_nothing_else_is_told() -> None:
    server = Server([WHOLE])
    ask(server)
    line, *headers = server.heads[0].decode().strip().split("\r\n")
    assert line == "POST /api/inscription HTTP/1.1"
    assert {header.split(":")[0] for header in headers} == {
        *("Host", "X-API-Key", "Content-Type", "Accept", "User-Agent", "Content-Length"),
    }
