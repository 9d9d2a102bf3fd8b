"""`/sandbox/…`: what whoever runs the local registry does to it. Not part of the registry's contract.

    GET    /sandbox/health       {"status": "ok"} once the database answers; open to all
    POST   /sandbox/keys         {uai, kind, name?, also?} -> {"uai", "key"}; 403 for a kind that may not write
    DELETE /sandbox/keys/{uai}   every key that writes for it is refused from now on -> {"revoked"}
    POST   /sandbox/read-keys    {use: gateway | particulier} -> {"key"}
    POST   /sandbox/directory    {students: [{ine, dateNaissance, nomFamille?, prenom?}]} -> {"students"}: how many it knows
    GET    /sandbox/stats        {"rows", "distinct", "posts"}
    GET    /sandbox/faults       the plan; PUT replaces it, absent keys meaning none
    GET    /sandbox/held         {"held"}: how many calls wait for another plan, see `hold_after`

All but health need `X-Admin-Token` and a caller on this machine.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict

from supdata.config.models import Uai
from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.registry.faults import FaultPlan
from supdata.sandbox.registry.keys import MAY_WRITE, Grant, KeyRing, Use, digest_of, new_key
from supdata.sandbox.registry.reading import ReadSide
from supdata.sandbox.registry.store import Store, Student
from supdata.sandbox.registry.writing import WriteSide


class KeyRequest(BaseModel):
    """Who asks for a key: an establishment, its kind, and other establishments it declares for."""

    model_config = ConfigDict(extra="forbid")

    uai: Uai
    kind: str
    name: str = ""
    also: list[Uai] = []


class ReadKeyRequest(BaseModel):
    """Which read API a key is for."""

    model_config = ConfigDict(extra="forbid")

    use: Literal[Use.GATEWAY, Use.PARTICULIER]


class Entry(msgspec.Struct, frozen=True):
    """A student as the directory is told; a name is made up where none is given, since the read side must show one."""

    ine: str
    dateNaissance: date
    nomFamille: str = "NOM"
    prenom: str = "Prénom"


class Directory(msgspec.Struct, frozen=True):
    """Students for the directory, any number."""

    students: list[Entry]


class Administration:
    """What the routes do."""

    def __init__(self, store: Store, keys: KeyRing, write_side: WriteSide, read_side: ReadSide) -> None:
        self._store = store
        self._keys = keys
        self._write_side = write_side
        self._read_side = read_side

    async def health(self) -> dict[str, str]:
        """Answer once the database does."""
        await self._store.answer()
        return {"status": "ok"}

    async def issue(self, asked: KeyRequest) -> dict[str, str]:
        """Make the establishments known and issue a key that writes for them."""
        if asked.kind not in MAY_WRITE:
            raise HTTPException(403, f"seuls peuvent déclarer : {', '.join(sorted(MAY_WRITE))}")
        uais = dict.fromkeys([asked.uai, *asked.also])
        for uai in uais:
            await self._store.add_establishment(uai, asked.kind, asked.name or f"ETABLISSEMENT {uai}")
        return {"uai": asked.uai, "key": await self._issue(Use.WRITE, frozenset(uais))}

    async def issue_to_reader(self, asked: ReadKeyRequest) -> dict[str, str]:
        """Issue a key to a reader."""
        return {"key": await self._issue(asked.use, frozenset())}

    async def _issue(self, use: Use, uais: frozenset[str]) -> str:
        key = new_key()
        grant = Grant(digest_of(key), use, uais)
        await self._store.add_key(grant)
        self._keys.add(grant)
        return key

    async def revoke(self, uai: str) -> dict[str, int]:
        """Refuse every key that writes for an establishment."""
        gone = self._keys.revoke(uai)
        await self._store.drop_keys(gone)
        return {"revoked": len(gone)}

    async def fill(self, request: Request) -> dict[str, int]:
        """Add students to the directory."""
        try:
            told = msgspec.json.decode(await request.body(), type=Directory)
        except msgspec.MsgspecError as error:
            raise HTTPException(422, str(error)) from error
        students = (Student(one.ine.upper(), one.dateNaissance, one.nomFamille, one.prenom) for one in told.students)
        return {"students": await self._store.add_students(students)}

    async def stats(self) -> dict[str, int]:
        """Count rows, rows that differ in what was declared, and calls since the start."""
        rows, distinct = await self._store.count()
        return {"rows": rows, "distinct": distinct, "posts": self._write_side.posts}

    async def faults(self) -> FaultPlan:
        """Tell how calls fail."""
        return self._write_side.plan

    async def held(self) -> dict[str, int]:
        """Count the calls that are held."""
        return {"held": self._write_side.held}

    async def fail_as(self, plan: FaultPlan) -> FaultPlan:
        """Make calls fail as `plan` says."""
        self._write_side.fail_as(plan)
        self._read_side.fail_as(plan)
        return plan


def admin_router(administration: Administration, admin_token: str) -> APIRouter:
    """Return the routes of whoever runs the registry; `admin_token` opens all but health."""
    router = APIRouter(prefix="/sandbox")
    router.add_api_route("/health", administration.health)
    only = [Depends(_admin_only(admin_token))]
    router.add_api_route("/keys", administration.issue, methods=["POST"], dependencies=only)
    router.add_api_route("/keys/{uai}", administration.revoke, methods=["DELETE"], dependencies=only)
    router.add_api_route("/read-keys", administration.issue_to_reader, methods=["POST"], dependencies=only)
    router.add_api_route("/directory", administration.fill, methods=["POST"], dependencies=only)
    router.add_api_route("/stats", administration.stats, dependencies=only)
    router.add_api_route("/faults", administration.faults, dependencies=only)
    router.add_api_route("/held", administration.held, dependencies=only)
    router.add_api_route("/faults", administration.fail_as, methods=["PUT"], dependencies=only)
    return router


def _admin_only(admin_token: str) -> Callable[[Request, str], Awaitable[None]]:
    async def check(request: Request, x_admin_token: Annotated[str, Header()] = "") -> None:
        near = request.client is not None and request.client.host in {LOOPBACK, "::1"}
        if not near or not secrets.compare_digest(x_admin_token.encode(), admin_token.encode()):
            raise HTTPException(403, "réservé à l'administration du bac à sable, depuis cette machine")

    return check
