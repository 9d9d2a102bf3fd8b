"""`POST /api/inscription`: key, form, establishment, student, row, in this order; and the faults that were asked for.

The order is the contract's as far as its answers show it: a bad key is told before anything is looked at, and what cannot be
looked up (400) before what is not found (404).
"""

import asyncio
import time

from starlette.requests import Request
from starlette.responses import Response

from supdata.sandbox.registry.declarations import read_declaration
from supdata.sandbox.registry.faults import Allowance, Fault, FaultDraw, FaultPlan
from supdata.sandbox.registry.gate import Gate
from supdata.sandbox.registry.keys import KeyRing, Use
from supdata.sandbox.registry.replies import (
    INTERNAL,
    INVALID,
    TOO_MANY,
    UNAVAILABLE,
    UNKNOWN_ESTABLISHMENT,
    UNKNOWN_STUDENT,
    acceptance,
    bad_gateway,
    bad_key,
    error_reply,
)
from supdata.sandbox.registry.resetting import reset
from supdata.sandbox.registry.store import Store


class WriteSide:
    """The write API, its faults, and how many calls it had."""

    def __init__(self, store: Store, keys: KeyRing) -> None:
        self._store = store
        self._keys = keys
        self.posts = 0
        self._gate = Gate(0)
        self.fail_as(FaultPlan())

    @property
    def plan(self) -> FaultPlan:
        """How it fails at present."""
        return self._plan

    @property
    def held(self) -> int:
        """How many calls wait for another plan."""
        return self._gate.held

    def fail_as(self, plan: FaultPlan) -> None:
        """Fail as `plan` says from now on; every body counts as never seen, and calls that were held go on."""
        self._gate.open()
        self._gate = Gate(plan.hold_after)
        self._plan, self._faults = plan, FaultDraw(plan)
        self._allowance = Allowance(plan.rate_per_second, time.monotonic())

    async def post(self, request: Request) -> Response:
        """Answer one call."""
        self.posts += 1
        body = await request.body()
        plan, fault, gate = self.plan, self._faults.draw(body), self._gate
        held = gate.arrive()
        if held % 2 == 1:
            await gate.wait()
        if plan.latency_ms:
            await asyncio.sleep(plan.latency_ms / 1000)
        if wait := self._allowance.wait(time.monotonic()):
            return _later(429, TOO_MANY, wait)
        if fault is Fault.RESET_BEFORE:
            return await reset(request)
        early = _failing_early(fault, plan)
        answer = early if early is not None else await self._failing_late(request, fault, plan, body)
        if held:
            await gate.wait()
        return answer

    async def _failing_late(self, request: Request, fault: Fault, plan: FaultPlan, body: bytes) -> Response:
        """Do what was asked, and fail to say so."""
        answer = await self._declare(request.headers.get("X-API-Key", ""), body)
        if fault is Fault.STALL_AFTER:
            await asyncio.sleep(plan.stall_ms / 1000)
        if fault is Fault.RESET_AFTER:
            return await reset(request)
        return error_reply(500, INTERNAL, "") if fault is Fault.ERROR_AFTER else answer

    async def _declare(self, key: str, body: bytes) -> Response:
        grant = self._keys.grant(key, Use.WRITE)
        if grant is None:
            return bad_key(key)
        declaration = read_declaration(body)
        if isinstance(declaration, str):
            return error_reply(400, INVALID, declaration)
        if declaration.uai not in grant.uais:
            return error_reply(404, UNKNOWN_ESTABLISHMENT, [declaration.uai])
        identifier = await self._store.declare(declaration)
        if identifier is None:
            return error_reply(404, UNKNOWN_STUDENT, [declaration.values["ine"], declaration.values["dateNaissance"]])
        return acceptance(identifier, declaration)


def _failing_early(fault: Fault, plan: FaultPlan) -> Response | None:
    """Return the answer of a fault that happens before the write, None for any other."""
    match fault:
        case Fault.TOO_MANY:
            return _later(429, TOO_MANY, plan.retry_after_seconds)
        case Fault.UNAVAILABLE:
            return _later(503, UNAVAILABLE, plan.retry_after_seconds)
        case Fault.ERROR_BEFORE:
            return error_reply(500, INTERNAL, "")
        case Fault.BAD_GATEWAY:
            return bad_gateway()
        case _:
            return None


def _later(status: int, message: str, seconds: int) -> Response:
    return error_reply(status, message, "", headers={"Retry-After": str(seconds)})
