"""The chaos table: as JSON for machines and as lines for people."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec
from rich.table import Table

from chaos.playing import Line

#: Among a peer's endings: how many records were not there when its first run had ended.
MISSING_AT_FIRST = "not there after the first run"


def read_json(file: Path) -> list[Line]:
    """Return the lines in a file, none when it is not there."""
    if not file.exists():
        return []
    facts = json.loads(file.read_bytes())["scenarios"]
    return [msgspec.convert(one, Line) for one in facts]


def merge_json(line: Line, file: Path) -> None:
    """Put a line into a file, in place of that scenario's last one of the same size: a run that stops has lost nothing."""
    lines = [*(one for one in read_json(file) if identity(one) != identity(line)), line]
    facts = [{**asdict(one), "seconds": round(one.seconds, 1), "holds": one.holds} for one in lines]
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_suffix(".part")
    whole.write_text(json.dumps({"scenarios": facts}, indent=2) + "\n")
    whole.replace(file)  # whoever stops us meanwhile leaves the file as it was


def identity(line: Line) -> tuple[str, str, int]:
    """Return what makes a line the same as another: who sent, what broke, and how many records."""
    return line.system, line.scenario, line.records


def as_markdown(lines: Sequence[Line]) -> str:
    """Return the table for a page: its columns are those of `as_table`."""
    heads = (
        "sent by",
        "scenario",
        "records",
        "lost",
        "double / at most",
        "needless / at most",
        "in doubt",
        "wrong state",
        "kills",
    )
    rows = [(*heads, "runs", "holds"), ("---", "---", *["---:"] * 7, "---", "---"), *map(_cells, lines)]
    return _page(rows)


def side_by_side(lines: Sequence[Line]) -> str:
    """Return a short table for a page: each scenario's records lost, double, and told wrongly, of each who sent.

    Of a scenario played in several sizes the largest counts; a line with fewer records than the largest of all says so.
    """
    systems = list(dict.fromkeys(one.system for one in lines))
    most = max((one.records for one in lines), default=0)
    found = {(one.scenario, one.system): one for one in sorted(lines, key=lambda one: one.records)}
    names = dict.fromkeys(one.scenario for one in lines)
    body = [(name, *(_short(found[name, one], most) if (name, one) in found else "-" for one in systems)) for name in names]
    return _page([("what breaks", *systems), ("---",) * (len(systems) + 1), *body])


def _short(line: Line, most: int) -> str:
    """Return a few words on what is not as it should be, or could not be."""
    found = line.found
    counts = {"lost": found.lost, **_double(line), "in doubt": found.ambiguous, "told wrongly": found.wrong_state or 0}
    said = [f"{count:,} {what}" for what, count in counts.items() if count]
    if missing := line.endings.get(MISSING_AT_FIRST):
        said.append(f"{missing:,} missing until run again (first: {line.runs[0]})")
    return (", ".join(said) or "all well") + (f" (of {line.records:,})" if line.records < most else "")


def _double(line: Line) -> dict[str, int]:
    """Tell doubles that nobody could have known of from the others; what a process that died had under way is neither."""
    found = line.found
    if line.window:
        return {f"double (of {line.allowed:,} in flight)": found.duplicated}
    return {"double": found.duplicated - found.unavoidable, "double, unknowably": found.unavoidable}


def _page(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _cells(line: Line) -> tuple[str, ...]:
    found = line.found
    twice = (f"{found.duplicated} / {line.allowed}", f"{found.needless} / {line.window}")
    counts = (line.records, found.lost, *twice, found.ambiguous, _wrong(line), line.kills)
    return (line.system, line.scenario, *map(str, counts), "; ".join(line.runs), "yes" if line.holds else "**no**")


def _wrong(line: Line) -> str:
    """Return how many records are told wrongly; nothing is known of a peer that keeps no record of each."""
    return "-" if line.found.wrong_state is None else str(line.found.wrong_state)


def as_table(lines: Sequence[Line]) -> Table:
    """Return the table for a terminal."""
    table = Table("sent by", "scenario", title="Chaos", caption="double: rows; needless: POSTs; each / at most")
    for head in ("records", "lost", "double", "needless", "in doubt", "wrong", "kills", "seconds"):
        table.add_column(head, justify="right")
    table.add_column("runs")
    table.add_column("holds")
    for line in lines:
        found = line.found
        table.add_row(
            line.system,
            line.scenario,
            str(line.records),
            str(found.lost),
            f"{found.duplicated} / {line.allowed}",
            f"{found.needless} / {line.window}",
            str(found.ambiguous),
            _wrong(line),
            str(line.kills),
            f"{line.seconds:.0f}",
            " | ".join(line.runs),
            "yes" if line.holds else "NO",
        )
    return table


def sentence(line: Line) -> str:
    """Return one line about a scenario as it ends."""
    endings = ", ".join(f"{what} x{times}" for what, times in sorted(line.endings.items()))
    holds = "holds" if line.holds else "DOES NOT HOLD"
    return f"{line.seconds:5.0f} s  {line.system}, {line.scenario}: {holds}{f' ({endings})' if endings else ''}"
