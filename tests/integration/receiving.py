"""Somebody who gets notices: a chat service over HTTP and a mail server over SMTP, on loopback, each in a thread of its own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from supdata.sandbox.local.ports import free_ports


@dataclass(frozen=True)
class Posted:
    """One request to the chat service."""

    method: str
    path: str
    token: str
    body: dict[str, Any]


@dataclass
class ChatService:
    """What was posted; `answers` are given first, each a status with its headers, then 200 for ever."""

    port: int = 0
    posted: list[Posted] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@contextmanager
def chat_service() -> Iterator[ChatService]:
    service = ChatService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.posted.append(Posted(self.command, self.path, self.headers.get("Authorization", ""), body))
            status, headers = service.answers.pop(0) if service.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_PUT = do_POST

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests' output is theirs."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@dataclass
class Mailbox:
    """The messages that came; `refuses` is an address for which it takes none. Its user is `supdata`, its password `made`."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802 - the name the server looks for
        if address == self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - the name the server looks for
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 taken"


def text_of(message: EmailMessage) -> str:
    """Return all that a message says: its headers and its parts, decoded."""
    parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *parts])


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: object) -> AuthResult:
        known = isinstance(login, LoginPassword) and (login.login, login.password) == (b"supdata", b"made")
        return AuthResult(success=known, handled=known)

    (box.port,) = free_ports(1)
    controller = Controller(box, hostname="127.0.0.1", port=box.port, authenticator=check, auth_require_tls=False)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
