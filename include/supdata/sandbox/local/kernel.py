"""Two promises only the kernel can keep: orphans come to us, and we are told when our parent dies.

Elsewhere than on Linux both calls do nothing: there the ordered stop is all there is.
"""

import ctypes
import os
import sys
import time

import psutil

# <sys/prctl.h>
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

#: Signals sent to what is left over, gentlest first, with the seconds each is given. SIGINT is second because PostgreSQL
#: takes it for "now, but in order", where SIGTERM makes it wait for its clients.
ESCALATION = (("terminate", 2.0), ("interrupt", 2.0), ("kill", 5.0))
SIGNALS = {"terminate": 15, "interrupt": 2, "kill": 9}


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, whatever session or group it moved to."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(signal_number: int) -> None:
    """Ask for `signal_number` when the parent of this process dies."""
    _prctl(PR_SET_PDEATHSIG, signal_number)


def end_descendants() -> int:
    """End every process below this one, and return how many there were.

    They are listed anew at each look, since a process being ended may still start another.
    """
    first = len(_descendants())
    for word, seconds in ESCALATION:
        deadline = time.monotonic() + seconds
        told: set[psutil.Process] = set()
        while (left := _descendants()) and time.monotonic() < deadline:
            _tell([process for process in left if process not in told], SIGNALS[word])
            told.update(left)
            time.sleep(0.05)
    return first


def _tell(processes: list[psutil.Process], signal_number: int) -> None:
    for process in processes:
        try:
            process.send_signal(signal_number)
        except psutil.NoSuchProcess:
            continue


def _descendants() -> list[psutil.Process]:
    """Return the living descendants; the dead that wait for us are taken off the process table on the way."""
    living = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
            elif process.ppid() == os.getpid():
                os.waitpid(process.pid, os.WNOHANG)
        except (psutil.NoSuchProcess, ChildProcessError):
            continue
    return living


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
