"""A notice on its way into a chat room: one Airflow connection says where, in which shape, and with which secret.

The address of such a room is itself a secret (whoever has it can write there), so it never stands in a message or a log.
"""

import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import requests
from airflow.sdk import Connection

from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.orchestration.connections import address_of
from supdata.registry.endpoint import is_loopback
from supdata.report.notices import Notice
from supdata.report.webhooks import SHAPES, Shape, payload

TIMEOUT_SECONDS = 10
#: Before each further try; a room that is busy says for how long, and is believed up to the longest wait.
WAITS = (1.0, 5.0)
LONGEST_WAIT = 30.0


@dataclass(frozen=True)
class Room:
    """Where notices go: for Slack and Teams the whole address is secret, for Tchap the token."""

    url: str = field(repr=False)
    shape: Shape
    token: str = field(default="", repr=False)
    room: str = ""


def room_of(connection: Connection, name: str) -> Room:
    """Return the room that an `http` connection describes.

    Its host is the service; its password is the path of the webhook (`/services/T…/B…/…`), or for Tchap the access token of the
    account that writes. Its extra says `{"shape": "slack"}` (or teams, tchap, json), and for Tchap the `room` too.

    Raises FixConfig when that does not make an address, or one whose secret would travel in the open.
    """
    extra = connection.extra_dejson
    shape = extra.get("shape", "json")
    base, secret = address_of(connection), connection.password or ""
    attempted = f"Reading the Airflow connection `{name}`"
    if shape not in SHAPES:
        raise FixConfig(attempted, "the extra's `shape` is not known", f"Write one of {', '.join(SHAPES)}.")
    if urlsplit(base).scheme != "https" and not is_loopback(urlsplit(base).hostname or ""):
        raise FixConfig(attempted, "the host is not an https address", "Write https://…")
    if shape == "tchap":
        if not secret or not extra.get("room"):
            raise FixConfig(attempted, "a token (password) or the extra's `room` is missing", "Tchap needs both.")
        return Room(base, shape, secret, str(extra["room"]))
    return Room(base + (secret if secret.startswith("/") or not secret else f"/{secret}"), shape)


def send(notice: Notice, room: Room) -> None:
    """Put the notice into the room, trying again while it is busy or away.

    Raises AccessRefused, FixConfig or TryLater, none of which quotes the address.
    """
    attempted = "Sending a notice to the chat room"
    for wait in (*WAITS, None):
        answer = _ask(notice, room)
        if answer is not None and answer.status_code < 500 and answer.status_code != 429:
            return _require_taken(attempted, answer.status_code)
        if wait is not None:
            time.sleep(_wait(answer.headers if answer is not None else {}, wait))
    raise TryLater(attempted, "it is away or busy", "The notice is not sent again; the run's page says the same.")


def _require_taken(attempted: str, status: int) -> None:
    if status in {401, 403, 404, 410}:
        raise AccessRefused(attempted, f"it answered {status}", "Make a new webhook or token for the connection.")
    if status >= 300:
        raise FixConfig(attempted, f"it answered {status}", "Compare the connection's `shape` with the service.")


def _ask(notice: Notice, room: Room) -> requests.Response | None:
    """Return the answer, None when there is none. A redirect is no answer: it would carry the secret elsewhere."""
    method, url, headers = "POST", room.url, {}
    if room.shape == "tchap":
        once = hashlib.sha256(f"{notice.run_id}\n{notice.title}".encode()).hexdigest()  # Matrix takes the same id once
        method, headers = "PUT", {"Authorization": f"Bearer {room.token}"}
        url = f"{room.url}/_matrix/client/v3/rooms/{quote(room.room, safe='')}/send/m.room.message/{once}"
    body = payload(notice, room.shape)
    logging.getLogger("urllib3").setLevel(logging.INFO)  # at debug level it writes down every address it asks
    try:
        return requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return None


def _wait(headers: Mapping[str, str], otherwise: float) -> float:
    asked = headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT) if asked.isascii() and asked.isdigit() else otherwise
