"""A real TCP reset in the middle of a call, as a firewall or a crashing server gives it."""

import asyncio
import socket
import struct

from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "supdata.transport"
#: On, no lingering: closing then sends RST in place of FIN.
_LINGER_NOT = struct.pack("ii", 1, 0)


class ResettableProtocol(HttpToolsProtocol):
    """Hands each call the transport it came by: ASGI itself has no way to break a connection."""

    def on_message_begin(self) -> None:
        """Begin a call."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"transport": self.transport}}


async def reset(request: Request) -> Response:
    """Reset the connection of `request`; what is returned reaches nobody."""
    transport: asyncio.Transport = request.scope["extensions"][EXTENSION]["transport"]
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
    await asyncio.sleep(0)  # lets the server notice, so that it writes nothing to a connection that is gone
    return Response(status_code=500)
