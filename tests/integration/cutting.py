"""A line that is cut: a loopback proxy that passes bytes on until it has passed enough of them, connection by connection."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BLOCK = 4_096


@contextmanager
def cut_line(port: int, budgets: list[int]) -> Iterator[int]:
    """Yield a port that leads to `port`; the n-th connection is reset once `budgets[n]` bytes have come back through it.

    Connections beyond the budgets are left whole. `budgets` is used up: what is left of it was never needed.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                budget = budgets.pop(0) if budgets else None
                for one, other, limit in ((near, far, None), (far, near, budget)):
                    threads.append(threading.Thread(target=_pump, args=(one, other, limit), daemon=True))
                    threads[-1].start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(10)
        for thread in threads:
            thread.join(10)


def _pump(source: socket.socket, target: socket.socket, budget: int | None) -> None:
    """Pass bytes on until the source ends or the budget is spent, then end both sides."""
    passed = 0
    with suppress(OSError):
        while block := source.recv(BLOCK if budget is None else max(1, min(BLOCK, budget - passed))):
            target.sendall(block)
            passed += len(block)
            if budget is not None and passed >= budget:
                break
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
