"""The mutation benchmark, small: it judges for real, and says which figures it misses."""

from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from rich.progress import Progress

from benchmarks.catalogue import KINDS
from benchmarks.corpus import clean_corpus
from benchmarks.quality import Result, missed, run, write
from benchmarks.quality_table import print_result
from benchmarks.scoring import Score

CHOSEN = ("ine_absent", "birth_absent", "commune_lost_zero", "line_twice", "ine_formula", "ine_of_somebody_else")


@pytest.fixture(scope="module")
def result() -> Result:
    return run(clean_corpus(400), [KINDS[name] for name in CHOSEN], Progress(disable=True), alone=3, mixed=2)


def test_no_clean_row_is_rejected(result: Result) -> None:
    assert (result.rows, result.clean_rejected) == (400, 0)


def test_every_kind_is_measured_alone_and_mixed(result: Result) -> None:
    assert set(result.alone) == set(result.mixed) == set(CHOSEN)


def test_what_can_be_decided_is_caught_for_the_right_reason(result: Result) -> None:
    decided = [one for name, one in {**result.alone, **result.mixed}.items() if name != "ine_of_somebody_else"]
    assert [(one.recall, one.precision, one.right_reason) for one in decided] == [(1, 1, 1)] * len(decided)


def test_the_figures_are_left_as_json_and_as_a_table(result: Result, tmp_path: Path) -> None:
    figures = msgspec.json.decode(write(result, tmp_path / "bench").read_bytes())
    assert figures["by_kind"]["ine_absent"]["recall"] == 1
    assert "ine_of_somebody_else" in figures["undecidable"]
    console = Console(width=120, record=True, quiet=True)
    print_result(result, console)


def test_a_missed_figure_is_said(result: Result) -> None:
    bad = {"ine_absent": Score("ine_absent", lines=2, caught=1, named=1, suggestible=1)}
    worse = Result(400, 1, {}, bad, bad, [])
    assert missed(result) == []
    assert len(missed(worse)) == 1 + 2 * 3
