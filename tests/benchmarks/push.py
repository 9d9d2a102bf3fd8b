"""How near the push is to the wire: the product, wrk and lightbeam against one server, in turns, in one run.

`python -m benchmarks.push [ROUNDS]` takes some minutes and leaves var/bench/push.json. The server echoes every enrolment and
does nothing else; at 20 ms of service time the ceiling is connections / latency, at 0 ms it is the server's own core. Each
ratio is of two runs of one round, one right after the other; the median of the rounds is what counts. It ends with an error
when a figure of the project is missed.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import push_contenders as contenders
from benchmarks.paths import FIGURES
from benchmarks.push_planning import fill
from benchmarks.quality_table import wide_console
from supdata.ledger.schema import migrate
from supdata.sandbox.local.postgres import PostgresServer, embedded_postgres

COLUMNS = ("wrk", "lightbeam", "ours", "without_ledger")
CONNECTIONS = (32, 64)
ROUNDS = 3
#: Records of one push: some three seconds' worth at 20 ms, so that its start does not weigh.
RECORDS = {(20, 32): 4_800, (20, 64): 9_600, (0, 32): 8_000, (0, 64): 8_000}
#: httpx is some fifty times slower than the rest here.
FIELD = {"httpx": 200, **dict.fromkeys(("aiohttp", "aiohttp+uvloop", "pyreqwest", "supdata", "supdata+uvloop"), 4_000)}
#: By milliseconds of service time: what the push has to reach, as times the speed of another.
WANTED = {20: {"wrk": 0.95, "without_ledger": 0.85}, 0: {"wrk": 0.5, "lightbeam": 2.0}}
LEDGER_ROWS, UNCHANGED = 1_000_000, 100_000


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round at one service time and number of connections, in records a second; None for who is absent."""

    wrk: float | None
    lightbeam: float | None
    ours: float
    without_ledger: float
    cpu_per_thousand: float


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """All rounds at one service time and number of connections, and their medians."""

    milliseconds: int
    connections: int
    rounds: list[Round]

    def median(self, name: str) -> float | None:
        """Return the median of one contender's records a second."""
        found = [value for one in self.rounds if (value := getattr(one, name)) is not None]
        return median(found) if found else None

    def ratio(self, name: str, of: str) -> float | None:
        """Return the median over the rounds of one contender's speed over another's."""
        pairs = [(getattr(one, name), getattr(one, of)) for one in self.rounds]
        found = [ours / theirs for ours, theirs in pairs if ours is not None and theirs]
        return round(median(found), 3) if found else None


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP client alone, at 0 ms and 64 connections."""

    name: str
    per_second: float
    cpu_per_thousand: float


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All figures; `plan` is of what is unchanged. Times are records a second, memory is MiB."""

    absent: list[str]
    wires: list[Wire]
    clients: list[Client]
    plan: dict[str, float]


def missed(found: Found) -> list[str]:
    """Return a sentence per figure of the project that is not reached; one that could not be measured is not reached."""
    return [*found.absent, *(fault for one in found.wires for fault in _missed(one)), *_missed_plan(found.plan)]


def _missed(wire: Wire) -> Iterator[str]:
    where = f"{wire.milliseconds} ms, {wire.connections} connections"
    for other, least in WANTED[wire.milliseconds].items():
        ratio = wire.ratio("ours", other)
        if ratio is not None and ratio < least:
            yield f"{where}: {ratio:.2f} times {other.replace('_', ' ')}, wanted {least}"


def _missed_plan(plan: dict[str, float]) -> Iterator[str]:
    """Yield what is missed of sending nothing, and fast; how memory grows is what `benchmarks.plan` measures."""
    if plan["posts"]:
        yield f"{plan['posts']:.0f} unchanged records would be sent"
    if plan["keys_per_second"] < 200_000:
        yield f"{plan['keys_per_second']:.0f} keys looked up a second, wanted 200000"


