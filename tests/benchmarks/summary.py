"""All figures side by side, with their targets: `python -m benchmarks.summary`.

Reads what the benchmarks have left under var/bench/ and writes summary.json and summary.md there. A benchmark that has not been
run is said to be absent, and what one of them calls missed is missed here.
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import psutil

from benchmarks.paths import FIGURES

#: The benchmarks, by the file each leaves; `make bench-<…>` makes it.
BENCHMARKS = {
    "quality": "bench-quality",
    "quality_speed": "bench-quality",
    "extract": "bench-extract",
    "push": "bench-push",
    "plan": "bench-plan",
    "fleet": "bench-fleet",
    "run_cost": "bench-run",
    "capacity": "bench-capacity",
    "pages": "bench-pages",
}


@dataclass(frozen=True)
class Row:
    """One figure: of which benchmark, what it is, where it stands in the file, and what is wanted of it in words."""

    benchmark: str
    what: str
    found: Callable[[Any], object]
    target: str


def _wires(name: str, milliseconds: int, connections: int) -> Callable[[Any], object]:
    """Return how to find the ratio of our push to another's on one wire, the median of its rounds."""

    def ratio(figures: Any) -> object:
        wires = [one for one in figures["wires"] if (one["milliseconds"], one["connections"]) == (milliseconds, connections)]
        rounds = [one for wire in wires for one in wire["rounds"] if one[name]]
        return round(median(one["ours"] / one[name] for one in rounds), 2) if rounds else None

    return ratio


def _growth(stage: str) -> Callable[[Any], object]:
    """Return how to find the memory of a stage for a million new records over that for 100,000."""

    def growth(figures: Any) -> object:
        few, many = (figures["stages"][records][stage]["peak_mib"] for records in ("100000", "1000000"))
        return round(many / few, 2)

    return growth


ROWS = (
    Row("quality", "mistakes caught, alone", lambda all_of: all_of["alone"]["caught"], "all"),
    Row("quality", "clean rows rejected", lambda all_of: all_of["clean_rejected"], "0"),
    Row("quality_speed", "a million rows, wall clock over polars", lambda all_of: all_of[0]["wall_ratio_to_polars"], "≤ 3"),
    Row("extract", "rows read a second", lambda all_of: all_of["rows_per_second"], ""),
    Row("extract", "memory at ten times the rows", lambda all_of: all_of["memory_growth"], "≤ 1.3"),
    Row("push", "push over wrk, 20 ms, 32 connections", _wires("wrk", 20, 32), "≥ 0.95"),
    Row("push", "the same, 64 connections", _wires("wrk", 20, 64), "≥ 0.95"),
    Row("push", "push over lightbeam, 20 ms, 64 connections", _wires("lightbeam", 20, 64), ""),
    Row("push", "with a ledger over without, 20 ms, 64 connections", _wires("without_ledger", 20, 64), "≥ 0.85"),
    Row("push", "push over lightbeam, 0 ms, 64 connections", _wires("lightbeam", 0, 64), "≥ 2"),
    Row("push", "push over wrk, 0 ms, 64 connections", _wires("wrk", 0, 64), "≥ 0.5"),
    Row("plan", "unchanged records planned a second", lambda all_of: all_of["unchanged"]["planned_per_second"], "≥ 200 000"),
    Row("plan", "planning over decoding and joining alone", lambda all_of: all_of["unchanged"]["of_floor"], ""),
    Row("plan", "memory of a plan of a million over one of 100,000", _growth("plan"), "≤ 1.2"),
    Row("plan", "memory of reconciling them", _growth("reconcile"), "≤ 1.2"),
    Row(
        "fleet",
        "parse of 1,000 schools over a loop of as many tasks",
        lambda all_of: all_of["over_loop_of_as_many_tasks"],
        "≤ 1.5",
    ),
    Row("fleet", "parse over a loop of one-task DAGs", lambda all_of: all_of["over_loop_of_one_task"], ""),
    Row("fleet", "dag-factory's parse over ours", lambda all_of: all_of["dag_factory_over_ours"], "≥ 3"),
    Row("fleet", "task start among 1,000 schools over 10", lambda all_of: all_of["task_start_among_1000_over_10"], "≤ 1.1"),
    Row("fleet", "schools of 1,000 in the fullest minute of four hours", lambda all_of: all_of["spread"]["fullest_minute"], ""),
    Row("fleet", "DAG processor at rest, share of a core", lambda all_of: all_of["watched"]["core_share_at_rest"], "stated"),
    Row("fleet", "its parse interval, s", lambda all_of: all_of["watched"]["parse_interval"], ""),
    Row("fleet", "a school added is seen after, s", lambda all_of: all_of["watched"]["added"], "an interval"),
    Row("fleet", "a school changed, the same", lambda all_of: all_of["watched"]["changed"], "an interval"),
    Row("fleet", "a school removed, the same", lambda all_of: all_of["watched"]["removed"], "an interval"),
    Row("run_cost", "first run of 1,000 over one that does nothing, CPU", lambda all_of: all_of["ratios"]["first"][0], "≤ 1.5"),
    Row("run_cost", "the same, wall clock", lambda all_of: all_of["ratios"]["first"][1], "≤ 1.5"),
    Row("run_cost", "unchanged run over one that does nothing, CPU", lambda all_of: all_of["ratios"]["unchanged"][0], "≤ 1.5"),
    Row("run_cost", "50 schools validated in a row, CPU s each", lambda all_of: all_of["in_a_row"]["each"], ""),
    Row("run_cost", "making a worker ready once, CPU s", lambda all_of: all_of["in_a_row"]["ready"], "once"),
    Row("capacity", "cores, 3,000 schools of 1,000, first load", lambda all_of: all_of["country"]["first"][1]["cores"], ""),
    Row("capacity", "cores, the same unchanged", lambda all_of: all_of["country"]["unchanged"][1]["cores"], ""),
    Row("pages", "1,000 schools there to read over Airflow's list", lambda all_of: round(all_of["ratio"], 2), "≤ 1"),
)


