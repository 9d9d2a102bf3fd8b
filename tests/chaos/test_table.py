"""The table says in each cell what an operator would have to know."""

from dataclasses import replace
from pathlib import Path

from chaos.audit import Found
from chaos.playing import US, Line
from chaos.table import MISSING_AT_FIRST, merge_json, read_json, side_by_side

WELL = Line(
    scenario="10 % 429",
    records=200,
    found=Found(0, 0, 0, 0, posts=222),
    allowed=0,
    may_doubt=False,
    runs=("success", "success"),
    kills=0,
    endings={},
    seconds=1.0,
)
PEER = replace(WELL, system="peer 1.0", found=Found(20, 5, 0, None, unavoidable=3, needless=2), runs=("exit 0", "exit 0"))


def test_a_line_holds_only_where_no_record_was_sent_again_without_need() -> None:
    needless = replace(WELL, found=replace(WELL.found, needless=2))
    assert WELL.holds
    assert not needless.holds
    assert replace(needless, window=2).holds, "killed processes may have had as many under way"


def test_each_sender_has_a_column_and_doubles_that_nobody_could_know_of_are_told_apart() -> None:
    killed = replace(WELL, scenario="kill -9", found=Found(0, 6, 1_024, 1), allowed=24, window=24)
    assert side_by_side([WELL, killed, PEER]).splitlines() == [
        f"| what breaks | {US} | peer 1.0 |",
        "| --- | --- | --- |",
        "| 10 % 429 | all well | 20 lost, 2 double, 3 double, unknowably |",
        "| kill -9 | 6 double (of 24 in flight), 1,024 in doubt, 1 told wrongly | - |",
    ]


def test_what_a_first_run_left_out_is_told_with_how_it_ended() -> None:
    late = replace(PEER, found=Found(0, 0, 0, 0), endings={MISSING_AT_FIRST: 1_986})
    assert side_by_side([late]).splitlines()[-1] == "| 10 % 429 | 1,986 missing until run again (first: exit 0) |"


def test_a_line_with_fewer_records_than_the_others_says_so() -> None:
    fewer = replace(PEER, records=100, found=Found(0, 0, 0, 0))
    assert side_by_side([WELL, fewer]).splitlines()[-1] == "| 10 % 429 | all well | all well (of 100) |"


def test_a_line_takes_the_place_of_the_one_before_of_the_same_size_and_sender(tmp_path: Path) -> None:
    file = tmp_path / "chaos.json"
    lost = replace(WELL, found=replace(WELL.found, lost=1))
    for line in (lost, PEER, replace(WELL, records=300), WELL):
        merge_json(line, file)
    assert read_json(file) == [PEER, replace(WELL, records=300), WELL]
