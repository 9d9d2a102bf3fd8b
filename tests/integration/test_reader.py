"""The read services' client and the local registry's two read services, over real connections."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import requests

from supdata.config.read_back import ReadKind
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.registry import reader as reader_module
from supdata.registry.endpoint import Endpoint
from supdata.registry.reader import ReadEndpoint, open_reader
from supdata.registry.shown import Reading, Shown, Worth
from supdata.sandbox.local.ports import free_ports
from supdata.sandbox.registry.serving import registry_in_thread

pytestmark = pytest.mark.integration

UAI = "0751717J"
STUDENTS = 30
INES = [f"{number:09d}FJ" for number in range(STUDENTS)]
ROW = Shown(UAI, "2026-09-01", "2027-08-31", "inscrit", "RF2", "44000")
BODY = {
    "dateNaissance": "2004-03-09",
    "dateDebutInscription": "2026-09-01",
    "dateFinInscription": "2027-08-31",
    "statut": "2",
    "regime": "2",
    "codeCommune": "44000",
    "uai": UAI,
}
OWN: ReadKind = "supdata"
GATEWAY: ReadKind = "api-particulier-v3"
BOTH = pytest.mark.parametrize("kind", [OWN, GATEWAY])


class Services:
    """The local registry with some students declared, and a key for each of its read services."""

    def __init__(self, url: str) -> None:
        self.url = url
        known = [{"ine": ine, "dateNaissance": BODY["dateNaissance"]} for ine in INES]
        self.admin("POST", "directory", {"students": known})
        key = self.admin("POST", "keys", {"uai": UAI, "kind": "lycee"})["key"]
        for ine in INES:
            headers = {"X-API-Key": key}
            requests.post(f"{url}/api/inscription", json={"ine": ine, **BODY}, headers=headers, timeout=60).raise_for_status()
        uses = {OWN: "gateway", GATEWAY: "particulier"}
        self.keys = {kind: self.admin("POST", "read-keys", {"use": use})["key"] for kind, use in uses.items()}

    def admin(self, method: str, what: str, document: Any = None) -> Any:
        headers = {"X-Admin-Token": "admin"}
        answer = requests.request(method, f"{self.url}/sandbox/{what}", json=document, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def fail(self, *, retry_after_seconds: int = 0, **read: Any) -> None:
        plan = {"stall_ms": 1_500, "retry_after_seconds": retry_after_seconds, "read": {"seed": 7, **read}}
        self.admin("PUT", "faults", plan)

    def where(self, kind: ReadKind, **changes: Any) -> ReadEndpoint:
        endpoint = Endpoint(changes.pop("url", self.url), changes.pop("key", self.keys[kind]))
        recipient = "13002526500013" if kind == GATEWAY else ""
        return ReadEndpoint(endpoint, kind, **{"recipient": recipient, "caller": f"{UAI} - supdata-sync", **changes})


@pytest.fixture(scope="module")
def opened(postgres: Any) -> Iterator[Services]:
    with registry_in_thread(postgres.create_database("read_services"), "admin") as url:
        yield Services(url)


@pytest.fixture
def services(opened: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr(reader_module, "FIRST_PAUSE_SECONDS", 0.01)
    opened.fail()
    return opened


def look_up(where: ReadEndpoint, ines: list[str], *, timeout: float = 5) -> dict[str, Reading]:
    async def looked_up() -> dict[str, Reading]:
        async with open_reader(where, rate=1_000, timeout_seconds=timeout) as reader:
            return await reader.look_up(ines)

    return asyncio.run(looked_up())


@BOTH
def test_who_is_declared_is_shown_and_who_is_not_is_read_as_having_no_enrolment(services: Services, kind: ReadKind) -> None:
    found = look_up(services.where(kind), [*INES, "999999999FJ"])
    assert found == {**dict.fromkeys(INES, Reading(Worth.READ, (ROW,))), "999999999FJ": Reading(Worth.READ)}


@BOTH
@pytest.mark.parametrize("fault", ["too_many", "bad_gateway", "reset", "stall"])
def test_a_service_that_fails_now_and_then_is_asked_again_until_all_is_read(
    services: Services, kind: ReadKind, fault: str
) -> None:
    faults: dict[str, Any] = {fault: 0.2}
    services.fail(**faults)
    found = look_up(services.where(kind), INES, timeout=1)
    assert {reading.rows for reading in found.values()} == {(ROW,)}


@BOTH
def test_two_that_share_one_tokens_rate_both_read_all(services: Services, kind: ReadKind) -> None:
    services.fail(rate_per_second=20)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: look_up(services.where(kind), INES), range(2)))
    assert found == [dict.fromkeys(INES, Reading(Worth.READ, (ROW,)))] * 2


@BOTH
def test_a_service_that_is_away_is_tried_later(services: Services, kind: ReadKind) -> None:
    (nobody,) = free_ports(1)
    with pytest.raises(TryLater, match="does not answer"):
        look_up(services.where(kind, url=f"http://127.0.0.1:{nobody}"), INES)
    services.fail(bad_gateway=1)
    with pytest.raises(TryLater, match="it answers 502"):
        look_up(services.where(kind), INES)


@BOTH
def test_a_service_that_asks_for_an_hour_is_left_alone(services: Services, kind: ReadKind) -> None:
    services.fail(too_many=1, retry_after_seconds=3_600)
    with pytest.raises(TryLater, match="it answers 429"):
        look_up(services.where(kind), INES)


@BOTH
def test_a_refused_key_is_told_without_showing_it(services: Services, kind: ReadKind) -> None:
    with pytest.raises(AccessRefused, match="refused the key") as raised:
        look_up(services.where(kind, key="a-key-of-nobody"), INES)
    assert "a-key-of-nobody" not in str(raised.value)


def test_a_missing_recipient_or_caller_is_a_fault_of_the_config(services: Services) -> None:
    with pytest.raises(FixConfig, match="recipient"):
        look_up(services.where(GATEWAY, recipient=""), INES)
    with pytest.raises(FixConfig, match="X-Caller"):
        look_up(services.where(OWN, caller="nobody"), INES)


def test_a_missing_scope_is_told_by_its_name_and_nobody_counts_as_absent(services: Services) -> None:
    services.fail(hidden=["etablissement_etudes"])
    with pytest.raises(FixConfig, match="mesri_admission_etablissement_etudes"):
        look_up(services.where(GATEWAY), INES)


@BOTH
def test_a_read_side_that_lags_behind_does_not_show_yet_what_is_written(services: Services, kind: ReadKind) -> None:
    services.fail(lag_seconds=3_600)
    assert look_up(services.where(kind), INES[:2]) == dict.fromkeys(INES[:2], Reading(Worth.READ))


@BOTH
def test_a_number_that_no_service_takes_is_not_shown_to_it(services: Services, kind: ReadKind) -> None:
    services.fail(bad_gateway=1)
    assert look_up(services.where(kind), ["not an INE"]) == {"not an INE": Reading(Worth.BLURRED)}


class Elsewhere(BaseHTTPRequestHandler):
    """A server that is no read service: it redirects under /moved, and has a page for what it does not know."""

    def do_GET(self) -> None:
        self.send_response(302 if self.path.startswith("/moved") else 404)
        self.send_header("Location", "http://127.0.0.1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@BOTH
def test_a_redirect_is_not_followed_and_a_strangers_404_is_no_absence(
    services: Services, kind: ReadKind, elsewhere: str
) -> None:
    with pytest.raises(FixConfig, match="302"):
        look_up(services.where(kind, url=f"{elsewhere}/moved"), INES)
    with pytest.raises(FixConfig, match="404 is not a read service's own"):
        look_up(services.where(kind, url=elsewhere), INES)


@BOTH
def test_neither_log_nor_error_holds_a_number_or_an_address_with_one(
    services: Services, kind: ReadKind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for read, timeout in (({"reset": 1}, 5), ({"stall": 1}, 0.3), ({"bad_gateway": 1}, 5)):
        services.fail(**read)
        with pytest.raises(TryLater) as raised:
            look_up(services.where(kind), INES[:3], timeout=timeout)
        told = f"{caplog.text}{raised.getrepr(style='long', showlocals=False)}{raised.value!r}{raised.value.__cause__!r}"
        assert not [ine for ine in INES if ine in told]
