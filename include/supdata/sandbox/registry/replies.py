"""The bodies the registry answers with, as its contract writes them."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import HTMLResponse, Response

from supdata.sandbox.registry.declarations import STATUTS, Declaration

WRITE = ("POST", "inscription")
READ = ("GET", "etudiant")
Asked = tuple[str, str]

CREATED = "une nouvelle inscription créée"
INVALID = "la valeur du paramètre n'est pas valide"
NOT_AUTHENTICATED = "échec d'authentification"
UNKNOWN_STUDENT = "étudiant introuvable"
UNKNOWN_ESTABLISHMENT = "établissement introuvable"
INTERNAL = "erreur serveur interne"
TOO_MANY = "trop de requêtes"
UNAVAILABLE = "service momentanément indisponible"

BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"


def json_reply(status: int, document: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return `document` as a JSON answer."""
    return Response(msgspec.json.encode(document), status, headers, media_type="application/json")


def error_reply(
    status: int, message: str, parameter: str | list[str], *, asked: Asked = WRITE, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error in the registry's shape; `parameter` echoes what was asked, students included, as the registry does."""
    details = {"method": asked[0], "endpoint": asked[1], "parameter": parameter}
    return json_reply(status, {"message": message, "uid": _uid(), "details": details}, headers)


def acceptance(identifier: int, declaration: Declaration) -> Response:
    """Return the 200 of a new row: seven fields come back, `statut` by its label."""
    values = declaration.values
    inscription = {
        "id_inscription": str(identifier),
        "ine": values["ine"],
        "dateNaissance": values["dateNaissance"],
        "dateDebutInscription": values["dateDebutInscription"],
        "dateFinInscription": values["dateFinInscription"],
        "statut": STATUTS[values["statut"]],
        "codeCommune": values["codeCommune"],
        "uai": values["uai"],
    }
    return json_reply(200, {"message": CREATED, "inscription": inscription})


def bad_key(key: str, *, asked: Asked = WRITE) -> Response:
    """Return the 401, which repeats the beginning of the key."""
    return error_reply(401, NOT_AUTHENTICATED, f"le token {key[:3]} n'est pas valide", asked=asked)


def bad_gateway() -> Response:
    """Return the page of a proxy whose server has gone."""
    return HTMLResponse(BAD_GATEWAY, 502)


def _uid() -> str:
    """Return an error's number in the form of the contract's example: 5e68e563116ab_0000."""
    return f"{time.time_ns() // 1000:013x}"[-13:] + f"_{secrets.randbelow(10_000):04d}"
