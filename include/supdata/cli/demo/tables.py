"""The table of a run: one column per school, one line per state."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from supdata.cli.demo.layout import Layout
from supdata.cli.demo.results import SUCCESS, RunResult, run_folder, stage_errors

SHOWN = (
    ("read", "read"),
    ("unreadable", "unreadable"),
    ("duplicate", "duplicate"),
    ("rejected", "rejected"),
    ("provisional", "provisional INE"),
    ("unchanged", "unchanged"),
    ("created", "created"),
    ("updated", "updated"),
    ("refused", "refused"),
    ("unknown_student", "unknown student"),
    ("ambiguous", "ambiguous"),
    ("held", "held"),
)
REPORT = Path("report") / "rapport.html"


def run_table(title: str, results: Sequence[RunResult]) -> Table:
    """Return the table of one round of runs."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("rows", no_wrap=True)
    for result in results:
        table.add_column(result.uai, justify="right", no_wrap=True)
    for name, label in SHOWN:
        table.add_row(label, *(_figure(result, name) for result in results))
    table.add_section()
    table.add_row("state", *(_coloured(result.state) for result in results))
    return table


def report_lines(results: Sequence[RunResult], layout: Layout) -> list[str]:
    """Return a line for each school that says where its report is; and for a run that failed, why, and where its logs are."""
    lines = []
    for result in results:
        folder = run_folder(layout.runs, result.uai, result.run_id)
        report = folder / REPORT
        lines.append(f"report {result.uai}: {layout.shown(report) if report.exists() else 'none was written'}")
        if result.state != SUCCESS:
            logs = layout.airflow / "logs" / f"dag_id={result.dag_id}" / f"run_id={result.run_id}"
            lines += [f"  {error}" for error in stage_errors(folder)]
            lines.append(f"  task logs: {layout.shown(logs)}")
    return lines


def _figure(result: RunResult, name: str) -> str:
    if result.counts is None:
        return "?"
    figure: int = getattr(result.counts, name)
    return f"{figure:,}".replace(",", " ") if figure else "[dim]0[/dim]"


def _coloured(state: str) -> str:
    return f"[green]{state}[/green]" if state == SUCCESS else f"[red]{state}[/red]"
