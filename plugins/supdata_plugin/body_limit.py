"""No request may be larger than a list of rows to correct can be: what is too large is refused before any of it is read."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

#: A hundred thousand lines of a work list as CSV.
MAX_BYTES = 16 * 1024 * 1024
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyLimit:
    """Middleware that lets in what says how large it is, and is not too large."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that it is too large."""
        if scope["type"] == "http" and scope["method"] not in WITHOUT_BODY:
            length = Headers(scope=scope).get("content-length", "")
            if not length.isdecimal() or int(length) > MAX_BYTES:
                refusal = PlainTextResponse("A file of at most 16 MB can be given back.", 413 if length.isdecimal() else 411)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
