"""The summary of all benchmarks: it says what the files say, what is missed, and what nobody has measured."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.paths import PROJECT
from benchmarks.summary import BENCHMARKS, ROWS, as_markdown, main, read, summary

AT = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
FLEET: dict[str, Any] = {
    "figures": {
        "over_loop_of_as_many_tasks": 1.02,
        "over_loop_of_one_task": 7.1,
        "dag_factory_over_ours": 2.9,
        "task_start_among_1000_over_10": 1.04,
        "watched": {"core_share_at_rest": 0.2, "added": 31.0},
    },
    "missed": ["dag-factory takes 2.9 times as long, not at least 3"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fleet.json").write_text(json.dumps(FLEET))
    return tmp_path


def test_a_figure_is_what_its_benchmark_has_left(folder: Path) -> None:
    found = {one["what"]: one["value"] for one in summary(read(folder), AT)["figures"]}
    assert found["parse of 1,000 schools over a loop of as many tasks"] == 1.02
    assert found["a school added is seen after, s"] == 31.0


def test_what_is_missed_and_what_was_not_run_is_said(folder: Path) -> None:
    facts = summary(read(folder), AT)
    assert facts["missed"] == ["fleet: dag-factory takes 2.9 times as long, not at least 3"]
    assert len(facts["absent"]) == len(BENCHMARKS) - 1
    assert "push: run `make bench-push`" in facts["absent"]


def test_both_files_are_written_and_the_page_has_a_line_per_figure(folder: Path) -> None:
    main(folder)
    page = (folder / "summary.md").read_text(encoding="utf-8")
    facts = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert page.count("\n| ") == len(ROWS) + 2
    assert page.count("| not measured |") == sum(one["value"] is None for one in facts["figures"])
    assert "Missed:\n\n- fleet: dag-factory" in page
    assert as_markdown(facts) == page


def test_every_benchmark_is_made_by_a_target_of_the_makefile() -> None:
    for target in BENCHMARKS.values():
        done = subprocess.run(["make", "-n", target, "-o", "setup"], cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "benchmarks." in done.stdout