def race(url: str, milliseconds: int, connections: int, database: str) -> Round:
    """Let everybody send once, one after the other."""
    records = RECORDS[milliseconds, connections]
    ceiling = _unless_absent(lambda: contenders.wrk(url, connections))
    ours = contenders.ours(url, connections, records, database)
    bare = contenders.ours(url, connections, records, None)
    return Round(
        wrk=ceiling,
        lightbeam=_unless_absent(lambda: contenders.lightbeam(url, connections, records // 2)),
        ours=records / ours.seconds,
        without_ledger=records / bare.seconds,
        cpu_per_thousand=1_000 * ours.cpu / records,
    )


def _unless_absent(run: Callable[[], float]) -> float | None:
    try:
        return run()
    except contenders.AbsentError:
        return None


def _wires(database: str, times: int, progress: Progress) -> list[Wire]:
    step = progress.add_task("the wire", total=2 * len(CONNECTIONS) * times)
    found = []
    for milliseconds in (20, 0):
        rounds: dict[int, list[Round]] = {connections: [] for connections in CONNECTIONS}
        with contenders.wire(milliseconds) as url:
            for _ in range(times):
                for connections in CONNECTIONS:
                    progress.update(step, description=f"{milliseconds} ms, {connections} connections", advance=1)
                    rounds[connections].append(race(url, milliseconds, connections, database))
                    progress.console.print(rounds[connections][-1])
        found += [Wire(milliseconds=milliseconds, connections=one, rounds=rounds[one]) for one in CONNECTIONS]
    return found


def _clients() -> list[Client]:
    found = []
    with contenders.wire(0) as url:
        for name, records in FIELD.items():
            try:
                ran = contenders.client(name, url, 64, records)
            except contenders.AbsentError:
                continue
            speed, cpu = records / ran.seconds, 1_000 * ran.cpu / records
            found.append(Client(name=name, per_second=speed, cpu_per_thousand=cpu))
    return found


def _plan(server: PostgresServer) -> dict[str, float]:
    database = server.create_database("plans")
    migrate(database)
    fill(database, UNCHANGED, LEDGER_ROWS - UNCHANGED)
    return contenders.planning(database, UNCHANGED, limited=False)


def _print(found: Found, console: Console) -> None:
    table = Table(title="Records a second, median of the rounds; ratios / what is wanted", title_justify="left")
    for name in ("wire", *COLUMNS, "of wrk", "of lightbeam", "of no ledger", "CPU s/1000"):
        table.add_column(name.replace("_", " "), justify="right", no_wrap=True)
    for one in found.wires:
        speeds = [_shown(one.median(name), 0) for name in COLUMNS]
        ratios = [_beside_wanted(one, other) for other in ("wrk", "lightbeam", "without_ledger")]
        cpu = _shown(one.median("cpu_per_thousand"), 3)
        table.add_row(f"{one.milliseconds} ms x {one.connections}", *speeds, *ratios, cpu)
    console.print(table)
    for client in found.clients:
        console.print(f"{client.name} alone: {client.per_second:.0f}/s, {client.cpu_per_thousand:.3f} CPU s/1000")
    said = f"{found.plan['keys_per_second']:.0f} keys/s looked up, {found.plan['planned_per_second']:.0f}/s planned"
    left = f"{found.plan['posts']:.0f} to send, {found.plan['peak_mib']:.0f} MiB"
    console.print(f"{UNCHANGED} unchanged of {LEDGER_ROWS}: {said}, {left}")


def _beside_wanted(one: Wire, other: str) -> str:
    least = WANTED[one.milliseconds].get(other)
    return _shown(one.ratio("ours", other), 2) + (f" / {least}" if least else "")


def _shown(value: float | None, digits: int) -> str:
    return "absent" if value is None else f"{value:.{digits}f}"


def _measured(console: Console, times: int) -> Found:
    absent = contenders.fetch_contenders()
    with (
        TemporaryDirectory(dir=FIGURES) as folder,
        Progress(console=console, transient=True) as progress,
        embedded_postgres(Path(folder)) as server,
    ):
        database = server.create_database("push")
        migrate(database)
        wires = _wires(database, times, progress)
        return Found(absent=absent, wires=wires, clients=_clients(), plan=_plan(server))


def main() -> None:
    """Run the whole benchmark; exit with 1 when a figure is missed."""
    console = wide_console()
    FIGURES.mkdir(parents=True, exist_ok=True)
    found = _measured(console, int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    _print(found, console)
    path = FIGURES / "push.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode({"figures": found, "missed": missed(found)})) + b"\n")
    for fault in missed(found):
        console.print(f"[bold red]missed[/] {fault}")
    console.print(f"Figures: {path}")
    sys.exit(1 if missed(found) else 0)


if __name__ == "__main__":
    main()
