"""No request may be larger than a list of rows to correct can be: what is too large is refused before any of it is read."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from supdata.corrections.reading import LARGEST_FILE

#: The largest list that is read, and what a form adds to it.
MAX_BYTES = LARGEST_FILE + 64 * 1024
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
                said = f"A file of at most {LARGEST_FILE // 1_000_000} MB can be given back."
                refusal = PlainTextResponse(said, 413 if length.isdecimal() else 411)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
