"""Loopback ports nobody uses."""

import socket

LOOPBACK = "127.0.0.1"


def reserve_port() -> socket.socket:
    """Return a socket that keeps a free loopback port from everybody who asks for any, until it is closed.

    A server told this very port may listen there all the same, as often as it is started: with SO_REUSEADDR, which servers
    set, Linux lets it share a port on which nobody listens yet.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((LOOPBACK, 0))
    return held


def free_ports(count: int) -> list[int]:
    """Return `count` different loopback ports that were free just now.

    All are bound at once before any is released, so that none is handed out twice.
    """
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
