"""A read service's client: looks students up one by one, no faster than allowed.

The number asked for stands in the address, as both services' contracts have it. So no address is ever logged, and no error of
the driver leaves this module: its words may quote one.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NoReturn

import aiohttp

from supdata.config.read_back import ReadKind
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.records.declared import Declared
from supdata.registry.endpoint import Endpoint
from supdata.registry.shown import NOTHING_SAID, Reading, Worth, read_shown

CONCURRENCY = 8
IDLE_SECONDS = 4.0
CONNECT_SECONDS = 10.0
PROBE_SECONDS = 10.0
#: How often one student is asked for before the service counts as away.
TRIES = 5
#: The same when it does answer, and asks to be asked later: several tasks may share one token's rate.
PATIENT_TRIES = 30
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
#: A student has a few enrolments; what is longer is something else.
LONGEST_ANSWER = 256 * 1024
#: What both services take as an INE; anything else they refuse, and it need not be shown to them.
_INE = re.compile(r"[0-9A-Za-z]{11}", re.ASCII)
#: In the form of an INE, and nobody's.
NOBODY = "00000000000"


@dataclass(frozen=True)
class ReadEndpoint:
    """Where to read, as whom. `recipient` is a SIRET (API Particulier), `caller` is `<id> - <name>` (SupData's own service)."""

    endpoint: Endpoint
    kind: ReadKind
    recipient: str = ""
    caller: str = ""

    @property
    def attempted(self) -> str:
        """What is being done, for messages."""
        return f"Reading from the registry at {self.endpoint.host}"

    @property
    def url(self) -> str:
        """The address without its query."""
        base = self.endpoint.url.rstrip("/")
        if self.kind == "api-particulier-v3":
            return f"{base.removesuffix('/v3')}/v3/mesri/statut_etudiant/ine"
        return f"{base.removesuffix('/api')}/api/etudiant"

    @property
    def headers(self) -> dict[str, str]:
        """The credential, and who calls."""
        key = self.endpoint.api_key
        if self.kind == "api-particulier-v3":
            return {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        return {"X-API-Key": key, "X-Caller": self.caller or "supdata-sync - supdata-sync", "Accept": "application/json"}

    def shows(self, declared: Declared, on: date) -> bool:
        """Whether the service would show an enrolment on that day: API Particulier shows « l'année en cours » alone.

        What it would not show cannot be missed: before its first day and after its last, absence proves nothing.
        """
        return self.kind != "api-particulier-v3" or declared.start <= on.isoformat() <= declared.end

    def query(self, ine: str) -> dict[str, str]:
        """The query that asks for one student."""
        if self.kind == "api-particulier-v3":
            return {"ine": ine, **({"recipient": self.recipient} if self.recipient else {})}
        return {"INE": ine}


class Pace:
    """Lets calls begin no closer together than a rate allows, and none during a pause. Not for several event loops."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._next = 0.0
        self._resume_at = 0.0

    async def turn(self) -> None:
        """Wait for a turn."""
        clock = asyncio.get_running_loop().time
        at = max(clock(), self._next, self._resume_at)
        self._next = at + self._interval
        await asyncio.sleep(at - clock())
        if clock() < self._resume_at:  # a pause has begun meanwhile
            await self.turn()

    def pause(self, seconds: float) -> None:
        """Let nobody begin for `seconds`."""
        self._resume_at = max(self._resume_at, asyncio.get_running_loop().time() + seconds)


class Reader:
    """Looks students up; made by `open_reader`."""

    def __init__(self, session: aiohttp.ClientSession, where: ReadEndpoint, rate: float) -> None:
        self._session = session
        self._where = where
        self._pace = Pace(rate)
        self._slots = asyncio.Semaphore(CONCURRENCY)

    async def look_up(self, ines: Collection[str]) -> dict[str, Reading]:
        """Return what the registry shows of each student: READ or BLURRED.

        Raises AccessRefused when the service refuses the credential, FixConfig when connection or institution file must be
        mended, TryLater when it is away or stays too busy.
        """
        wanted = sorted(set(ines))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._insist(ine)) for ine in wanted]
        except ExceptionGroup as several:  # nobody outside can know that tasks were at work
            raise several.exceptions[0] from None
        return {ine: task.result() for ine, task in zip(wanted, tasks, strict=True)}

    async def ask(self, ine: str) -> Reading:
        """Ask once."""
        await self._pace.turn()
        where = self._where
        try:
            async with self._session.get(where.url, params=where.query(ine), allow_redirects=False) as answer:
                body = await _read_body(answer)
                later = answer.headers.get("Retry-After")
                return read_shown(where.kind, answer.status, body, now=datetime.now(UTC), retry_after=later)
        except aiohttp.ClientConnectorCertificateError:
            return Reading(Worth.MISFIT, words="its certificate is not trusted")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Reading(Worth.AGAIN, words="it does not answer")

    async def _insist(self, ine: str) -> Reading:
        if _INE.fullmatch(ine) is None:
            return NOTHING_SAID
        reading = NOTHING_SAID
        async with self._slots:
            for number in range(PATIENT_TRIES):
                reading = await self.ask(ine)
                if reading.worth in {Worth.READ, Worth.BLURRED}:
                    return reading
                if reading.worth is not Worth.AGAIN:
                    refuse(self._where, reading)
                if number >= TRIES - 1 and reading.retry_after_seconds is None:
                    break
                self._wait(reading, number)
        raise self._away(reading)

    def _wait(self, reading: Reading, number: int) -> None:
        """Have everybody pause, as long as the service asks for or twice as long each time."""
        asked = reading.retry_after_seconds or 0.0
        if asked > LONGEST_PAUSE_SECONDS:
            raise self._away(reading)
        self._pace.pause(max(asked, FIRST_PAUSE_SECONDS * 2 ** min(number, TRIES)))

    def _away(self, reading: Reading) -> TryLater:
        return TryLater(self._where.attempted, reading.words, "It is tried again; what is in doubt stays so meanwhile.")


def refuse(where: ReadEndpoint, reading: Reading) -> NoReturn:
    """Raise what a reading that no further call can better stands for: AccessRefused or FixConfig."""
    if reading.worth is Worth.REFUSED:
        raise AccessRefused(where.attempted, reading.words, "Correct the key in the read connection, or ask for the right.")
    raise FixConfig(where.attempted, reading.words, "Correct the read connection or `registry.read`, or have the scopes added.")


@asynccontextmanager
async def open_reader(where: ReadEndpoint, *, rate: float, timeout_seconds: float) -> AsyncIterator[Reader]:
    """Open a client that asks at most `rate` times a second and waits `timeout_seconds` for each answer."""
    connector = aiohttp.TCPConnector(limit=CONCURRENCY, keepalive_timeout=IDLE_SECONDS, ssl=where.endpoint.verify_tls)
    limits = aiohttp.ClientTimeout(total=timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds * 0.9))
    async with aiohttp.ClientSession(
        connector=connector, timeout=limits, headers=where.headers, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield Reader(session, where, rate)


async def _read_body(answer: aiohttp.ClientResponse) -> bytes:
    """Return the answer's body; b"" when it is longer than any answer of a read service."""
    received = bytearray()
    async for part in answer.content.iter_any():
        received += part
        if len(received) > LONGEST_ANSWER:
            answer.close()
            return b""
    return bytes(received)


def probe_reader(where: ReadEndpoint) -> str:
    """Ask for nobody's number and return a sentence that says the credential is known.

    Raises AccessRefused, FixConfig, or TryLater when the service is away.
    """
    return asyncio.run(_probe(where))


async def _probe(where: ReadEndpoint) -> str:
    async with open_reader(where, rate=1, timeout_seconds=PROBE_SECONDS) as reader:
        reading = await reader.ask(NOBODY)
    if reading.worth is Worth.AGAIN:
        raise TryLater(where.attempted, f"no usable answer ({reading.words})", "Try again in a few minutes.")
    # Without the institution file nobody knows for whom to ask: that the SIRET alone is missing shows a token that is known.
    asked_for_siret = reading.worth is Worth.MISFIT and not where.recipient and "recipient" in reading.words
    if reading.worth in {Worth.REFUSED, Worth.MISFIT} and not asked_for_siret:
        refuse(where, reading)
    return f"The registry's read side at {where.endpoint.host} answers and knows the key."
