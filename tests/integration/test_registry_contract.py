"""The local registry answers as the published contracts say, word for word where they give words."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
import yaml

from supdata.config.models import WireCodes
from supdata.records.states import Outcome
from supdata.registry.answers import expected_echo, labels_by_code, read_answer
from supdata.sandbox.registry.serving import registry_in_thread

CONTRACTS = Path(__file__).parents[3] / "shared" / "data"
WRITE_CONTRACT = CONTRACTS / "StatutEtudiant-POST-inscription-v4-complet.json"
READ_CONTRACT = CONTRACTS / "read_api" / "api-particulier-openapi-v3.yml"
READ_PATH = "/v3/mesri/statut_etudiant/ine"
ADMIN = {"X-Admin-Token": "admin"}

pytestmark = [
    pytest.mark.integration,
    pytest.mark.shared,
    pytest.mark.skipif(not CONTRACTS.exists(), reason="the official contracts are not beside the project"),
]


@pytest.fixture(scope="module")
def contract() -> Any:
    return json.loads(WRITE_CONTRACT.read_text(encoding="utf-8"))


def example_of(contract: Any, schema: str) -> dict[str, Any]:
    """The example value of each property of one schema of the write contract."""
    properties = contract["components"]["schemas"][schema]["properties"]
    return {name: facts["example"] for name, facts in properties.items() if "example" in facts}


@pytest.fixture
def opened(database_url: str, contract: Any) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The registry's address, a key, and the body of the contract's example, whose student is known."""
    body: dict[str, str] = example_of(contract, "BodySchema")
    with registry_in_thread(database_url, "admin") as url:
        student = {"ine": body["ine"], "dateNaissance": body["dateNaissance"]}
        requests.post(f"{url}/sandbox/directory", json={"students": [student]}, headers=ADMIN, timeout=60)
        asked = {"uai": body["uai"], "kind": "lycee"}
        key = requests.post(f"{url}/sandbox/keys", json=asked, headers=ADMIN, timeout=60).json()["key"]
        yield url, key, body


def test_the_example_of_the_contract_is_accepted_in_its_shape(opened: tuple[str, str, dict[str, str]], contract: Any) -> None:
    url, key, body = opened
    answer = requests.post(f"{url}/api/inscription", json=body, headers={"X-API-Key": key}, timeout=60)
    inscription = contract["components"]["schemas"]["InscriptionSchema"]
    inscription["properties"]["dateNaissance"]["type"] = "string"  # the contract says object, its example is text
    jsonschema.validate(answer.json()["inscription"], inscription)
    assert answer.status_code == 200
    assert set(answer.json()["inscription"]) == set(inscription["properties"])
    assert answer.json()["message"] == example_of(contract, "SucessSchema")["message"]


@pytest.mark.parametrize(
    ("status", "key", "change"),
    [(400, None, {"ine": "1"}), (401, "384", {}), (404, None, {"dateNaissance": "2000-05-30"})],
)
def test_an_error_has_the_contracts_message_and_shape(
    opened: tuple[str, str, dict[str, str]], contract: Any, status: int, key: str | None, change: dict[str, str]
) -> None:
    url, right_key, body = opened
    answer = requests.post(
        f"{url}/api/inscription", json={**body, **change}, headers={"X-API-Key": key or right_key}, timeout=10
    )
    schema = f"ErrorSchema{status}"
    example, found = example_of(contract, schema), answer.json()
    jsonschema.validate(found, contract["components"]["schemas"][schema])
    assert answer.status_code == status
    assert found["message"] == example["message"]
    assert set(found["details"]) == set(example["details"])
    assert type(found["details"]["parameter"]) is type(example["details"]["parameter"])
    if status < 404:
        assert found["details"] == example["details"]
    assert len(found["uid"]) == len(example["uid"])


@pytest.mark.parametrize(
    ("status", "schema", "outcome", "words"),
    [
        (
            400,
            "ErrorSchema400",
            Outcome.REFUSED,
            "la valeur du paramètre n'est pas valide : le format ode l' INE n'est pas valide",
        ),
        (401, "ErrorSchema401", Outcome.NOT_ATTEMPTED, "échec d'authentification : le token […] n'est pas valide"),
        (404, "ErrorSchema404", Outcome.UNKNOWN_STUDENT, "étudiant introuvable : […], […]"),
        (500, "ErrorSchema500", Outcome.AMBIGUOUS, "erreur serveur interne"),
    ],
)
def test_the_contracts_own_error_examples_are_read(
    contract: Any, status: int, schema: str, outcome: Outcome, words: str
) -> None:
    sent = example_of(contract, "BodySchema")
    answer = read_answer(
        status,
        "application/json",
        json.dumps(example_of(contract, schema)).encode(),
        sent=sent,
        echo=expected_echo(sent, labels_by_code(WireCodes())),
        now=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert (answer.outcome, answer.words) == (outcome, words)


def test_the_read_side_answers_in_the_shape_of_its_contract(opened: tuple[str, str, dict[str, str]]) -> None:
    url, key, body = opened
    requests.post(f"{url}/api/inscription", json=body, headers={"X-API-Key": key}, timeout=60)
    token = requests.post(f"{url}/sandbox/read-keys", json={"use": "particulier"}, headers=ADMIN, timeout=60).json()["key"]
    document = yaml.load(READ_CONTRACT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    responses = document["paths"][READ_PATH]["get"]["responses"]
    for ine, bearer, status in ((body["ine"], token, 200), ("0" * 11, token, 404), (body["ine"], "wrong", 401)):
        answer = requests.get(
            f"{url}{READ_PATH}",
            params={"ine": ine, "recipient": "13002526500013"},
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=60,
        )
        assert answer.status_code == status
        schema = responses[str(status)]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json(), schema if status == 200 else document["components"]["schemas"]["Error"])
