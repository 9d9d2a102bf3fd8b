"""The push benchmark: the server speaks as the registry does, and a missed figure is said."""

import pytest
import requests

from benchmarks.push import Found, Round, Wire, missed
from benchmarks.push_contenders import ours, wire
from benchmarks.push_records import body_of

PLAN = {"posts": 0.0, "keys_per_second": 300_000.0}


def a_round(ours: float, wrk: float | None = 1_000, lightbeam: float | None = 400, bare: float = 1_000) -> Round:
    return Round(wrk=wrk, lightbeam=lightbeam, ours=ours, without_ledger=bare, cpu_per_thousand=0.1)


def said(milliseconds: int, *rounds: Round) -> list[str]:
    one = Wire(milliseconds=milliseconds, connections=32, rounds=list(rounds))
    return missed(Found(absent=[], wires=[one], clients=[], plan=PLAN))


@pytest.mark.integration
def test_the_server_takes_what_the_product_sends() -> None:
    with wire(0) as url:
        assert ours(url, 4, 50, None).records == 50
        echo = requests.post(f"{url}/api/inscription", json=body_of(7), timeout=10).json()["inscription"]
        assert requests.get(f"{url}/seen", timeout=10).json()["count"] == 51
    assert (echo["ine"], echo["statut"], echo["id_inscription"]) == (body_of(7)["ine"], "inscrit", "51")


def test_figures_that_are_reached_leave_nothing_to_say() -> None:
    assert said(20, a_round(960)) == []
    assert said(0, a_round(900)) == []


def test_each_missed_figure_is_said() -> None:
    assert len(said(20, a_round(800))) == 2
    assert len(said(0, a_round(450))) == 2


def test_the_median_of_the_rounds_counts() -> None:
    assert said(20, a_round(100), a_round(990), a_round(970)) == []


def test_what_was_absent_is_said() -> None:
    found = Found(absent=["wrk: not installed"], wires=[], clients=[], plan=PLAN)
    assert missed(found) == ["wrk: not installed"]


def test_a_plan_that_is_slow_or_sends_is_said() -> None:
    plan = {"posts": 3.0, "keys_per_second": 1_000.0}
    assert len(missed(Found(absent=[], wires=[], clients=[], plan=plan))) == 2
