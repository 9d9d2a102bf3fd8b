"""The benchmarks of a fleet: each contender makes the DAGs it says it makes, and the capacity model goes through its points."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.capacity import CHUNK, TASKS, Cost, Model, machines, missed, model_of
from benchmarks.fleet import parse
from benchmarks.fleet_contenders import CONTENDERS, uais
from benchmarks.fleet_watching import Watched
from benchmarks.simulated import Night
from supdata.records.uai import is_valid_uai


def a_night(students: int, cpu: float, schools: int = 1, calls: int = 0) -> Night:
    return Night(
        schools=schools,
        enrolments=students * schools,
        cpu_seconds=cpu,
        postgres_cpu_seconds=0,
        seconds=1,
        peak_mib=1,
        ledger_rows=0,
        registry_calls=calls,
    )


def a_whole_run(cpu: float) -> Cost:
    return Cost(
        enrolments=1_000,
        cpu_seconds=cpu,
        postgres_cpu_seconds=0,
        seconds=1,
        peak_mib=1,
        ledger_rows=0,
        airflow_rows=0,
        registry_calls=0,
    )


def test_the_product_and_a_loop_make_as_many_dags_of_as_many_tasks(tmp_path: Path) -> None:
    for name in ("supdata", "loop"):
        write, tasks = CONTENDERS[name]
        found = parse(write(tmp_path / name, 3), tmp_path / "home")
        assert (found.dags, found.tasks) == (3, 3 * tasks)


def test_made_schools_have_uais_of_their_own() -> None:
    assert len({uai for uai in uais(1_000) if is_valid_uai(uai)}) == 1_000


def test_a_change_that_is_seen_after_more_than_an_interval_is_missed() -> None:
    seen = Watched(
        schools=1_000,
        parse_interval=300,
        core_share_at_rest=0.1,
        cpu_seconds_an_interval=30.0,
        added=300.0,
        changed=1.0,
        removed=2.0,
    )
    assert [*seen.missed()] == []
    (said,) = msgspec.structs.replace(seen, changed=301.0).missed()
    assert said == "a school that was changed was seen after 301.0 s, not within 300 s"


@given(small=st.floats(0.1, 100), more=st.floats(0, 100))
def test_the_model_goes_through_what_was_measured(small: float, more: float) -> None:
    model = model_of(a_night(1_000, small * 4, schools=4), a_night(5_000, small + more))
    assert model.stages([5_000]) - model.stages([1_000]) == pytest.approx(more, abs=0.1)


def test_what_a_whole_run_takes_beyond_its_stages_is_airflow_s_share_of_each_task() -> None:
    model = model_of(a_night(1_000, 4.0, calls=1_000), a_night(5_000, 8.0, calls=5_000), a_whole_run(9.0))
    assert model.whole([1_000]) == pytest.approx(9.0, abs=0.05)
    assert model.whole([3 * CHUNK]) - model.stages([3 * CHUNK]) == pytest.approx(5.0 / (TASKS + 1) * (TASKS + 3), abs=0.05)


def test_the_largest_school_has_no_more_push_tasks_than_a_run_may_have() -> None:
    model = Model(per_run=0, per_thousand=0, airflow_per_task=1, leaving=1)
    assert model.whole([3_000_000]) == TASKS + 100


def test_the_country_takes_what_its_schools_take_together() -> None:
    model = model_of(a_night(1_000, 4.0, calls=1_000), a_night(5_000, 8.0, calls=5_000))
    found = machines(model, schools=3_000)
    assert found["cpu_hours"] == pytest.approx(3_000 * 4.0 / 3_600, abs=0.01)
    assert found["registry_calls_per_second_at_least"] == pytest.approx(138.9)


def test_a_prediction_that_is_far_off_is_said() -> None:
    assert missed({"near": (10.0, 11.0), "far": (10.0, 30.0)}) == ["far: 30.0 CPU seconds, predicted 10.0"]
