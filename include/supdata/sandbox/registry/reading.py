"""The read side: SupData's own service, which the State's gateway asks, and that gateway's answer to administrations.

Sources: `GET /api/etudiant?INE=` as API Particulier's own client calls it; `GET /v3/mesri/statut_etudiant/ine` as its OpenAPI
document of 2026 describes it. What the registry shows of an enrolment declared twice is not documented: here, both rows.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from supdata.records.regime import REGIME_LABELS
from supdata.sandbox.registry.declarations import REGIMES, STATUTS
from supdata.sandbox.registry.faults import Allowance, Fault, FaultDraw, FaultPlan
from supdata.sandbox.registry.keys import KeyRing, Use
from supdata.sandbox.registry.replies import (
    INVALID,
    READ,
    TOO_MANY,
    UNKNOWN_STUDENT,
    bad_gateway,
    bad_key,
    error_reply,
    json_reply,
)
from supdata.sandbox.registry.resetting import reset
from supdata.sandbox.registry.store import Row, Store

_INE = re.compile(r"[0-9a-zA-Z]{11}")
_CALLER = re.compile(r"\S+ - \S.*")


class ReadSide:
    """Both read APIs."""

    def __init__(self, store: Store, keys: KeyRing) -> None:
        self._store = store
        self._keys = keys
        self.fail_as(FaultPlan())

    def fail_as(self, plan: FaultPlan) -> None:
        """Fail as `plan.read` says from now on."""
        self._plan, self._faults = plan, FaultDraw(plan.read)
        self._allowance = Allowance(plan.read.rate_per_second, time.monotonic())

    async def get_student(self, request: Request) -> Response:
        """Answer `GET /api/etudiant?INE=` to the gateway: `X-API-Key`, and `X-Caller: <id> - <name>`."""

        def busy(headers: Mapping[str, str]) -> Response:
            return error_reply(429, TOO_MANY, "", asked=READ, headers=headers)

        return await self._failing(request, "INE", busy) or await self._student(request)

    async def get_status(self, request: Request) -> Response:
        """Answer `GET /v3/mesri/statut_etudiant/ine?ine=&recipient=` to an administration with a bearer token."""

        def busy(headers: Mapping[str, str]) -> Response:
            return _v3_error(429, "00429", "Trop de requêtes", "Vous avez effectué trop de requêtes", None, headers=headers)

        return await self._failing(request, "ine", busy) or await self._status(request)

    async def _failing(self, request: Request, name: str, busy: Callable[[Mapping[str, str]], Response]) -> Response | None:
        """Return the answer of a fault, None when there is none."""
        if wait := self._allowance.wait(time.monotonic()):
            return busy({"Retry-After": str(wait)})
        match self._faults.draw(request.query_params.get(name, "").encode()):
            case Fault.TOO_MANY:
                return busy({"Retry-After": str(self._plan.retry_after_seconds)})
            case Fault.BAD_GATEWAY:
                return bad_gateway()
            case Fault.RESET_BEFORE:
                return await reset(request)
            case Fault.STALL_AFTER:
                await asyncio.sleep(self._plan.stall_ms / 1000)
        return None

    async def _student(self, request: Request) -> Response:
        key = request.headers.get("X-API-Key", "")
        if self._keys.grant(key, Use.GATEWAY) is None:
            return bad_key(key, asked=READ)
        if not _CALLER.fullmatch(request.headers.get("X-Caller", "")):
            return error_reply(400, INVALID, "X-Caller", asked=READ)
        ine = request.query_params.get("INE", "")
        if not _INE.fullmatch(ine):
            return error_reply(400, INVALID, "INE", asked=READ)
        rows = await self._store.find(ine, self._plan.read.lag_seconds)
        return json_reply(200, as_student(rows)) if rows else error_reply(404, UNKNOWN_STUDENT, [ine], asked=READ)

    async def _status(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._keys.grant(token, Use.PARTICULIER) is None:
            return _v3_error(401, "00101", "Interdit", "Votre token n'est pas valide ou n'est pas renseigné", "token")
        if not request.query_params.get("recipient"):
            return _v3_error(422, "00203", "Entité non traitable", "Le paramètre recipient est obligatoire", "recipient")
        ine = request.query_params.get("ine", "")
        if not _INE.fullmatch(ine):
            return _v3_error(422, "00367", "Entité non traitable", "Le paramètre ine n'est pas correctement formaté", "ine")
        rows = await self._store.find(ine, self._plan.read.lag_seconds)
        if not rows:
            return _v3_not_found()
        data = as_status(rows)
        hidden = self._plan.read.hidden
        data["admissions"] = [{name: value for name, value in one.items() if name not in hidden} for one in data["admissions"]]
        return json_reply(200, {"data": data, "links": {}, "meta": {}})


def as_student(rows: list[Row]) -> dict[str, Any]:
    """Return a student with their enrolments, as SupData tells the gateway."""
    first = rows[0]
    return {
        "ine": first.ine,
        "nomFamille": first.family_name,
        "prenom": first.first_name,
        "dateNaissance": first.birth.isoformat(),
        "inscriptions": [
            {
                "dateDebutInscription": row.start,
                "dateFinInscription": row.end,
                "statut": STATUTS[row.statut],
                "regime": _regime(row)["libelle"],
                "codeCommune": row.commune,
                "etablissement": {"uai": row.uai, "nom": row.establishment},
            }
            for row in rows
        ],
    }


def as_status(rows: list[Row]) -> dict[str, Any]:
    """Return the `data` of API Particulier v3, where `statut` is a boolean and enrolments are called admissions.

    The commune comes out as it was declared: what the registry does with a postal code is not documented.
    """
    first = rows[0]
    birth = first.birth.isoformat()
    return {
        "identite": {"nom_naissance": first.family_name, "prenom": first.first_name, "date_naissance": birth},
        "admissions": [
            {
                "date_debut": row.start,
                "date_fin": row.end,
                "est_inscrit": STATUTS[row.statut] == "inscrit",
                "regime_formation": _regime(row),
                "code_cog_insee_commune": row.commune,
                "etablissement_etudes": {"uai": row.uai, "nom": row.establishment},
            }
            for row in rows
        ],
    }


def _regime(row: Row) -> dict[str, str | None]:
    """Return label and code of a row's regime; both null when none was declared."""
    code = REGIMES.get(row.regime)
    return {"libelle": None if code is None else REGIME_LABELS[code], "code": code}


def _v3_error(
    status: int, code: str, title: str, detail: str, parameter: str | None, *, headers: Mapping[str, str] | None = None
) -> Response:
    source = None if parameter is None else {"parameter": parameter}
    error = {"code": code, "title": title, "detail": detail, "source": source, "meta": {}}
    return json_reply(status, {"errors": [error]}, headers)


def _v3_not_found() -> Response:
    detail = "Aucun étudiant n'a pu être trouvé avec les critères de recherche fournis."
    return _v3_error(404, "25003", "Entité non trouvée", detail, None)
