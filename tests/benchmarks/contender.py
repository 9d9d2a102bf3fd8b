"""One contender of the speed benchmark, in a process of its own: `python -m benchmarks.contender NAME FILE`.

Everyone starts from the same file of enrolments and must end with the rules that each row breaks, in Python. What is measured
lies between the two; importing is measured apart. Prints one line of JSON.
"""

import gc
import resource
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Protocol

import msgspec

from benchmarks.lots_of_rows import institution
from supdata.config.models import Institution

#: The rules each row breaks, by its place in the file; rows without a mistake may be left out.
Reasons = dict[int, tuple[str, ...]]


class Contender(Protocol):
    """A way to judge enrolments."""

    def warm_up(self, school: Institution) -> None:
        """Import what is needed, and pay what is paid once per process."""

    def judge(self, path: Path, school: Institution) -> object:
        """Judge the enrolments in `path`; the answer keeps the reasons of each row as Python values."""

    def count(self, answer: object) -> Counter[str]:
        """Count how many rows break each rule; not measured."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one run took. Seconds; MiB. `broken` is how many rows break each rule: contenders must agree."""

    contender: str
    import_cpu: float
    wall: float
    cpu: float
    start_mib: float
    peak_mib: float
    broken: dict[str, int]


#: Where each contender is: a process imports only its own.
CONTENDERS = {
    "supdata": ("benchmarks.with_supdata", "WithSupdata"),
    "pandera": ("benchmarks.with_pandera", "WithPandera"),
    "polars": ("benchmarks.with_polars", "WithPolars"),
}


def contender(name: str) -> Contender:
    """Return a contender by name; raises KeyError for another name."""
    module, class_name = CONTENDERS[name]
    found: Contender = getattr(import_module(module), class_name)()
    return found


def measure(name: str, path: Path) -> Run:
    """Let a contender judge the enrolments in `path`, and say what that took."""
    start = time.process_time()
    one, school = contender(name), institution()
    one.warm_up(school)
    imported, start_mib = time.process_time(), _peak_mib()
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    answer = one.judge(path, school)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Run(
        contender=name,
        import_cpu=imported - start,
        wall=wall,
        cpu=cpu,
        start_mib=start_mib,
        peak_mib=_peak_mib(),
        broken=dict(sorted(one.count(answer).items())),
    )


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts KiB


def main() -> None:
    """Measure the contender named on the command line."""
    sys.stdout.write(msgspec.json.encode(measure(sys.argv[1], Path(sys.argv[2]))).decode() + "\n")


if __name__ == "__main__":
    main()
