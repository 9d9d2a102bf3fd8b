"""What makes a demo's promises hold or break."""

import json
from pathlib import Path

import pytest

from supdata.cli.demo.results import (
    RegistryRows,
    RunResult,
    Summary,
    broken_promises,
    read_counts,
    run_folder,
    write_summary,
)
from supdata.records.counts import Counts

FIRST = Counts(read=10, valid=8, to_create=8, accepted=8, created=8)
EXPECTED = {"0751717J": FIRST}
SECOND = Counts(read=10, valid=8, unchanged=8)


def a_result(uai: str = "0751717J", state: str = "success", counts: Counts | None = None) -> RunResult:
    return RunResult(uai=uai, dag_id=f"supdata_{uai.lower()}", run_id="manual__1", state=state, counts=counts)


def a_summary(
    first: Counts | None = FIRST,
    second: Counts | None = SECOND,
    *,
    states: tuple[str, str] = ("success", "success"),
    registry: tuple[int, int] = (8, 8),
) -> Summary:
    return Summary(
        institutions=(a_result(state=states[0], counts=first),),
        second_run=(a_result(state=states[1], counts=second),),
        registry=RegistryRows(rows=registry[0], distinct=registry[1]),
    )


def test_a_demo_as_promised_breaks_nothing() -> None:
    assert broken_promises(a_summary(), EXPECTED) == ()


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (a_summary(states=("failed", "success")), "The first run of 0751717J is failed"),
        (a_summary(states=("success", "running")), "The second run of 0751717J is running"),
        (a_summary(second=None), "The second run of 0751717J left no balance"),
        (
            a_summary(first=Counts(read=9, valid=8, to_create=8, accepted=8, created=7, updated=1)),
            "counts 9 read where 10 were made, 7 created where 8 were made, 1 updated where 0 were made",
        ),
        (a_summary(second=Counts(created=1, accepted=1), registry=(9, 9)), "sent 1 records as new and 0 as changed"),
        (a_summary(second=Counts(updated=2, accepted=2), registry=(10, 10)), "sent 0 records as new and 2 as changed"),
        (a_summary(registry=(9, 8)), "The registry holds 9 rows, 8 of them distinct, where 8 records were accepted"),
        (a_summary(registry=(7, 7)), "The registry holds 7 rows, 7 of them distinct, where 8 records were accepted"),
    ],
)
def test_a_broken_promise_is_named_alone(summary: Summary, said: str) -> None:
    (sentence,) = broken_promises(summary, EXPECTED)
    assert said in sentence


def test_the_summary_has_the_promised_shape(tmp_path: Path) -> None:
    file = tmp_path / "demo" / "summary.json"
    write_summary(a_summary(), file)
    facts = json.loads(file.read_text())
    assert set(facts) == {"institutions", "second_run", "registry"}
    assert set(facts["institutions"][0]) == {"uai", "dag_id", "run_id", "state", "counts"}
    assert facts["institutions"][0]["counts"]["created"] == 8
    assert facts["registry"] == {"rows": 8, "distinct": 8}


def test_counts_come_from_the_balance_in_the_run_folder(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, "0751717J", "manual__2026-09-01T02:00:00+00:00")
    assert folder.name == "manual__2026-09-01T02_00_00_00_00"
    (folder / "reconcile").mkdir(parents=True)
    (folder / "reconcile" / "balance.json").write_text('{"counts": {"read": 3, "accepted": 2}, "differences": []}')
    assert read_counts(folder) == Counts(read=3, accepted=2)


def test_a_run_without_a_balance_has_no_counts(tmp_path: Path) -> None:
    assert read_counts(tmp_path) is None
