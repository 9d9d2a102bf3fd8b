from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_institution
from supdata.errors import FixConfig, RegistryDiffers
from supdata.reconcile.confirming import Accepted, Confirmation, is_sampled, judge, raise_if_different, raise_if_surprising
from supdata.reconcile.differences import Difference
from supdata.records.declared import Declared, Other
from supdata.registry.shown import Reading, Shown, Worth

LIMITS = an_institution().limits


def accepted(row: int, **changes: Any) -> Accepted:
    declared = Declared(uai="0751717J", start="2026-09-01", end="2027-08-31", statut="inscrit", regime="RF2", commune="44000")
    facts = {"source": "inscriptions.csv", "row": row, "key": f"{row:032x}", "ine": f"{row:09d}FJ", "born": "2004-03-09"}
    return Accepted(**{**facts, "declared": declared, **changes})


def shown(**changes: str) -> Reading:
    facts = {"uai": "0751717J", "start": "2026-09-01", "end": "2027-08-31", "statut": "inscrit", "regime": "RF2"}
    return Reading(Worth.READ, (Shown(**{**facts, "commune": "44109", **changes}),))


GONE = Reading(Worth.READ)
OTHERS: dict[str, list[Other]] = {f"{row:032x}": [] for row in range(100)}


def test_what_is_shown_as_it_was_declared_is_confirmed() -> None:
    judged = judge([accepted(2), accepted(3)], {accepted(2).ine: shown(), accepted(3).ine: shown()}, {}, ())
    assert judged.confirmation == Confirmation(looked_up=2)
    raise_if_different(judged.confirmation)


def test_what_is_gone_is_to_be_sent_again_and_its_rows_are_named() -> None:
    judged = judge([accepted(2), accepted(3)], {accepted(2).ine: GONE, accepted(3).ine: shown()}, OTHERS, ())
    assert judged.missing == (accepted(2).key,)
    assert judged.confirmation.to_heal == 1
    assert [one.rows for one in judged.confirmation.missing] == [(("inscriptions.csv", 2),)]
    raise_if_different(judged.confirmation)


def test_what_is_gone_once_more_is_not_sent_again_but_told() -> None:
    judged = judge([accepted(2)], {accepted(2).ine: GONE}, OTHERS, {accepted(2).key})
    assert judged.missing == ()
    with pytest.raises(RegistryDiffers, match=r"sent again and not shown all the same: 1 \(inscriptions.csv row 2\)"):
        raise_if_different(judged.confirmation)


def test_what_is_shown_otherwise_is_told_with_its_fields_and_rows_and_no_value() -> None:
    readings = {
        accepted(2).ine: shown(statut="admis"),
        accepted(3).ine: shown(statut="admis"),
        accepted(4).ine: shown(commune="31555"),
    }
    judged = judge([accepted(2), accepted(3), accepted(4)], readings, OTHERS, ())
    assert judged.missing == ()
    with pytest.raises(RegistryDiffers) as raised:
        raise_if_different(judged.confirmation)
    assert "shown otherwise (statut): 2 (inscriptions.csv row 2, inscriptions.csv row 3)" in str(raised.value)
    assert "shown otherwise (codeCommune): 1 (inscriptions.csv row 4)" in str(raised.value)
    assert "31555" not in str(raised.value)
    assert accepted(2).ine not in str(raised.value)


def test_a_change_of_which_only_the_older_content_is_shown_is_missing() -> None:
    before = {accepted(2).key: [Other(end="2027-08-31", statut="admis", regime="RF2")]}
    judged = judge([accepted(2)], {accepted(2).ine: shown(statut="admis")}, before, ())
    assert judged.missing == (accepted(2).key,)


def test_an_answer_that_says_nothing_is_counted_apart() -> None:
    judged = judge([accepted(2), accepted(3)], {accepted(2).ine: Reading(Worth.BLURRED), accepted(3).ine: shown()}, {}, ())
    assert (judged.confirmation.looked_up, judged.confirmation.unread) == (1, 1)


def missing(count: int, of: int) -> Confirmation:
    return Confirmation(looked_up=of, missing=(Difference("not shown", count),))


def test_a_read_side_that_shows_too_little_is_another_registrys() -> None:
    raise_if_surprising(missing(30, of=100), LIMITS)
    raise_if_surprising(missing(40, of=49), LIMITS)
    with pytest.raises(FixConfig, match="31 of 100"):
        raise_if_surprising(missing(31, of=100), LIMITS)


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.text(max_size=9), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_sample_holds_a_smaller_one(key: str, run: str, one: float, other: float) -> None:
    if is_sampled(key, run, min(one, other)):
        assert is_sampled(key, run, max(one, other))
    assert is_sampled(key, run, 1.0)
    assert not is_sampled(key, run, 0.0)


def test_each_run_draws_its_own_sample_of_about_the_share_and_always_the_same() -> None:
    keys = [f"{number:032x}" for number in range(10_000)]
    draws = [{key for key in keys if is_sampled(key, run, 0.05)} for run in ("night-1", "night-2", "night-1")]
    assert draws[0] == draws[2] != draws[1]
    assert 400 < len(draws[0]) < 600
