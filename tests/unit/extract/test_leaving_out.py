import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.config.states import State
from supdata.extract.leaving_out import left_out
from supdata.records.rows import RawRow

APOGEE: dict[str, dict[str, State]] = {"ETA_IAE": {"E": "send", "A": "skip", "C": "hold"}}
LYCEE: dict[str, dict[str, State]] = {
    "CODE_MEF": {"*": "hold", "311*": "send", "31199*": "skip"},
    "DATE_SORTIE": {"": "send", "*": "skip"},
}


def a_row(**values: str) -> RawRow:
    return RawRow(source="export.csv", row=7, values=values)


@pytest.mark.parametrize(
    ("value", "reason", "held"),
    [("A", "ETA_IAE=A", False), ("C", "ETA_IAE=C", True), (" A ", "ETA_IAE=A", False)],
    ids=["cancelled", "being created", "with blanks"],
)
def test_a_row_is_left_out_for_the_value_that_says_so(value: str, reason: str, held: bool) -> None:
    found = left_out(a_row(ETA_IAE=value), APOGEE)
    assert found is not None
    assert (found.source, found.row, found.reason, found.held) == ("export.csv", 7, reason, held)


def test_a_row_under_way_is_an_enrolment() -> None:
    assert left_out(a_row(ETA_IAE="E"), APOGEE) is None


@given(st.text().filter(lambda text: text.strip() not in {"E", "A", "C"}))
def test_a_value_that_is_not_listed_is_held_and_never_repeated(value: str) -> None:
    found = left_out(a_row(ETA_IAE=value), APOGEE)
    assert found is not None
    assert (found.reason, found.held) == ("ETA_IAE=?", True)


@pytest.mark.parametrize(
    ("mef", "reason"),
    [("3110", None), ("31199", "CODE_MEF=31199*"), ("2011", "CODE_MEF=*"), ("", "CODE_MEF=*")],
    ids=["begins as an enrolment", "begins as the longer exception", "any other", "none"],
)
def test_the_longest_beginning_decides(mef: str, reason: str | None) -> None:
    found = left_out(a_row(CODE_MEF=mef, DATE_SORTIE=""), LYCEE)
    assert (found.reason if found else None) == reason


def test_a_column_that_says_skip_counts_before_one_that_says_hold() -> None:
    found = left_out(a_row(CODE_MEF="2011", DATE_SORTIE="01/10/2026"), LYCEE)
    assert found is not None
    assert (found.reason, found.held) == ("DATE_SORTIE=*", False)


def test_without_states_every_row_is_an_enrolment() -> None:
    assert left_out(a_row(ETA_IAE="A"), {}) is None
