"""The mutation benchmark on a terminal."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.catalogue import ALL, KINDS
from benchmarks.kinds import Ending, Kind
from benchmarks.scoring import Score, total

if TYPE_CHECKING:
    from benchmarks.quality import Result

WIDTH = 120
COLUMNS = ("recall", "precision", "reason", "suggestion")


def wide_console() -> Console:
    """Return a console that is wide enough for the tables, also where the output is a file."""
    console = Console()
    return console if console.width >= WIDTH else Console(width=WIDTH)


def print_result(result: "Result", console: Console) -> None:
    """Print a line per kind, the sums, and what cannot be decided."""
    from benchmarks.quality import missed

    console.print(_kinds_table(result))
    console.print(_undecidable_table(result))
    console.print(
        f"Clean rows: {result.rows}, rejected: {result.clean_rejected}; "
        f"held or warned of: {', '.join(f'{rule} {rows}' for rule, rows in result.clean_named.items()) or 'none'}. "
        f"Kinds: {len(KINDS)}, of which {sum(kind.ending is Ending.UNSEEN for kind in ALL)} cannot be decided."
    )
    wrong = {name: one.suggested_wrong for name, one in result.alone.items() if one.suggested_wrong}
    lines = sum(one.lines for one in result.alone.values())
    console.print(
        f"Lines with a wrong suggestion: {sum(wrong.values())} of {lines} "
        f"({', '.join(f'{name} {rows}' for name, rows in wrong.items()) or 'none'})"
    )
    for fault in missed(result):
        console.print(f"[bold red]missed[/] {fault}")


def _kinds_table(result: "Result") -> Table:
    table = Table(title="Kinds that can be decided (alone / all mixed)", title_justify="left")
    for name in ("kind", "must be"):
        table.add_column(name, no_wrap=True)
    table.add_column("lines", justify="right")
    for name in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for kind in ALL:
        if kind.ending is not Ending.UNSEEN and kind.name in result.alone:
            table.add_row(kind.name, kind.ending, *_cells(kind, result.alone[kind.name], result.mixed[kind.name]))
    table.add_section()
    sums = [total(scores.values(), KINDS, "all") for scores in (result.alone, result.mixed)]
    table.add_row("all of them", "", *_cells(None, *sums))
    return table


def _cells(kind: Kind | None, alone: Score, mixed: Score) -> list[str]:
    named = kind is None or kind.ending in {Ending.REJECTED, Ending.WARNED, Ending.HELD}
    pairs = {
        "recall": (alone.recall, mixed.recall),
        "precision": (alone.precision, mixed.precision),
        "reason": (alone.right_reason, mixed.right_reason) if named else None,
        "suggestion": (alone.right_suggestion, mixed.right_suggestion) if alone.suggestible else None,
    }
    return [f"{alone.lines}/{mixed.lines}", *(_pair(pairs[name]) for name in COLUMNS)]


def _pair(shares: tuple[float, float] | None) -> str:
    if shares is None:
        return "–"
    text = " / ".join(f"{100 * share:.4g}" for share in shares)
    return text if min(shares) == 1 else f"[yellow]{text}[/]"


def _undecidable_table(result: "Result") -> Table:
    table = Table("kind", "lines", "named all the same", "why", title="Kinds that cannot be decided", title_justify="left")
    for kind in ALL:
        if kind.ending is Ending.UNSEEN and kind.name in result.alone:
            one = result.alone[kind.name]
            table.add_row(kind.name, str(one.lines), str(one.caught), kind.why)
    return table
