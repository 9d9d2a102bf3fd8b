"""The sandbox as an Ed-Fi API looks to lightbeam: another path, another way to show the key, nothing else.

Every answer is the sandbox's, with its status and its delay, and a connection that it cuts is cut here. Only an error's JSON
is put into Ed-Fi's words, since lightbeam reads no other.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web

from supdata.sandbox.local.ports import LOOPBACK

RESOURCE = "enrolments"


class EdFiFront:
    """Hands lightbeam's calls to the registry at `registry`, with the school's `key`."""

    def __init__(self, registry: str, key: str) -> None:
        self._registry, self._key = registry, key

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application()
        app.router.add_get("/dependencies", self._dependencies)
        app.router.add_get("/{rest:.*}", self._base)
        app.router.add_post("/oauth/token", self._token)
        app.router.add_post(f"/data/v3/ed-fi/{RESOURCE}", self._post)
        app.cleanup_ctx.append(self._session)
        return app

    async def _session(self, app: web.Application):  # type: ignore[no-untyped-def]
        connector = TCPConnector(limit=0, keepalive_timeout=4)
        async with ClientSession(timeout=ClientTimeout(total=None), connector=connector) as self._client:
            yield

    async def _base(self, _: web.Request) -> web.Response:
        return web.json_response({"version": "5.3", "apiMode": "SharedInstance", "urls": {}})

    async def _dependencies(self, _: web.Request) -> web.Response:
        return web.json_response([{"resource": f"/ed-fi/{RESOURCE}", "order": 1, "operations": ["Create", "Update"]}])

    async def _token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "any", "expires_in": 86_400, "token_type": "bearer"})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        try:
            async with self._client.post(
                f"{self._registry}/api/inscription", data=await request.read(), headers=headers
            ) as answer:
                body, status, kind = await answer.read(), answer.status, answer.content_type
                later = {"Retry-After": answer.headers["Retry-After"]} if "Retry-After" in answer.headers else {}
        except ClientError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if status != 200 and kind == "application/json":
            body = json.dumps({"message": body.decode()}).encode()
        return web.Response(body=body, status=status, content_type=kind, headers=later)


@contextmanager
def edfi_front(registry: str, key: str) -> Iterator[str]:
    """Serve from a thread, and yield the address."""
    ready, loop = Event(), asyncio.new_event_loop()
    addresses: list[str] = []

    async def serve() -> None:
        runner = web.AppRunner(EdFiFront(registry, key).app(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, 0).start()
        addresses.append(f"http://{LOOPBACK}:{runner.addresses[0][1]}")
        ready.set()
        await stopping.wait()
        await runner.cleanup()

    stopping = asyncio.Event()
    thread = Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    try:
        yield addresses[0]
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        loop.close()
