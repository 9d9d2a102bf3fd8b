from typing import Any

import pytest

from supdata.config.models import Limits
from supdata.plan.surprise import surprises

LIMITS = Limits(rejected=0.3, changed=0.3, departed=0.3, minimum_rows=50)
CALM: dict[str, Any] = {"rejected": 0, "read": 100, "changed": 0, "declared": 100, "departed": 0, "standing": 100}


@pytest.mark.parametrize("part", ["rejected", "changed", "departed"])
def test_a_share_at_its_limit_is_no_surprise_and_one_above_is(part: str) -> None:
    assert surprises(LIMITS, **{**CALM, part: 30}) == ()
    (why,) = surprises(LIMITS, **{**CALM, part: 31})
    assert why.startswith("31 of 100 ")
    assert "31%, the limit is 30%" in why


@pytest.mark.parametrize(("part", "whole"), [("rejected", "read"), ("changed", "declared"), ("departed", "standing")])
def test_few_rows_say_nothing(part: str, whole: str) -> None:
    assert surprises(LIMITS, **{**CALM, part: 49, whole: 49}) == ()
    assert len(surprises(LIMITS, **{**CALM, part: 50, whole: 50})) == 1


def test_a_source_cut_down_to_a_few_rows_is_a_surprise() -> None:
    (why,) = surprises(LIMITS, rejected=0, read=3, changed=0, declared=3, departed=2997, standing=3000)
    assert "no longer in the source" in why


def test_a_first_run_has_nothing_to_be_surprised_at() -> None:
    assert (
        surprises(
            LIMITS.model_copy(update={"minimum_rows": 0}), rejected=0, read=0, changed=0, declared=0, departed=0, standing=0
        )
        == ()
    )


def test_every_surprise_is_told() -> None:
    assert len(surprises(LIMITS, rejected=90, read=100, changed=90, declared=100, departed=90, standing=100)) == 3


def test_departures_that_are_acted_upon_count_however_few() -> None:
    small = {**CALM, "standing": 10, "departed": 4}
    assert surprises(LIMITS, **small) == ()
    assert len(surprises(LIMITS, **small, closing=True)) == 1
    assert surprises(LIMITS, **{**small, "departed": 3}, closing=True) == ()
