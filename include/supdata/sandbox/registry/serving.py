"""The local registry as a process: one, since keys and faults live in its memory."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg
import uvicorn

from supdata.errors import FixConfig
from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.registry.app import build_app
from supdata.sandbox.registry.resetting import ResettableProtocol

#: Longer than the client keeps a connection idle, so that we are never the one who closes it under a request.
KEEP_ALIVE_SECONDS = 30
STOP_SECONDS = 3
ATTEMPTED = "Starting the sandbox registry"


def serve(database_url: str, port: int, admin_token: str, host: str = LOOPBACK) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises FixConfig when the port is taken or the database cannot be reached.
    """
    listening = _listen(host, port)
    make_server(database_url, admin_token).run(sockets=[listening])


def make_server(database_url: str, admin_token: str) -> uvicorn.Server:
    """Return the server, for whoever hands it a socket and runs it.

    Raises FixConfig when the database cannot be reached.
    """
    _reach(database_url)
    config = uvicorn.Config(
        build_app(database_url, admin_token),
        http=ResettableProtocol,
        access_log=False,  # addresses may hold an INE
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # who calls is who is connected: administration is for this machine
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return uvicorn.Server(config)


@contextmanager
def registry_in_thread(database_url: str, admin_token: str) -> Iterator[str]:
    """Serve on a free port from a thread of this process, and yield the address; for tests.

    Raises FixConfig when the database cannot be reached.
    """
    listening = _listen(LOOPBACK, 0)
    server = make_server(database_url, admin_token)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.005)
    try:
        yield f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise FixConfig(ATTEMPTED, f"port {port} cannot be used ({error.strerror})", "Choose another with --port.") from error


def _reach(database_url: str) -> None:
    """Fail before the server does: it would only say so in a traceback."""
    try:
        psycopg.connect(database_url, connect_timeout=10).close()
    except psycopg.Error:  # its words may quote the address, password included
        raise FixConfig(ATTEMPTED, "its database cannot be reached", "Check the database's address.") from None
