"""The extraction benchmark: the contenders read the same rows, and a missed figure is said."""

from pathlib import Path

from benchmarks.extract_contender import CONTENDERS, Run, measure, write_table
from benchmarks.extract_speed import OURS, figures, missed


def test_every_contender_reads_every_row(tmp_path: Path) -> None:
    write_table(tmp_path / "whole.csv", 300)
    write_table(tmp_path / "whole.few", 3)
    assert {measure(name, tmp_path / "whole.csv").rows for name in CONTENDERS} == {300}


def _run(name: str, *, rows: int = 1_000, peak: float = 60) -> Run:
    return Run(contender=name, rows=rows, wall=2, cpu=3 if name == OURS else 1, peak_mib=peak)


def test_figures_that_are_reached_leave_nothing_to_say() -> None:
    found = figures([_run(name) for name in CONTENDERS], _run(OURS, rows=100))
    assert (found.rows_per_second, found.cpu_ratio_to_pandas, found.memory_growth) == (500, 3, 1)
    assert missed(found) == []


def test_each_missed_figure_is_said() -> None:
    grown = figures([_run(name, peak=100) for name in CONTENDERS], _run(OURS, rows=100, peak=50))
    assert len(missed(grown)) == 1
    fewer = figures([_run(name, rows=1_000 - (name == "polars")) for name in CONTENDERS], _run(OURS, rows=100))
    assert len(missed(fewer)) == 1