def read(folder: Path) -> dict[str, Any]:
    """Return what each benchmark has left in `folder`; None for one that has not been run."""
    files = {name: folder / f"{name}.json" for name in BENCHMARKS}
    return {name: msgspec.json.decode(file.read_bytes()) if file.exists() else None for name, file in files.items()}


def summary(left: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the whole summary: machine, day, the figures in the order of `ROWS`, what is missed, what is absent."""
    return {
        "at": at.isoformat(timespec="seconds"),
        "machine": machine(),
        "figures": [_figure(row, left[row.benchmark]) for row in ROWS],
        "missed": [f"{name}: {one}" for name, facts in left.items() if facts for one in facts["missed"]],
        "absent": [f"{name}: run `make {BENCHMARKS[name]}`" for name, facts in left.items() if facts is None],
    }


def _figure(row: Row, facts: Any) -> dict[str, object]:
    value = None if facts is None else _found(row, facts.get("figures", facts))
    return {"benchmark": row.benchmark, "what": row.what, "value": value, "target": row.target}


def _found(row: Row, figures: Any) -> object:
    """Return the figure, None where the benchmark ran without it: a peer was absent, or it has another shape now."""
    try:
        return row.found(figures)
    except (KeyError, IndexError, TypeError):
        return None


def machine() -> str:
    """Return what the figures were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, Python {platform.python_version()}"


def as_markdown(facts: dict[str, Any]) -> str:
    """Return the summary as a page: a table, and below it what is missed and what is absent."""
    return "\n".join([*_table(facts), *_list("Missed", facts["missed"]), *_list("Not measured", facts["absent"])]) + "\n"


def _table(facts: dict[str, Any]) -> Iterator[str]:
    yield f"Measured on {facts['at'][:10]}: {facts['machine']}."
    yield ""
    yield "| benchmark | figure | measured | target |"
    yield "| --- | --- | ---: | --- |"
    for one in facts["figures"]:
        yield f"| {one['benchmark']} | {one['what']} | {_shown(one['value'])} | {one['target']} |"


def _shown(value: object) -> str:
    """Return a figure as a page shows it, no finer than it can be measured."""
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return "not measured" if value is None else str(value)


def _list(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"{title}:", "", *(f"- {line}" for line in lines))


def main(folder: Path = FIGURES) -> None:
    """Write both files."""
    facts = summary(read(folder), datetime.now(UTC))
    (folder / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    (folder / "summary.md").write_text(as_markdown(facts), encoding="utf-8")
    sys.stdout.write(as_markdown(facts))


if __name__ == "__main__":
    main()
