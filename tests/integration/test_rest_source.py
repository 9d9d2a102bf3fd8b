"""A paged API read over HTTP from a real server in PEGASE's shape, with its login and its busy moments."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from supdata.config.rest_source import RestSource
from supdata.errors import AccessRefused, TryLater
from supdata.extract.rest import read_rest
from supdata.records.rows import RawRow

pytestmark = pytest.mark.integration

STUDENTS = [{"INE": f"{number:011d}", "nomFamille": "NOM", "dateDeNaissance": "2004-03-09"} for number in range(1_203)]
SOURCE = RestSource.model_validate(
    {
        "kind": "rest",
        "connection": "pegase_0442953w",
        "path": "/api/ins/ext/v2/gestion/flux-inscriptions/pagine",
        "auth": {"method": "login", "path": "/cas/v1/tickets"},
        "timeout_seconds": 5,
    }
)


class Pegase(BaseHTTPRequestHandler):
    """Tickets at /cas/v1/tickets, pages of students elsewhere; every second page is refused once with Retry-After."""

    protocol_version = "HTTP/1.1"
    busy: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        granted = self.path == "/cas/v1/tickets" and form["password"] == ["made"] and form["token"] == ["true"]
        self._answer(201 if granted else 401, b"jwt" if granted else b"")

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if self.headers["Authorization"] != "Bearer jwt":
            self._answer(401, b"")
        elif self.path not in self.busy and int(query["page"]) % 2:
            self.busy.add(self.path)
            self._answer(429, b"", {"Retry-After": "0"})
        else:
            page, size = int(query["page"]), int(query["taille"])
            pages = -(-len(STUDENTS) // size)
            body = {"resultats": STUDENTS[page * size : (page + 1) * size], "totalElements": len(STUDENTS), "totalPages": pages}
            self._answer(200, json.dumps(body).encode())

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""


@contextmanager
def pegase() -> Iterator[str]:
    """Serve in a thread of its own, and yield the address."""
    Pegase.busy.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Pegase) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_all_pages_arrive_through_login_and_busy_moments() -> None:
    with pegase() as address, requests.Session() as session:
        rows = list(read_rest(session, address, "supdata", "made", SOURCE, ["INE"]))
    assert rows == [RawRow(source=SOURCE.path, row=n + 1, values={"INE": f"{n:011d}"}) for n in range(len(STUDENTS))]


def test_a_wrong_password_is_refused() -> None:
    with pegase() as address, requests.Session() as session, pytest.raises(AccessRefused, match="login was refused"):
        list(read_rest(session, address, "supdata", "wrong", SOURCE, ["INE"]))


def test_a_server_that_is_away_is_worth_another_try() -> None:
    with pegase() as address:
        pass
    with requests.Session() as session, pytest.raises(TryLater, match="does not answer"):
        list(read_rest(session, address, "supdata", "made", SOURCE, ["INE"], sleep=lambda _: None))
