"""How fast a plan finds out that nothing has changed, and how much memory a night of a million records takes.

`python -m benchmarks.plan [ROUNDS]` leaves var/bench/plan.json. Speed: the plan stage from its first file to its last, in a
process that has imported what it needs, for 100,000 unchanged records against a ledger of a million; best of the rounds, since
whatever else the machine does only slows it. Memory: the most that the process of each stage holds for a million new records,
over what it holds for a hundred thousand. It ends with an error when a figure of the project is missed.

Beside the speed stands that of the barest way to the same finding, measured in the same process (`plan_floor`): the
plan's share of it, `of_floor`, is the figure to compare between machines. `python -m benchmarks.plan --quick [ROUNDS]` takes
the speed alone, against a ledger of 200,000, in a minute, and leaves no file.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console

from benchmarks.paths import FIGURES
from benchmarks.plan_stages import Took
from benchmarks.push_contenders import planning, run_module, wire
from benchmarks.push_planning import fill
from benchmarks.quality_table import wide_console
from supdata.ledger.schema import migrate
from supdata.sandbox.local.postgres import PostgresServer, embedded_postgres

LEDGER_ROWS, UNCHANGED, MANY = 1_000_000, 100_000, 1_000_000
QUICK_ROWS = 200_000
ROUNDS = 5
KEYS_PER_SECOND, GROWTH = 200_000, 1.2
STAGES = ("source", "plan", "answers", "push", "reconcile")
MEASURED = ("plan", "push", "reconcile")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All figures: `unchanged` is the best round of the small school, `all_unchanged` a million; `stages` are by records."""

    unchanged: dict[str, float]
    all_unchanged: dict[str, float]
    stages: dict[int, dict[str, Took]]


def missed(found: Found) -> Iterator[str]:
    """Yield a sentence per figure of the project that is not reached."""
    if posts := found.unchanged["posts"] + found.all_unchanged["posts"]:
        yield f"{posts:.0f} unchanged records would be sent"
    if found.unchanged["planned_per_second"] < KEYS_PER_SECOND:
        yield f"{found.unchanged['planned_per_second']:.0f} unchanged records planned a second, wanted {KEYS_PER_SECOND}"
    few, many = (found.stages[records] for records in sorted(found.stages))
    pairs = {stage: (few[stage].peak_mib, many[stage].peak_mib) for stage in MEASURED}
    pairs["plan of what is unchanged"] = (found.unchanged["peak_mib"], found.all_unchanged["peak_mib"])
    for stage, (less, more) in pairs.items():
        if more > GROWTH * less:
            yield f"{stage}: {more:.0f} MiB for a million records, {less:.0f} for {UNCHANGED}: wanted {GROWTH} times"


def unchanged(server: PostgresServer, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Plan a school of which nothing has changed, in a ledger where it is one of several, and one where it is all."""
    alone = _filled(server, "alone", MANY, of=LEDGER_ROWS)
    return best_of(rounds, server, of=LEDGER_ROWS), planning(alone, MANY, limited=False)


def best_of(rounds: int, server: PostgresServer, *, of: int) -> dict[str, float]:
    """Plan, several times, a school of which nothing has changed, in a ledger of so many rows."""
    several = _filled(server, "several", UNCHANGED, of=of)
    tries = [planning(several, UNCHANGED, limited=False) for _ in range(rounds)]
    return max(tries, key=lambda one: one["planned_per_second"])


def _filled(server: PostgresServer, name: str, records: int, *, of: int) -> str:
    database = server.create_database(name)
    migrate(database)
    fill(database, records, of - records)
    return database


def night(server: PostgresServer, records: int, folder: Path, url: str) -> dict[str, Took]:
    """Let new records pass through the stages, each in its own process."""
    database = server.create_database(f"night_{records}")
    migrate(database)
    connection = {"conn_type": "supdata", "host": url, "password": "a-key", "extra": {"allow_http": True}}
    os.environ["AIRFLOW_CONN_SUPDATA_0751717J"] = msgspec.json.encode(connection).decode()
    arguments = (str(folder / str(records)), database, str(records))
    return {stage: run_module("plan_stages", *arguments, stage, result=Took) for stage in STAGES}


def main(rounds: int, *, quick: bool) -> int:
    """Run the benchmark, whole or only its quick part; 1 when a figure is missed."""
    console = wide_console()
    FIGURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FIGURES) as name, embedded_postgres(Path(name) / "postgres") as server, wire(0) as url:
        if quick:
            one = best_of(rounds, server, of=QUICK_ROWS)
            _print_speed(one, console, of=QUICK_ROWS)
            return 1 if one["posts"] else 0
        one, every = unchanged(server, rounds)
        stages = {records: night(server, records, Path(name), url) for records in (UNCHANGED, MANY)}
    found = Found(unchanged=one, all_unchanged=every, stages=stages)
    _print(found, console)
    path = FIGURES / "plan.json"
    faults = list(missed(found))
    path.write_bytes(msgspec.json.format(msgspec.json.encode({"figures": found, "missed": faults})) + b"\n")
    for fault in faults:
        console.print(f"[bold red]missed[/] {fault}")
    console.print(f"Figures: {path}")
    return 1 if faults else 0


def _print(found: Found, console: Console) -> None:
    _print_speed(found.unchanged, console, of=LEDGER_ROWS)
    console.print(_speed(found.all_unchanged, MANY, of=LEDGER_ROWS))
    for records, stages in found.stages.items():
        for stage in MEASURED:
            took = stages[stage]
            console.print(f"{records} new, {stage}: {took.seconds:.1f} s, {took.cpu:.1f} CPU s, {took.peak_mib:.0f} MiB")


def _print_speed(plan: dict[str, float], console: Console, *, of: int) -> None:
    console.print(_speed(plan, UNCHANGED, of=of))
    parts = f"{plan['hashed_per_second']:.0f}/s read and hashed, {plan['keys_per_second']:.0f}/s compared"
    console.print(f"Its parts, one after the other: {parts}")
    floor = f"{plan['floor_per_second']:.0f}/s decoded and joined to the ledger"
    console.print(f"The barest way: {floor}; planned at {plan['of_floor']:.2f} of that")


def _speed(plan: dict[str, float], records: int, *, of: int) -> str:
    cpu, peak = f"{plan['cpu_per_thousand']:.4f} CPU s/1000", f"{plan['peak_mib']:.0f} MiB"
    return f"{records} unchanged of {of}: {plan['planned_per_second']:.0f}/s planned, {cpu}, {peak}"


if __name__ == "__main__":
    asked = next((int(one) for one in sys.argv[1:] if one.isdigit()), ROUNDS)
    sys.exit(main(asked, quick="--quick" in sys.argv))
