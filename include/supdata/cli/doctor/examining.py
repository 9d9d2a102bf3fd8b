"""What a school's first run needs, tried one thing after the other; each finding says what to do."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from supdata.cli.language import say
from supdata.cli.preview.looking import Preview, look
from supdata.config.models import Institution
from supdata.errors import FixConfig, SupdataError
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment
from supdata.records.states import Outcome
from supdata.registry.answers import Answer
from supdata.registry.client import open_registry, probe
from supdata.registry.endpoint import Endpoint, is_loopback

ROWS = 100
#: Printed in the registry's own contract, and nobody's: INE and birth date.
TEST_STUDENT = ("0AYIOP071Y8", "1996-12-26")
#: A number that is never issued (it begins with the year 90): whoever gets it can only answer that it knows nobody.
NOBODY = ("900000000EH", "2000-01-01")


class State(StrEnum):
    """How a thing stands."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: how it stands, what was found, and what to do; no student's value is in it."""

    name: str
    state: State
    said: str
    to_do: str = ""


def examine(institution: Institution, suite: Path, on: date, *, post_test_student: bool = False) -> list[Finding]:
    """Return what was found of source, rows, registry and key, in this order.

    Raises FixConfig when a test student is to be declared to a registry that is not on this machine.
    """
    return [*_source(institution, suite, on), *_registry(institution, post_test_student=post_test_student)]


def _source(institution: Institution, suite: Path, on: date) -> Iterator[Finding]:
    try:
        seen = look(institution, file=None, limit=ROWS, suite=suite, on=on)
    except SupdataError as error:
        yield Finding("source", State.BAD, f"{error.attempted}: {error.found}", error.remedy)
        return
    if not seen.rows:
        yield Finding("source", State.BAD, say("it holds no row"), say("Ask the school for an export."))
        return
    yield Finding("source", State.GOOD, say("{count} rows were read", count=len(seen.rows)))
    yield _rows(seen)


def _rows(seen: Preview) -> Finding:
    counts = ", ".join(f"{count} {say(state)}" for state, count in seen.counts.items() if count)
    if seen.counts["valid"]:
        return Finding("rows", State.GOOD, counts)
    return Finding("rows", State.BAD, counts, say("Not one would be declared: see `supdata preview`, and mend `columns`."))


def _registry(institution: Institution, *, post_test_student: bool) -> Iterator[Finding]:
    try:
        endpoint = _endpoint(institution.registry.connection)
        local = is_loopback(urlsplit(endpoint.url).hostname or "")
        if post_test_student and not local:
            raise FixConfig(
                "Declaring the test student",
                f"{endpoint.host} is not this machine",
                "Point the connection at `supdata sandbox`.",
            )
        yield Finding("registry", State.GOOD, probe(endpoint))
    except SupdataError as error:
        yield Finding("registry", State.BAD, f"{error.attempted}: {error.found}", error.remedy)
        return
    yield (
        _key(institution, endpoint)
        if local
        else Finding(
            "key",
            State.UNKNOWN,
            say("whether the key is this establishment's cannot be known without declaring somebody"),
            say("Compare it with the registry's letter; a wrong one shows in the first run as establishments not found (404)."),
        )
    )
    if post_test_student:
        yield _test_student(institution, endpoint)


def _endpoint(name: str) -> Endpoint:
    with redirect_stdout(sys.stderr):  # importing Airflow may say a word
        from supdata.orchestration.connections import find_connection
        from supdata.orchestration.hook import SupdataHook

        find_connection(name)
        return SupdataHook(name).endpoint()


def _key(institution: Institution, endpoint: Endpoint) -> Finding:
    """Ask a sandbox to declare nobody: it looks at the establishment before it looks for the student."""
    answer = _declared(institution, endpoint, NOBODY)
    if "établissement" in answer.words.casefold():
        return Finding(
            "key", State.BAD, say("the key is another establishment's"), say("Put this one's key in the connection.")
        )
    if answer.outcome is Outcome.UNKNOWN_STUDENT:
        return Finding("key", State.GOOD, say("the key is this establishment's"))
    return Finding("key", State.UNKNOWN, say("the answer was {status}", status=answer.status))


def _test_student(institution: Institution, endpoint: Endpoint) -> Finding:
    answer = _declared(institution, endpoint, TEST_STUDENT)
    if answer.outcome is Outcome.ACCEPTED:
        return Finding("test student", State.GOOD, say("declared and accepted"))
    said = say("the answer was {status}", status=answer.status)
    return Finding("test student", State.UNKNOWN, said, say("A sandbox knows only the students it was given."))


def _declared(institution: Institution, endpoint: Endpoint, student: tuple[str, str]) -> Answer:
    year, home = institution.year, next(iter(institution.commune.own), None)
    enrolment = Enrolment(
        source="doctor",
        row=1,
        ine=student[0],
        dateNaissance=student[1],
        dateDebutInscription=year.start.isoformat(),
        dateFinInscription=year.end.isoformat(),
        statut="inscrit",
        regime="RF1",
        communeInsee=home.insee if home else "75105",
        communePostal=home.postal if home else "75005",
        uai=institution.uai,
    )

    async def call() -> Answer:
        registry = institution.registry
        async with open_registry(endpoint, 1, registry.timeout_seconds, codes=registry.codes) as client:
            return await client.declare(make_body(enrolment, institution))

    return asyncio.run(call())
