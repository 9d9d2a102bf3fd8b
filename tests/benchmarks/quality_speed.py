"""How fast a million rows are judged, in how much memory: the product, pandera and polars, each in a process of its own.

`python -m benchmarks.quality_speed [ROWS]` lets each contender judge rows of which 1 %, then 30 %, are bad, and
leaves var/bench/quality_speed.json. All start from one file of enrolments and end with the reasons of each row in Python.
It ends with an error when a figure of the project is missed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.contender import CONTENDERS, Run
from benchmarks.lots_of_rows import write_rows
from benchmarks.paths import FIGURES
from benchmarks.quality_table import wide_console

ROWS, FEW = 1_000_000, 10_000
SHARES = (0.01, 0.30)
#: The best of so many runs: the machine has other things to do.
REPEATS = 2
OURS = "supdata"

Runs = Mapping[tuple[str, str], Run]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the benchmark found, for one share of bad rows, or for few rows (contender `supdata` alone)."""

    lot: str
    rows: int
    runs: list[Run]
    cpu_ratio_to_pandera: float | None = None
    cpu_ratio_to_polars: float | None = None
    wall_ratio_to_pandera: float | None = None
    wall_ratio_to_polars: float | None = None


def figures(runs: Runs, rows: Mapping[str, int]) -> list[Figures]:
    """Put the runs of each lot side by side."""
    lots = dict.fromkeys(lot for lot, _ in runs)
    return [
        Figures(
            lot=lot,
            rows=rows[lot],
            runs=[run for (of, _), run in runs.items() if of == lot],
            cpu_ratio_to_pandera=_ratio(runs, lot, "pandera", "cpu"),
            cpu_ratio_to_polars=_ratio(runs, lot, "polars", "cpu"),
            wall_ratio_to_pandera=_ratio(runs, lot, "pandera", "wall"),
            wall_ratio_to_polars=_ratio(runs, lot, "polars", "wall"),
        )
        for lot in lots
    ]


def missed(found: Sequence[Figures]) -> list[str]:
    """Return a sentence per figure of the project that is not reached; what counts against others is the clock on the wall."""
    faults = []
    for one in found:
        ours = next(run for run in one.runs if run.contender == OURS)
        if one.wall_ratio_to_pandera is not None and one.wall_ratio_to_pandera > 1:
            faults.append(f"{one.lot}: {one.wall_ratio_to_pandera:.2f} times pandera, wanted 1")
        if one.wall_ratio_to_polars is not None and one.wall_ratio_to_polars > 3:
            faults.append(f"{one.lot}: {one.wall_ratio_to_polars:.2f} times polars, wanted 3")
        if ours.peak_mib > 1536:
            faults.append(f"{one.lot}: {ours.peak_mib:.0f} MiB at most, wanted 1536")
        if one.rows <= FEW and ours.cpu >= 1:
            faults.append(f"{one.lot}: {ours.cpu:.2f} s of CPU, wanted 1")
    return faults


def _ratio(runs: Runs, lot: str, other: str, clock: str) -> float | None:
    """Return our time over another's, by the clock on the wall or in CPU time of all threads, which a shared machine pays."""
    if (lot, other) not in runs:
        return None
    ours, theirs = (float(getattr(runs[lot, name], clock)) for name in (OURS, other))
    return round(ours / theirs, 3)


def lots_of(rows: int) -> dict[str, tuple[int, float]]:
    """Return the lots by name: how many rows each has, and the share of them that is bad."""
    return {f"{rows} rows, {share:.0%} bad": (rows, share) for share in SHARES} | {f"{FEW} rows, 1% bad": (FEW, 0.01)}


def measured(folder: Path, lots: Mapping[str, tuple[int, float]], progress: Progress) -> Runs:
    """Make the lots in `folder`, and run every contender over each."""
    step = progress.add_task("making rows", total=1 + REPEATS * (len(SHARES) * len(CONTENDERS) + 1))
    files = {lot: folder / f"{number}.jsonl" for number, lot in enumerate(lots)}
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(write_rows, files.values(), *zip(*lots.values(), strict=True)))
    progress.advance(step)
    best: dict[tuple[str, str], Run] = {}
    for lot, name in _heats(lots):
        progress.update(step, description=f"{lot}: {name}")
        run = run_apart(name, files[lot])
        if (lot, name) not in best or run.wall < best[lot, name].wall:
            best[lot, name] = run
        progress.advance(step)
    return best


def _heats(lots: Mapping[str, tuple[int, float]]) -> Iterator[tuple[str, str]]:
    for _ in range(REPEATS):
        for lot, (rows, _share) in lots.items():
            yield from ((lot, name) for name in (CONTENDERS if rows > FEW else (OURS,)))


def run_apart(name: str, path: Path) -> Run:
    """Run one contender in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.contender", name, str(path)]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": paths})
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Run)


def _print(found: Sequence[Figures], console: Console) -> None:
    table = Table(title="Judging, with the reasons of each row", title_justify="left")
    for name in ("lot", "contender"):
        table.add_column(name, no_wrap=True)
    for name in ("CPU s", "wall s", "peak MiB", "import CPU s", "reasons"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        for run in one.runs:
            reasons = sum(run.broken.values())
            seconds = (f"{run.cpu:.2f}", f"{run.wall:.2f}", f"{run.peak_mib:.0f}", f"{run.import_cpu:.1f}", str(reasons))
            table.add_row(one.lot, run.contender, *seconds)
        table.add_section()
    console.print(table)
    for one in found:
        if one.wall_ratio_to_polars is not None:
            wall = f"{one.wall_ratio_to_pandera} times pandera, {one.wall_ratio_to_polars} times polars"
            cpu = f"{one.cpu_ratio_to_pandera} and {one.cpu_ratio_to_polars} times in CPU time"
            console.print(f"{one.lot}: {wall} by the clock on the wall ({cpu})")


def main() -> None:
    """Run the whole benchmark; exit with 1 when a figure is missed."""
    console = wide_console()
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    lots = lots_of(rows)
    console.print(f"Speed benchmark: {rows} rows of one school, {', '.join(CONTENDERS)}; best of {REPEATS}")
    FIGURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FIGURES) as folder, Progress(console=console, transient=True) as progress:
        found = figures(measured(Path(folder), lots, progress), {lot: count for lot, (count, _) in lots.items()})
    _print(found, console)
    path = FIGURES / "quality_speed.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode({"figures": found, "missed": missed(found)})) + b"\n")
    for fault in missed(found):
        console.print(f"[bold red]missed[/] {fault}")
    console.print(f"Figures: {path}")
    sys.exit(1 if missed(found) else 0)


if __name__ == "__main__":
    main()
