"""The speed benchmark: the contenders do the same work, and a missed figure is said."""

from pathlib import Path

import pytest

from benchmarks.contender import CONTENDERS, Run
from benchmarks.lots_of_rows import write_rows
from benchmarks.quality_speed import Figures, figures, missed, run_apart

#: The rules that the product has since split into finer ones, or compares more numbers for: what by hand is one rule.
SPLIT = ("INE-", "COMMUNE-", "BIRTH-", "KEY-CONFLICT")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    write_rows(path, 3_000, 0.3)
    return {name: run_apart(name, path) for name in CONTENDERS}


def test_polars_and_pandera_name_the_same_rows(runs: dict[str, Run]) -> None:
    assert runs["polars"].broken == runs["pandera"].broken


def test_the_product_names_the_same_rows_by_the_rules_that_all_have(runs: dict[str, Run]) -> None:
    same = {rule: rows for rule, rows in runs["polars"].broken.items() if not rule.startswith(SPLIT)}
    assert len(same) >= 10
    assert {rule: runs["supdata"].broken.get(rule) for rule in same} == same


def test_a_file_holds_as_many_rows_as_were_asked_for(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", 250, 0.5)
    assert len((tmp_path / "rows.jsonl").read_bytes().splitlines()) == 250


def _run(name: str, *, cpu: float, peak: float = 1_000) -> Run:
    return Run(contender=name, import_cpu=1, wall=cpu, cpu=cpu, start_mib=300, peak_mib=peak, broken={})


def _found(ours: Run, polars: float, pandera: float) -> list[Figures]:
    runs = {"supdata": ours, "polars": _run("polars", cpu=polars), "pandera": _run("pandera", cpu=pandera)}
    return figures({("lot", name): run for name, run in runs.items()}, {"lot": 1_000_000})


def test_figures_that_are_reached_leave_nothing_to_say() -> None:
    assert missed(_found(_run("supdata", cpu=10), polars=4, pandera=11)) == []


def test_each_missed_figure_is_said() -> None:
    assert len(missed(_found(_run("supdata", cpu=10, peak=2_000), polars=3, pandera=9))) == 3
    few = figures({("few", "supdata"): _run("supdata", cpu=1.2)}, {"few": 10_000})
    assert len(missed(few)) == 1
