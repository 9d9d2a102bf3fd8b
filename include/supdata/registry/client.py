"""The registry's client: one call declares one enrolment, over connections that stay open.

The registry has one verb and neither an idempotency key nor a way to ask what it holds. So the client tells apart a request
that never left (safe to repeat) from one whose answer never came (it may be written): the caller decides on the second.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NoReturn

import aiohttp
import msgspec

from supdata.config.models import WireCodes
from supdata.errors import AccessRefused, CallUs, FixConfig, TryLater
from supdata.records.states import Outcome
from supdata.registry.answers import Again, Answer, expected_echo, read_answer, unanswered, unreachable
from supdata.registry.endpoint import Endpoint

__all__ = ["Endpoint", "RegistryClient", "open_registry", "probe"]

#: An answer is a few hundred bytes; what is longer is a page of something else.
LONGEST_ANSWER = 64 * 1024
#: Shorter than what servers allow an idle connection (5 s is common), so that a request seldom meets one just being closed.
IDLE_SECONDS = 4.0
CONNECT_SECONDS = 10.0
PROBE_SECONDS = 10.0


class RegistryClient:
    """Declares enrolments to one registry with one institution's key; made by `open_registry`."""

    def __init__(self, session: aiohttp.ClientSession, endpoint: Endpoint, concurrency: int, codes: WireCodes) -> None:
        self._session = session
        self._endpoint = endpoint
        self._url = endpoint.declaration_url
        self._slots = asyncio.Semaphore(concurrency)
        self._codes = codes

    async def declare(self, body: Mapping[str, str]) -> Answer:
        """Send one enrolment and return what became of it.

        Any number of calls may be under way; `concurrency` of them are at the registry, and the time limit counts from there.
        Raises AccessRefused when the registry refuses the key, FixConfig when it redirects or its certificate is not trusted.
        """
        async with self._slots:
            answer = await self._send(body)
        if answer.status in {401, 403}:
            self._refused(answer.status)
        if 300 <= answer.status < 400:
            self._redirected()
        return answer

    async def _send(self, body: Mapping[str, str]) -> Answer:
        try:
            async with self._session.post(self._url, data=msgspec.json.encode(body), allow_redirects=False) as response:
                return self._read(response, await _read_body(response), body)
        except aiohttp.ClientConnectorCertificateError:
            raise FixConfig(
                self._attempted, "its certificate is not trusted", "Correct the address, or install the registry's authority."
            ) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return unreachable()
        except TimeoutError:
            return unanswered("pas de réponse dans le délai")
        except aiohttp.ClientError:
            return unanswered("connexion coupée avant la réponse")

    def _read(self, response: aiohttp.ClientResponse, received: bytes, body: Mapping[str, str]) -> Answer:
        return read_answer(
            response.status,
            response.headers.get("Content-Type", ""),
            received,
            sent=body,
            echo=expected_echo(body, self._codes),
            now=datetime.now(UTC),
            retry_after=response.headers.get("Retry-After"),
            secrets=(self._endpoint.api_key,),
        )

    @property
    def _attempted(self) -> str:
        return f"Declaring to the registry at {self._endpoint.host}"

    def _refused(self, status: int) -> NoReturn:
        raise AccessRefused(self._attempted, f"it refused the key ({status})", "Correct the key in the school's connection.")

    def _redirected(self) -> NoReturn:
        raise FixConfig(
            self._attempted,
            "it sends us to another address, where a key and a student's data must not follow",
            "Write the registry's final address in the connection.",
        )


@asynccontextmanager
async def open_registry(
    endpoint: Endpoint, concurrency: int, timeout_seconds: float, *, codes: WireCodes
) -> AsyncIterator[RegistryClient]:
    """Open a client that keeps up to `concurrency` connections and waits `timeout_seconds` for each answer.

    `codes` are the institution's wire codes: a 200 repeats the label of `statut` where its code was sent.
    """
    connector = aiohttp.TCPConnector(limit=concurrency, keepalive_timeout=IDLE_SECONDS, ssl=endpoint.verify_tls)
    # aiohttp raises `connect` and `total` as different errors: only the first proves that nothing was sent.
    limits = aiohttp.ClientTimeout(total=timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds * 0.9))
    headers = {"X-API-Key": endpoint.api_key, "Content-Type": "application/json", "Accept": "application/json"}
    async with aiohttp.ClientSession(
        connector=connector, timeout=limits, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield RegistryClient(session, endpoint, concurrency, codes)


async def _read_body(response: aiohttp.ClientResponse) -> bytes:
    """Return the answer's body; b"" when it is longer than any answer of the registry."""
    received = bytearray()
    async for part in response.content.iter_any():
        received += part
        if len(received) > LONGEST_ANSWER:
            response.close()
            return b""
    return bytes(received)


def probe(endpoint: Endpoint) -> str:
    """Ask the registry whether it knows the key, and return a sentence that says so; nobody is declared.

    An empty object is posted: the contract checks the key first (401) and the values next (400), so a 400 means that the key
    is known. Raises AccessRefused, FixConfig, TryLater when the registry is away, CallUs when it takes the empty object.
    """
    return asyncio.run(_probe(endpoint))


async def _probe(endpoint: Endpoint) -> str:
    async with open_registry(endpoint, 1, PROBE_SECONDS, codes=WireCodes()) as client:
        answer = await client.declare({})
    if answer.outcome is Outcome.REFUSED:
        return f"The registry at {endpoint.host} answers and knows the key."
    attempted = f"Asking the registry at {endpoint.host} whether it knows the key"
    if 200 <= answer.status < 300:
        raise CallUs(attempted, "it took an empty declaration", "Tell the registry's support before declaring anything.")
    if answer.again is Again.NO:
        raise FixConfig(attempted, f"it answered {answer.status}, not as the registry does", "Correct the address.")
    raise TryLater(attempted, f"no usable answer ({answer.status or 'no connection'})", "Try again in a few minutes.")
