"""HTTP/1.1 as the registry's client needs it: one POST at a time over each of a few connections that stay open.

What a general client does for each call (cookies, redirects, proxies, forms, hooks) costs several times what the call itself
does; here a call is one write, one parse by llhttp (through httptools), and one wake-up. It tells apart, by exception, a
request that never left from one whose answer never came.
"""

import asyncio
import ssl
from typing import cast
from urllib.parse import quote, urlsplit

import httptools
import msgspec

from supdata.registry.endpoint import Endpoint

#: An answer is a few hundred bytes; what is longer is a page of something else.
LONGEST_ANSWER = 64 * 1024
#: Shorter than what servers allow an idle connection (5 s is common), so that a request seldom meets one just being closed.
IDLE_SECONDS = 4.0
CONNECT_SECONDS = 10.0
#: What separates the parts of an address's path is left as it is; anything else that is not plain is escaped.
PATH_CHARACTERS = "/%:@!$&'()*+,;=~"


class NotConnectedError(Exception):
    """No connection could be made: nothing was sent."""


class NoAnswerError(Exception):
    """The request left, and no whole answer came; the text is a few French words for the receipt."""


class Received(msgspec.Struct, frozen=True):
    """One HTTP answer. `body` is empty when it was longer than any answer of the registry."""

    status: int
    content_type: str
    retry_after: str | None
    body: bytes


class Connection(asyncio.Protocol):
    """One connection, which carries one exchange after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait to be connected by `loop`."""
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Received] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._usable = True
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self.idle_since = 0.0

    def usable(self) -> bool:
        """Whether the other side still expects a request here, as far as can be known."""
        return (
            self._usable
            and self._transport is not None
            and not self._transport.is_closing()
            and self._loop.time() - self.idle_since < IDLE_SECONDS
        )

    def close(self) -> None:
        """Close at once, whatever is under way."""
        self._usable = False
        if self._alarm is not None:
            self._alarm.cancel()
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, request: bytes, seconds: float) -> Received:
        """Write `request` and return its answer; raise NoAnswerError when none has come in `seconds`, or only in part."""
        if self._transport is None:
            raise NotConnectedError
        answer: asyncio.Future[Received] = self._loop.create_future()
        self._answer = answer
        self._begin()
        self._deadline = self._loop.time() + seconds
        if self._alarm is None:
            self._alarm = self._loop.call_at(self._deadline, self._look_at_the_clock)
        self._transport.write(request)
        try:
            return await answer
        finally:
            self._answer = None
            self.idle_since = self._loop.time()
            if not answer.done() or answer.cancelled() or answer.exception() is not None:
                self.close()

    def _begin(self) -> None:
        self._body = bytearray()
        self._content_type = ""
        self._retry_after: str | None = None
        self._has_length = self._has_headers = False

    def _look_at_the_clock(self) -> None:
        """Fail what is late; one alarm serves many requests, since setting it for each costs more than asking again."""
        self._alarm = None
        if self._answer is None or self._answer.done():
            return
        if self._loop.time() >= self._deadline:
            self._fail("pas de réponse dans le délai")
        else:
            self._alarm = self._loop.call_at(self._deadline, self._look_at_the_clock)

    def _fail(self, words: str) -> None:
        self._usable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NoAnswerError(words))

    def _finish(self, body: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            status = self._parser.get_status_code()
            self._answer.set_result(Received(status, self._content_type, self._retry_after, body))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self.idle_since = self._loop.time()

    def data_received(self, data: bytes) -> None:
        """Read on; what nobody asked for is nobody's answer."""
        if self._answer is None or self._answer.done():
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("réponse illisible")

    def connection_lost(self, exc: Exception | None) -> None:
        """End the answer: well, where its end is the connection's, else as one that never came."""
        if exc is None and self._has_headers and not self._has_length:
            self._finish(bytes(self._body))
        self._fail("connexion coupée avant la réponse")

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Read a new answer: the only one, or the one after a provisional 1xx; trust no connection that says more."""
        self._begin()
        if self._answer is None or self._answer.done():
            self._usable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what is needed of the headers."""
        match name.lower():
            case b"content-type":
                self._content_type = value.decode("latin-1")
            case b"retry-after":
                self._retry_after = value.decode("latin-1")
            case b"content-length" | b"transfer-encoding":
                self._has_length = True

    def on_headers_complete(self) -> None:
        """Note that what follows is the body."""
        self._has_headers = True

    def on_body(self, body: bytes) -> None:
        """Keep the body, unless it is longer than any answer of the registry."""
        self._body += body
        if len(self._body) > LONGEST_ANSWER:
            self._usable = False
            self._finish(b"")

    def on_message_complete(self) -> None:
        """Hand the answer over, unless it is a provisional one."""
        if self._parser.get_status_code() < 200:
            return
        self._usable = self._usable and self._parser.should_keep_alive()
        self._finish(bytes(self._body))


class Line:
    """The way to one endpoint: connections that are used again, and the head that all requests share."""

    def __init__(self, endpoint: Endpoint, timeout_seconds: float) -> None:
        """Connect nowhere yet; `timeout_seconds` is for a whole exchange, the connection included."""
        parts = urlsplit(endpoint.declaration_url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._trust = _trust(endpoint) if parts.scheme == "https" else None
        self._seconds = timeout_seconds
        # A part of the whole, so that a connection that is never made is told apart from an answer that never comes.
        self._connect_seconds = min(CONNECT_SECONDS, timeout_seconds * 0.9)
        self._idle: list[Connection] = []
        self._closed = False
        self._head = (
            f"POST {quote(parts.path, safe=PATH_CHARACTERS)} HTTP/1.1\r\n"
            f"Host: {parts.netloc.encode('idna').decode('ascii')}\r\n"
            f"X-API-Key: {endpoint.api_key}\r\n"
            "Content-Type: application/json\r\nAccept: application/json\r\nUser-Agent: supdata-sync\r\n"
            "Content-Length: "
        ).encode("ascii")

    async def ask(self, body: bytes) -> Received:
        """Post `body` and return the answer.

        Raises NotConnectedError, NoAnswerError, and ssl.SSLCertVerificationError when the other side's certificate is not
        trusted.
        """
        began = asyncio.get_running_loop().time()
        connection = self._take() or await self._connect()
        left = self._seconds - (asyncio.get_running_loop().time() - began)
        received = await connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(body), body), left)
        if connection.usable() and not self._closed:
            self._idle.append(connection)
        else:
            connection.close()
        return received

    def close(self) -> None:
        """Close all connections: those not in use now, the others when their answers have come."""
        self._closed = True
        for connection in self._idle:
            connection.close()

    def _take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable():
                return connection
            connection.close()
        return None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        name = self._host if self._trust is not None else None
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(
                    lambda: Connection(loop), self._host, self._port, ssl=self._trust, server_hostname=name
                )
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, TimeoutError):
            raise NotConnectedError from None
        return connection


def _trust(endpoint: Endpoint) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not endpoint.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context
