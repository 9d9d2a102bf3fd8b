"""The local registry as one application: write side, read side, administration."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
from fastapi import FastAPI, Request
from fastapi.responses import Response

from supdata.sandbox.registry.administering import Administration, admin_router
from supdata.sandbox.registry.keys import KeyRing
from supdata.sandbox.registry.pool import open_pool
from supdata.sandbox.registry.reading import ReadSide
from supdata.sandbox.registry.replies import INTERNAL, error_reply
from supdata.sandbox.registry.store import Store
from supdata.sandbox.registry.writing import WriteSide

log = logging.getLogger(__name__)

CONNECTIONS = 8


def build_app(database_url: str, admin_token: str) -> FastAPI:
    """Return the application; its tables are made and its keys read when it starts."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with open_pool(database_url, CONNECTIONS) as pool:
            store = Store(pool)
            await store.prepare()
            _add_routes(app, store, KeyRing(await store.grants()), admin_token)
            yield

    app = FastAPI(title="API SupData (bac à sable)", lifespan=running, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(psycopg.Error, _database_away)
    return app


def _add_routes(app: FastAPI, store: Store, keys: KeyRing, admin_token: str) -> None:
    write_side, read_side = WriteSide(store, keys), ReadSide(store, keys)
    # Plain routes: FastAPI's own reading of bodies would answer 422 where the contract says 400.
    plain: tuple[tuple[str, Callable[[Request], Awaitable[Response]], str], ...] = (
        ("/api/inscription", write_side.post, "POST"),
        ("/api/etudiant", read_side.get_student, "GET"),
        ("/v3/mesri/statut_etudiant/ine", read_side.get_status, "GET"),
    )
    for path, endpoint, method in plain:
        app.add_route(path, endpoint, methods=[method])
    app.include_router(admin_router(Administration(store, keys, write_side, read_side), admin_token))


async def _database_away(_: Request, error: Exception) -> Response:
    """Answer the contract's 500. The error's text may quote a row: its kind is all that is logged."""
    log.error("sandbox.database_failed kind=%s", type(error).__name__)
    return error_reply(500, INTERNAL, "")
