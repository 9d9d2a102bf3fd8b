"""The frame: what its derived columns hold, and where they are null."""

from typing import Any

import pandas as pd
import pytest

from builders import an_enrolment, an_institution
from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.validate.conditions import one_value_per_key, span_at_most
from supdata.validate.frame import make_frame
from supdata.validate.reading import read_table


def _frame(enrolments: list[Enrolment], institution: Institution) -> pd.DataFrame:
    return make_frame(read_table(enrolments).columns, institution)


def _cell(name: str, **changes: str) -> Any:
    return _frame([an_enrolment(**changes)], an_institution())[name].iloc[0]


@pytest.mark.parametrize(
    ("birth", "age"),
    [("2004-09-01", 22), ("2004-09-02", 21), ("2004-08-31", 22), ("2026-09-02", -1), ("0204-03-09", 326)],
)
def test_age_is_counted_in_full_years_on_the_first_day_of_the_year(birth: str, age: int) -> None:
    """A year of birth before the bounds of nanoseconds is brought to them: still far too old."""
    assert _cell("age", dateNaissance=birth) == age


def test_derived_columns_are_null_where_an_earlier_rule_speaks() -> None:
    assert pd.isna(_cell("ine", ine=""))
    assert pd.isna(_cell("age", dateNaissance="2004-02-30"))
    assert pd.isna(_cell("age", dateNaissance="1900-01-01"))
    assert pd.isna(_cell("endDay", dateFinInscription=""))
    assert pd.isna(_cell("uaiShaped", uai="0751717"))
    assert pd.isna(_cell("uaiRight", uai="0751717K"))
    assert pd.isna(_cell("communeSent", codeCommune="75634"))
    assert _cell("contentsOfKey", statut="annule") == 0
    assert _cell("birthsOfIne", ine="0000000000A") == 0
    assert _cell("birthsOfIne", dateNaissance="2004-02-30") == 0


def test_days_are_nanoseconds_and_the_index_is_positions() -> None:
    """Both decide how Great Expectations behaves: its speed, and what it puts in a result."""
    frame = _frame([an_enrolment(), an_enrolment(row=3)], an_institution())
    assert str(frame["startDay"].dtype) == "datetime64[ns]"
    assert frame.index.equals(pd.RangeIndex(2))
    assert frame.index.name is None


def test_the_code_that_is_sent_follows_the_configuration() -> None:
    insee = an_institution(commune={"emit": "insee"})
    assert _frame([an_enrolment()], insee)["communeSent"].iloc[0] == "44109"
    assert _cell("communeSent") == "44000"


def test_no_enrolment_makes_an_empty_frame_with_all_columns() -> None:
    empty = _frame([], an_institution())
    assert len(empty) == 0
    assert list(empty.columns) == list(_frame([an_enrolment()], an_institution()).columns)


def test_a_key_is_contested_by_values_not_by_repetition() -> None:
    key, value = pd.Series([1, 1, 2, 2, 3]), pd.Series(["a", "a", "a", "b", "c"])
    assert list(one_value_per_key(key, value)) == [True, True, False, False, True]


def test_a_span_of_exactly_the_limit_passes() -> None:
    start = pd.Series(pd.to_datetime(["2026-09-01", "2026-09-01"]))
    end = pd.Series(pd.to_datetime(["2028-03-01", "2028-03-02"]))
    assert list(span_at_most(start, end, months=18)) == [True, False]
