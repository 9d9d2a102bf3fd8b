"""Fifty schools validated in a row by one worker: `python -m benchmarks.in_a_row`, a minute.

A process makes itself ready as a worker does, and forks a task per school, which judges a thousand rows, as Airflow's workers
do. What was imported before the first fork is paid once; what a fork imports for itself would be paid once per school.
"""

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.paths import PROJECT

SCHOOLS, ROWS = 50, 1_000
#: Of what making ready takes: a fork that takes so much for a thousand rows has imported Great Expectations once more.
MOST_OF_READY = 0.5


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds of making ready, of all validations, of the median one; modules of Great Expectations that forks loaded."""

    schools: int
    rows: int
    ready: float
    validations: float
    each: float
    modules_loaded_again: int

    def missed(self) -> list[str]:
        """Return a sentence when a school has paid for the import."""
        if self.modules_loaded_again or self.each > MOST_OF_READY * self.ready:
            found = f"{self.modules_loaded_again} modules of Great Expectations, and {self.each} CPU seconds a school"
            return [f"schools in a row loaded {found}, where making ready takes {self.ready}"]
        return []


def in_a_row() -> Row:
    """Return what a worker takes for fifty schools: in a process of its own, which has imported nothing yet."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.in_a_row"]
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Row)


def _measure(folder: Path) -> Row:
    """Write a school's rows, make ready, and let a fork after the other judge them."""
    file = folder / "enrolments.jsonl"
    subprocess.run([sys.executable, "-m", "benchmarks.in_a_row", str(file)], check=True)
    begun = time.process_time()
    from supdata.orchestration.warming import warm_workers

    warm_workers()
    ready = time.process_time() - begun
    found = [_forked(file) for _ in range(SCHOOLS)]
    return Row(
        schools=SCHOOLS,
        rows=ROWS,
        ready=round(ready, 2),
        validations=round(sum(cpu for cpu, _ in found), 2),
        each=round(median(cpu for cpu, _ in found), 3),
        modules_loaded_again=sum(modules for _, modules in found),
    )


def _forked(file: Path) -> tuple[float, int]:
    """Judge in a fork, and return its CPU seconds and how many modules of Great Expectations it loaded."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, msgspec.json.encode(_loaded_by_judging(file)))
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        modules = msgspec.json.decode(answer.read() or b"null", type=int | None)
    if status or modules is None:
        raise SystemExit("a fork could not judge")
    return used.ru_utime + used.ru_stime, modules


def _loaded_by_judging(file: Path) -> int:
    before = _modules()
    from benchmarks.lots_of_rows import institution
    from supdata.validate.judging import judge

    with file.open("rb") as lines:
        judged = judge(lines, institution(), PROJECT / "expectations" / "enrolment.json", date(2026, 11, 2))
    if len(judged.judgements) != ROWS:
        raise SystemExit(f"{len(judged.judgements)} rows were judged")
    return len(_modules() - before)


def _modules() -> set[str]:
    return {name for name in sys.modules if name.partition(".")[0] == "great_expectations"}


def _write(file: Path) -> None:
    from benchmarks.lots_of_rows import write_rows

    write_rows(file, ROWS, bad=0.05)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _write(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as temporary:
            print(msgspec.json.encode(_measure(Path(temporary))).decode())  # noqa: T201
