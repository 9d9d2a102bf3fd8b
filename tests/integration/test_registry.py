"""The real client and the local registry, over real connections and a real PostgreSQL."""

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from supdata.config.models import WireCodes
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.push.running import run_apart
from supdata.records.states import Outcome
from supdata.registry.answers import Again, Answer
from supdata.registry.client import Endpoint, RegistryClient, open_registry, probe
from supdata.sandbox.local.ports import free_ports
from supdata.sandbox.registry.serving import registry_in_thread

pytestmark = pytest.mark.integration

UAI = "0751717J"
INE = "123456789FJ"
ADMIN = {"X-Admin-Token": "admin"}
BODY = {
    "ine": INE,
    "dateNaissance": "2004-03-09",
    "dateDebutInscription": "2026-09-01",
    "dateFinInscription": "2027-08-31",
    "statut": "2",
    "regime": "2",
    "codeCommune": "44000",
    "uai": UAI,
    "cursus": "L",
    "diplome": "2500123",
    "niveauDiplome": "01",
}

Calls = Callable[[RegistryClient], Coroutine[Any, Any, Any]]


class LocalRegistry:
    """The registry under test, with one school's key and one known student."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.admin("POST", "directory", {"students": [{"ine": INE, "dateNaissance": "2004-03-09"}]})
        self.key = self.admin("POST", "keys", {"uai": UAI, "kind": "enseignement_superieur", "name": "UNIVERSITE"})["key"]

    def admin(self, method: str, what: str, document: Any = None) -> Any:
        answer = requests.request(method, f"{self.url}/sandbox/{what}", json=document, headers=ADMIN, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def fail(self, **plan: Any) -> None:
        self.admin("PUT", "faults", plan)

    def post(self, document: Any, key: str | None = None) -> requests.Response:
        headers = {"X-API-Key": self.key if key is None else key}
        return requests.post(f"{self.url}/api/inscription", json=document, headers=headers, timeout=60)

    def rows(self) -> tuple[int, int]:
        found = self.admin("GET", "stats")
        return found["rows"], found["distinct"]

    def run(self, calls: Calls, *, key: str | None = None, timeout: float = 5) -> Any:
        async def opened() -> Any:
            endpoint = Endpoint(self.url, self.key if key is None else key)
            async with open_registry(endpoint, 8, timeout, codes=WireCodes()) as client:
                return await calls(client)

        return run_apart(opened())

    def declare(self, timeout: float = 5, **changes: str) -> Answer:
        answer = self.run(lambda client: client.declare({**BODY, **changes}), timeout=timeout)
        assert isinstance(answer, Answer)
        return answer


@pytest.fixture
def registry(database_url: str) -> Iterator[LocalRegistry]:
    with registry_in_thread(database_url, "admin") as url:
        yield LocalRegistry(url)


def test_an_enrolment_is_accepted_with_its_number(registry: LocalRegistry) -> None:
    assert registry.declare() == Answer(Outcome.ACCEPTED, 200, id_inscription="1")


def test_an_acceptance_is_written_as_the_contract_says(registry: LocalRegistry) -> None:
    answer = registry.post(BODY)
    echoed = ("ine", "dateNaissance", "dateDebutInscription", "dateFinInscription", "codeCommune", "uai")
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "une nouvelle inscription créée",
        "inscription": {"id_inscription": "1", "statut": "inscrit", **{name: BODY[name] for name in echoed}},
    }


def test_a_record_declared_twice_is_two_rows_of_which_one_is_distinct(registry: LocalRegistry) -> None:
    registry.declare()
    registry.declare()
    registry.declare(statut="1")
    assert registry.rows() == (3, 2)


@pytest.mark.parametrize(
    ("changes", "status", "message", "parameter"),
    [
        ({"ine": "12345"}, 400, "la valeur du paramètre n'est pas valide", "le format ode l' INE n'est pas valide"),
        (
            {"dateFinInscription": "2027-02-30"},
            400,
            "la valeur du paramètre n'est pas valide",
            "le format du paramètre dateFinInscription n'est pas valide",
        ),
        ({"dateNaissance": "2004-03-10"}, 404, "étudiant introuvable", [INE, "2004-03-10"]),
        ({"uai": "0010006B"}, 404, "établissement introuvable", ["0010006B"]),
    ],
    ids=["malformed INE", "impossible date", "another birth date", "somebody else's establishment"],
)
def test_a_refusal_is_written_as_the_contract_says(
    registry: LocalRegistry, changes: Mapping[str, str], status: int, message: str, parameter: Any
) -> None:
    answer = registry.post({**BODY, **changes})
    found = answer.json()
    assert (answer.status_code, found["message"]) == (status, message)
    assert found["details"] == {"method": "POST", "endpoint": "inscription", "parameter": parameter}
    assert set(found) == {"message", "uid", "details"}
    assert registry.rows() == (0, 0)


def test_a_wrong_key_is_told_before_anything_else(registry: LocalRegistry) -> None:
    answer = registry.post("not even an object", key="384abcdef")
    assert answer.status_code == 401
    assert answer.json()["details"]["parameter"] == "le token 384 n'est pas valide"


def test_the_client_reads_an_unknown_student_without_repeating_who(registry: LocalRegistry) -> None:
    answer = registry.declare(dateNaissance="2004-03-10")
    assert (answer.outcome, answer.words) == (Outcome.UNKNOWN_STUDENT, "étudiant introuvable : […], […]")


def test_the_client_reads_a_refusal_in_the_registrys_words(registry: LocalRegistry) -> None:
    answer = registry.declare(codeCommune="44")
    assert answer.outcome is Outcome.REFUSED
    assert "codeCommune" in answer.words


def test_a_refused_key_stops_the_client_and_is_not_repeated(registry: LocalRegistry) -> None:
    with pytest.raises(AccessRefused) as refused:
        registry.run(lambda client: client.declare(BODY), key="wrong-key")
    assert "wrong-key" not in str(refused.value)


def test_a_key_writes_only_for_the_establishments_it_was_issued_for(registry: LocalRegistry) -> None:
    asked = {"uai": "0442953W", "kind": "lycee", "also": ["0881269B"]}
    other = registry.admin("POST", "keys", asked)["key"]
    assert registry.post(BODY, key=other).status_code == 404
    assert registry.post({**BODY, "uai": "0881269B"}, key=other).status_code == 200


def test_only_schools_that_may_write_are_issued_a_key(registry: LocalRegistry) -> None:
    asked = {"uai": "0442953W", "kind": "administration"}
    answer = requests.post(f"{registry.url}/sandbox/keys", json=asked, headers=ADMIN, timeout=60)
    assert answer.status_code == 403


def test_a_revoked_key_opens_nothing(registry: LocalRegistry) -> None:
    assert registry.admin("DELETE", f"keys/{UAI}") == {"revoked": 1}
    assert registry.post(BODY).status_code == 401


def test_keys_directory_and_rows_outlive_the_server(registry: LocalRegistry, database_url: str) -> None:
    registry.declare()
    with registry_in_thread(database_url, "admin") as url:
        answer = requests.post(f"{url}/api/inscription", json=BODY, headers={"X-API-Key": registry.key}, timeout=60)
    assert answer.json()["inscription"]["id_inscription"] == "2"


def test_administration_needs_its_token(registry: LocalRegistry) -> None:
    for headers in ({}, {"X-Admin-Token": "wrong"}):
        assert requests.get(f"{registry.url}/sandbox/stats", headers=headers, timeout=60).status_code == 403
    assert requests.get(f"{registry.url}/sandbox/health", timeout=10).json() == {"status": "ok"}


def test_many_calls_share_few_connections(registry: LocalRegistry) -> None:
    async def calls(client: RegistryClient) -> list[Answer]:
        return await asyncio.gather(*(client.declare({**BODY, "diplome": f"{n:07d}"}) for n in range(200)))

    answers = registry.run(calls)
    assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
    assert len({answer.id_inscription for answer in answers}) == 200
    assert registry.rows() == (200, 200)


@pytest.mark.parametrize(
    ("plan", "outcome", "again", "rows"),
    [
        ({"too_many": 1}, Outcome.NOT_ATTEMPTED, Again.SAFE, 0),
        ({"unavailable": 1}, Outcome.NOT_ATTEMPTED, Again.SAFE, 0),
        ({"error_before": 1}, Outcome.AMBIGUOUS, Again.RISKY, 0),
        ({"error_after": 1}, Outcome.AMBIGUOUS, Again.RISKY, 1),
        ({"bad_gateway": 1}, Outcome.AMBIGUOUS, Again.RISKY, 0),
        ({"reset_before": 1}, Outcome.AMBIGUOUS, Again.RISKY, 0),
        ({"reset_after": 1}, Outcome.AMBIGUOUS, Again.RISKY, 1),
        ({"stall_after": 1, "stall_ms": 1_500}, Outcome.AMBIGUOUS, Again.RISKY, 1),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else None,
)
def test_each_fault_on_demand_is_met_and_read(
    registry: LocalRegistry, plan: dict[str, Any], outcome: Outcome, again: Again, rows: int
) -> None:
    registry.fail(retry_after_seconds=7, **plan)
    answer = registry.declare(timeout=0.7)
    assert (answer.outcome, answer.again) == (outcome, again)
    assert answer.retry_after_seconds == (7 if again is Again.SAFE else None)
    assert registry.rows()[0] == rows


def test_a_reset_is_a_reset_of_the_connection(registry: LocalRegistry) -> None:
    registry.fail(reset_after=1)
    with socket.create_connection(("127.0.0.1", int(registry.url.rsplit(":", 1)[1]))) as connection:
        text = json.dumps(BODY)
        head = f"POST /api/inscription HTTP/1.1\r\nHost: x\r\nX-API-Key: {registry.key}\r\nContent-Length: {len(text)}\r\n\r\n"
        connection.sendall((head + text).encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_calls_above_the_rate_are_told_when_to_come_back(registry: LocalRegistry) -> None:
    registry.fail(rate_per_second=1)
    first, second = registry.post(BODY), registry.post(BODY)
    assert (first.status_code, second.status_code) == (200, 429)
    assert second.headers["Retry-After"] == "1"


def test_held_calls_wait_for_another_plan_and_every_second_one_is_written(registry: LocalRegistry) -> None:
    async def calls(client: RegistryClient) -> list[Answer]:
        asked = [asyncio.create_task(client.declare({**BODY, "diplome": f"{n:07d}"})) for n in range(6)]
        while registry.admin("GET", "held") != {"held": 4} or registry.rows()[0] < 4:  # noqa: ASYNC110 - another process would not tell either
            await asyncio.sleep(0.01)
        while sum(one.done() for one in asked) < 2:  # noqa: ASYNC110 - a row may be seen before its answer
            await asyncio.sleep(0.01)
        assert sum(one.done() for one in asked) == 2
        assert registry.rows() == (4, 4)
        registry.fail()
        return list(await asyncio.gather(*asked))

    registry.fail(hold_after=2)
    answers = registry.run(calls, timeout=60)
    assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
    assert registry.rows() == (6, 6)
    assert registry.admin("GET", "held") == {"held": 0}


def test_a_registry_that_nobody_serves_was_never_asked() -> None:
    async def call() -> Answer:
        endpoint = Endpoint(f"http://127.0.0.1:{free_ports(1)[0]}", "a-key")
        async with open_registry(endpoint, 1, 2, codes=WireCodes()) as client:
            return await client.declare(BODY)

    answer = run_apart(call())
    assert (answer.outcome, answer.status, answer.again) == (Outcome.NOT_ATTEMPTED, 0, Again.SAFE)


async def _answer_with(raw: bytes, endpoint_of: Callable[[int], Endpoint]) -> tuple[Answer, bytes]:
    """Declare once to a server that says `raw` and nothing else; return the answer and what was received."""
    received = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.readuntil(b"}"))
        writer.write(raw)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_registry(endpoint_of(port), 1, 2, codes=WireCodes()) as client:
            return await client.declare(BODY), bytes(received)


def _plain(port: int) -> Endpoint:
    return Endpoint(f"http://127.0.0.1:{port}", "a-key")


def test_a_redirect_is_not_followed() -> None:
    raw = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(FixConfig, match="another address"):
        run_apart(_answer_with(raw, _plain))


def test_a_page_without_end_is_not_read_to_its_end() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 200_000
    answer, _ = run_apart(_answer_with(raw, _plain))
    assert (answer.outcome, answer.again) == (Outcome.AMBIGUOUS, Again.NO)


def test_an_answer_cut_short_may_have_been_written() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    answer, _ = run_apart(_answer_with(raw, _plain))
    assert (answer.outcome, answer.again) == (Outcome.AMBIGUOUS, Again.RISKY)


def test_what_is_sent_is_the_body_and_the_key_and_no_student_in_the_address() -> None:
    _, received = run_apart(_answer_with(b"HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n", _plain))
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/inscription HTTP/1.1\r\n")
    assert b"\r\nX-API-Key: a-key\r\n" in head + b"\r\n"
    assert INE.encode() not in head
    assert json.loads(body) == BODY


def test_the_key_can_be_tried_without_declaring_anybody(registry: LocalRegistry) -> None:
    assert "knows the key" in probe(Endpoint(registry.url, registry.key))
    with pytest.raises(AccessRefused):
        probe(Endpoint(registry.url, "wrong"))
    with pytest.raises(FixConfig, match="404"):
        probe(Endpoint(f"{registry.url}/elsewhere", registry.key))
    registry.fail(bad_gateway=1)
    with pytest.raises(TryLater):
        probe(Endpoint(registry.url, registry.key))
    assert registry.rows() == (0, 0)


def test_the_gateway_reads_what_was_declared(registry: LocalRegistry) -> None:
    registry.declare()
    key = registry.admin("POST", "read-keys", {"use": "gateway"})["key"]
    headers = {"X-API-Key": key, "X-Caller": "1 - passerelle"}
    answer = requests.get(f"{registry.url}/api/etudiant", params={"INE": INE}, headers=headers, timeout=60)
    assert answer.json() == {
        "ine": INE,
        "nomFamille": "NOM",
        "prenom": "Prénom",
        "dateNaissance": "2004-03-09",
        "inscriptions": [
            {
                "dateDebutInscription": "2026-09-01",
                "dateFinInscription": "2027-08-31",
                "statut": "inscrit",
                "regime": "formation initiale hors apprentissage",
                "codeCommune": "44000",
                "etablissement": {"uai": UAI, "nom": "UNIVERSITE"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("change", "status"),
    [({"X-API-Key": "write"}, 401), ({"X-Caller": ""}, 400), ({"ine": "INE?"}, 400), ({"ine": "1" * 11}, 404)],
)
def test_the_gateway_is_refused_in_the_registrys_shape(registry: LocalRegistry, change: dict[str, str], status: int) -> None:
    key = registry.admin("POST", "read-keys", {"use": "gateway"})["key"]
    asked = {"X-API-Key": key, "X-Caller": "1 - passerelle", "ine": INE, **change}
    headers = {"X-API-Key": asked["X-API-Key"], "X-Caller": asked["X-Caller"]}
    answer = requests.get(f"{registry.url}/api/etudiant", params={"INE": asked["ine"]}, headers=headers, timeout=60)
    assert answer.status_code == status
    assert answer.json()["details"]["method"] == "GET"


def test_an_administration_reads_admissions(registry: LocalRegistry) -> None:
    registry.declare(statut="1", regime="5")
    token = registry.admin("POST", "read-keys", {"use": "particulier"})["key"]
    answer = requests.get(
        f"{registry.url}/v3/mesri/statut_etudiant/ine",
        params={"ine": INE.lower(), "recipient": "13002526500013"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    assert answer.json()["data"]["admissions"] == [
        {
            "date_debut": "2026-09-01",
            "date_fin": "2027-08-31",
            "est_inscrit": False,
            "regime_formation": {"libelle": "formation continue", "code": "RF5"},
            "code_cog_insee_commune": "44000",
            "etablissement_etudes": {"uai": UAI, "nom": "UNIVERSITE"},
        }
    ]


def a_self_signed_certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.now(UTC) - timedelta(hours=1)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=1)).add_extension(
        names, critical=False
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + unsigned.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "key.pem")
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused_unless_told_otherwise(tmp_path: Path) -> None:
    context = a_self_signed_certificate(tmp_path)

    async def declare(verify_tls: bool) -> Answer:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"}")
            writer.write(b"HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
            endpoint = Endpoint(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", "a-key", verify_tls=verify_tls)
            async with open_registry(endpoint, 1, 5, codes=WireCodes()) as client:
                return await client.declare(BODY)

    assert run_apart(declare(verify_tls=False)).status == 500
    with pytest.raises(FixConfig, match="certificate is not trusted"):
        run_apart(declare(verify_tls=True))
