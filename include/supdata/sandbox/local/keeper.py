"""The process between us and a command: it ends the command, and all below it, when we are gone. See `keeping`.

Started as `python -m supdata.sandbox.local.keeper <descriptor>`; the command is the first line that comes out of the pipe.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time

from supdata.sandbox.local.kernel import adopt_orphans, die_with_parent, end_descendants

#: How long a command may take to stop in order before it is ended with all it started.
STOP_SECONDS = 40.0
LOOK_SECONDS = 0.1


def keep(pipe: int) -> int:
    """Run the command that `pipe` names until it ends or the pipe closes, and return its exit code."""
    adopt_orphans()
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the pipe is what tells us to stop
    with os.fdopen(pipe, "rb", buffering=0) as reading:
        line = reading.readline()
        if not line:
            return 128 + signal.SIGTERM  # our caller was gone before it said what to run
        code = _run(json.loads(line), reading.fileno())
    end_descendants()
    return code if code >= 0 else 128 - code


def _run(command: list[str], pipe: int) -> int:
    process = subprocess.Popen(command, preexec_fn=_prepare, start_new_session=True)  # noqa: PLW1509 - no thread here
    code: int | None = None
    deadline = float("inf")
    while (code := _reap(process)) is None and time.monotonic() < deadline:
        if deadline < float("inf"):
            time.sleep(LOOK_SECONDS)
        elif select.select([pipe], [], [], LOOK_SECONDS)[0]:
            process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
    return -signal.SIGKILL if code is None else code


def _prepare() -> None:
    """Undo, in the command, what the keeper ignores, and have it told if the keeper dies."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(signal.SIGTERM)


def _reap(process: "subprocess.Popen[bytes]") -> int | None:
    """Take the dead off the process table, adopted ones too; return the command's exit code once it is among them."""
    while process.returncode is None:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return process.returncode
        if pid == 0:
            return None
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


if __name__ == "__main__":
    sys.exit(keep(int(sys.argv[1])))
