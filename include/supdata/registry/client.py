"""The registry's client: one call declares one enrolment, over connections that stay open.

The registry has one verb and neither an idempotency key nor a way to ask what it holds. So the client tells apart a request
that never left (safe to repeat) from one whose answer never came (it may be written): the caller decides on the second.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NoReturn

import msgspec

from supdata.config.models import WireCodes
from supdata.errors import AccessRefused, CallUs, FixConfig, TryLater
from supdata.records.states import Outcome
from supdata.registry.answers import Again, Answer, expected_echo, labels_by_code, read_answer, unanswered, unreachable
from supdata.registry.connection import Line, NoAnswerError, NotConnectedError, Received
from supdata.registry.endpoint import Endpoint

__all__ = ["Endpoint", "RegistryClient", "open_registry", "probe"]

PROBE_SECONDS = 10.0


class RegistryClient:
    """Declares enrolments to one registry with one institution's key; made by `open_registry`."""

    def __init__(self, line: Line, endpoint: Endpoint, concurrency: int, codes: WireCodes) -> None:
        self._line = line
        self._endpoint = endpoint
        self._slots = asyncio.Semaphore(concurrency)
        self._labels = labels_by_code(codes)
        self._secrets = (endpoint.api_key,)

    async def declare(self, body: Mapping[str, str]) -> Answer:
        """Send one enrolment and return what became of it.

        Any number of calls may be under way; `concurrency` of them are at the registry, and the time limit counts from there.
        Raises AccessRefused when the registry refuses the key, FixConfig when it redirects or its certificate is not trusted.
        """
        async with self._slots:
            try:
                received = await self._line.ask(msgspec.json.encode(body))
            except ssl.SSLCertVerificationError:
                self._untrusted()
            except NotConnectedError:
                return unreachable()
            except NoAnswerError as why:
                return unanswered(str(why))
        answer = self._read(received, body)
        if answer.status >= 300:
            self._look_for_what_concerns_all(answer.status)
        return answer

    def _read(self, received: Received, body: Mapping[str, str]) -> Answer:
        return read_answer(
            received.status,
            received.content_type,
            received.body,
            sent=body,
            echo=expected_echo(body, self._labels),
            now=datetime.now(UTC),
            retry_after=received.retry_after,
            secrets=self._secrets,
        )

    def _look_for_what_concerns_all(self, status: int) -> None:
        if status in {401, 403}:
            self._refused(status)
        if 300 <= status < 400:
            self._redirected()

    @property
    def _attempted(self) -> str:
        return f"Declaring to the registry at {self._endpoint.host}"

    def _untrusted(self) -> NoReturn:
        raise FixConfig(
            self._attempted, "its certificate is not trusted", "Correct the address, or install the registry's authority."
        ) from None

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
    line = Line(endpoint, timeout_seconds)
    try:
        yield RegistryClient(line, endpoint, concurrency, codes)
    finally:
        line.close()


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
