"""How fast a CSV file of a million rows is read and normalised, beside pandas' and polars' own reading of the same file.

`python -m benchmarks.extract_speed [ROWS]` lets each read the same columns of one file in a process of its own, and leaves
var/bench/extract.json. It ends with an error when the product, which streams, takes much more memory for ten times the rows.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.extract_contender import CONTENDERS, Run, write_table
from benchmarks.paths import FIGURES
from benchmarks.quality_table import wide_console

ROWS = 1_000_000
#: The best of so many runs: the machine has other things to do.
REPEATS = 2
OURS = "extract + normalise"
#: How much more memory ten times the rows may take.
ALLOWED_GROWTH = 1.3


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the benchmark found: the runs over all rows, ours over a tenth of them, and how ours compare."""

    runs: list[Run]
    tenth: Run
    rows_per_second: float
    cpu_ratio_to_pandas: float
    cpu_ratio_to_polars: float
    memory_growth: float


def figures(runs: Sequence[Run], tenth: Run) -> Figures:
    """Put the runs side by side."""
    by_name = {run.contender: run for run in runs}
    ours = by_name[OURS]
    return Figures(
        runs=[*runs],
        tenth=tenth,
        rows_per_second=round(ours.rows / ours.wall),
        cpu_ratio_to_pandas=round(ours.cpu / by_name["pandas"].cpu, 2),
        cpu_ratio_to_polars=round(ours.cpu / by_name["polars"].cpu, 2),
        memory_growth=round(ours.peak_mib / tenth.peak_mib, 3),
    )


def missed(found: Figures) -> list[str]:
    """Return a sentence per figure that is not reached."""
    faults = []
    if found.memory_growth > ALLOWED_GROWTH:
        faults.append(f"ten times the rows take {found.memory_growth} times the memory, wanted {ALLOWED_GROWTH}")
    if len({run.rows for run in found.runs}) > 1:
        faults.append(f"the contenders read {sorted({run.rows for run in found.runs})} rows of the same file")
    return faults


def run_apart(name: str, path: Path) -> Run:
    """Run one contender in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.extract_contender", name, str(path)]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": paths})
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Run)


def measured(folder: Path, rows: int) -> Figures:
    """Write the file, and let every contender read it."""
    whole, tenth = folder / "whole.csv", folder / "tenth.csv"
    for path, count in ((whole, rows), (tenth, rows // 10), (whole.with_suffix(".few"), 100), (tenth.with_suffix(".few"), 100)):
        write_table(path, count)
    runs = [min((run_apart(name, whole) for _ in range(REPEATS)), key=lambda run: run.cpu) for name in CONTENDERS]
    return figures(runs, run_apart(OURS, tenth))


def _print(found: Figures, console: Console) -> None:
    table = Table(title="Reading the mapped columns of one CSV file", title_justify="left")
    table.add_column("contender", no_wrap=True)
    for name in ("rows", "CPU s", "wall s", "rows/s", "peak MiB"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in (*found.runs, found.tenth):
        speed = f"{run.rows / run.wall:,.0f}"
        table.add_row(run.contender, f"{run.rows:,}", f"{run.cpu:.2f}", f"{run.wall:.2f}", speed, f"{run.peak_mib:.0f}")
    console.print(table)
    console.print(
        f"{OURS}: {found.rows_per_second:,.0f} rows/s; CPU {found.cpu_ratio_to_pandas} times pandas, "
        f"{found.cpu_ratio_to_polars} times polars; memory for ten times the rows: {found.memory_growth} times"
    )


def main() -> None:
    """Run the benchmark; exit with 1 when a figure is missed."""
    console = wide_console()
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    FIGURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FIGURES) as folder:
        found = measured(Path(folder), rows)
    _print(found, console)
    path = FIGURES / "extract.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode({"figures": found, "missed": missed(found)})) + b"\n")
    for fault in missed(found):
        console.print(f"[bold red]missed[/] {fault}")
    console.print(f"Figures: {path}")
    sys.exit(1 if missed(found) else 0)


if __name__ == "__main__":
    main()
