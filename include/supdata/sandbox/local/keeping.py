"""Runs a command so that nothing it starts outlives us, however we end.

Three processes: ours, a keeper in a session of its own, and the command below it. The keeper holds the reading end of a
pipe whose writing end only we have: when we are interrupted, or killed with a signal nobody can catch, the pipe closes and the
keeper ends the command and everything below it. If the command is killed, the keeper cleans up after it; if the keeper is
killed, we do. Nothing short of killing two of the three at once leaves a process behind, and then the command still
hears of its keeper's death from the kernel and stops in order.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from supdata.sandbox.local.kernel import adopt_orphans, die_with_parent, end_descendants

HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: `timeout` and make both pass a signal on to us: what comes within this time is still the first one.
ONE_SIGNAL_SECONDS = 1.0


def run_kept(command: Sequence[str]) -> int:
    """Run `command` to its end and return its exit code: 128 + n when signal n ended it, or ended us.

    The terminal's Ctrl-C reaches only us; the command gets one SIGTERM and time to stop in order. A second signal, from
    somebody who has lost patience, ends all of it at once.
    """
    adopt_orphans()
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)  # make passes signals on, but not the one it cannot catch
    reading, writing = os.pipe()
    keeper = subprocess.Popen(
        [sys.executable, "-m", "supdata.sandbox.local.keeper", str(reading)], pass_fds=[reading], start_new_session=True
    )
    os.close(reading)
    # Through the pipe rather than as arguments: whoever kills by a pattern of the command line spares the keeper.
    os.write(writing, json.dumps(list(command)).encode() + b"\n")
    with _closed_on_signal(writing) as heard:
        code = keeper.wait()
    end_descendants()
    return 128 + heard[0] if heard else code if code >= 0 else 128 - code


@contextmanager
def _closed_on_signal(pipe: int) -> Iterator[list[int]]:
    """Close `pipe` at the first signal, end everything at the second, and collect what was heard."""
    heard: list[int] = []
    first = 0.0

    def hear(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a signal handler
        nonlocal first
        if not heard:
            first = time.monotonic()
            os.close(pipe)
        elif time.monotonic() - first > ONE_SIGNAL_SECONDS:
            end_descendants()
        heard.append(number)

    before = {number: signal.signal(number, hear) for number in HEARD}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if not heard:
            os.close(pipe)
