"""A school's REST API on loopback that pages and logs in in every way there is, and breaks when it is told to."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

Query = dict[str, str]
Fault = Callable[["Handler"], None]


@dataclass
class Api:
    """What the server has, what it accepts, and how it breaks: `faults` by the number of the call of the list, from 0."""

    rows: list[Any]
    faults: dict[int, Fault] = field(default_factory=dict)
    accepts: Callable[["Handler"], bool] = lambda _: True
    token_calls: int = 10**6
    lasts: int | None = None
    address: str = ""
    queries: list[Query] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    posted: list[tuple[str, str]] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)

    def issue(self) -> str:
        """Return a token that is good for `token_calls` calls."""
        token = f"token-{len(self.uses)}"
        self.uses[token] = self.token_calls
        return token

    def takes_token(self, handler: "Handler") -> bool:
        """Whether a call carries a token that is still good."""
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        self.uses[token] = self.uses.get(token, 0) - 1
        return self.uses[token] >= 0


class Handler(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    api: Api

    def do_POST(self) -> None:
        """Log in by a form (CAS), by basic authentication (ScoDoc) or as an OAuth client."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.api.posted.append((self.path, body))
        user = self.headers.get("Authorization", "")
        basic = user == "Basic " + base64.b64encode(b"user:pass").decode()
        if self.path == "/cas/v1/tickets":
            good = (form.get("username"), form.get("password"), form.get("token")) == ("user", "pass", "true")
            self.answer(201 if good else 401, self.api.issue() if good else "")
        elif self.path == "/api/tokens":
            self.answer(200 if basic else 401, {"token": self.api.issue()} if basic else {})
        elif form.get("grant_type") == "client_credentials":
            good = basic or (form.get("client_id"), form.get("client_secret")) == ("user", "pass")
            token = {"access_token": self.api.issue() if good else "", "token_type": "Bearer", "expires_in": self.api.lasts}
            self.answer(200 if good else 400, token if good else {"error": "invalid_client"})
        else:
            self.answer(404, {})

    def do_GET(self) -> None:
        """Answer a page of the list, or break."""
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        if not self.api.accepts(self):
            self.answer(401, {"message": "secret"})
            return
        number = len(self.api.queries)
        self.api.queries.append(query)
        if number in self.api.faults:
            self.api.faults[number](self)
        else:
            self.answer(200, *LISTS[parts.path](self.api, query))

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """Send a whole answer; what is not text or bytes is written as JSON."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        content = text.encode() if isinstance(text, str) else text
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""


def _cut(api: Api, start: int, size: int) -> list[Any]:
    return api.rows[start : start + size]


def _by_page(api: Api, query: Query) -> tuple[Any]:
    page, size = int(query["page"]), int(query.get("size", 2))
    found = [row for row in api.rows if "depuis" not in query or row["touched"] >= int(query["depuis"])]
    return ({"rows": found[page * size : (page + 1) * size], "pages": -(-len(found) // size), "total": len(found)},)


def _by_offset(api: Api, query: Query) -> tuple[Any]:
    start, size = int(query["offset"]), min(3, int(query["limit"]))  # this API gives three at most, whatever it is asked for
    more = start + size < len(api.rows)
    return ({"rows": _cut(api, start, size), "total": len(api.rows), "has_more": more},)


def _by_cursor(api: Api, query: Query) -> tuple[Any]:
    start = int(query.get("after", "c0")[1:])
    following = f"c{start + 2}" if start + 2 < len(api.rows) else None
    return ({"data": _cut(api, start, 2), "meta": {"next": following, "count": len(api.rows)}},)


def _by_link(api: Api, query: Query) -> tuple[Any, dict[str, str]]:
    start = int(query.get("from", 0))
    links = [f'<{api.address}/link?from=0>; rel="first"']
    if start + 2 < len(api.rows):
        links.append(f'</link?{urlencode({**query, "from": start + 2})}>; rel="next"')
    return _cut(api, start, 2), {"Link": ", ".join(links), "X-Total-Count": str(len(api.rows))}


def _by_next(api: Api, query: Query) -> tuple[Any]:
    start = int(query.get("$skip", 0))
    following = {"@odata.nextLink": f"{api.address}/next?{urlencode({**query, '$skip': start + 2})}"}
    return ({"value": _cut(api, start, 2), "@odata.count": len(api.rows), **(following if start + 2 < len(api.rows) else {})},)


LISTS: dict[str, Callable[[Api, Query], tuple[Any, ...]]] = {
    "/page": _by_page,
    "/offset": _by_offset,
    "/cursor": _by_cursor,
    "/link": _by_link,
    "/next": _by_next,
    "/all": lambda api, _: (api.rows,),
}


@contextmanager
def serving(api: Api) -> Iterator[str]:
    """Serve in threads of their own, and yield the address."""
    handler = type("One", (Handler,), {"api": api})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        api.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield api.address
        finally:
            server.shutdown()
            thread.join()


def gives(status: int, body: Any, **headers: str) -> Fault:
    """Answer something else than the list."""
    return lambda handler: handler.answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def breaks_off(handler: Handler) -> None:
    """Promise a hundred bytes more than come, and hang up."""
    handler.send_response(200)
    content = b'{"rows": [{"id": 0}'
    handler.send_header("Content-Length", str(len(content) + 100))
    handler.end_headers()
    handler.wfile.write(content)
    handler.close_connection = True
