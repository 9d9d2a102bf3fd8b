"""French in print."""

from datetime import date

import pytest

from supdata.records.enrolment import REGISTRY_FIELDS
from supdata.report.french import FIELD_LABELS, counted, field_label, long_date, number


def test_thousands_are_parted_by_a_narrow_no_break_space() -> None:
    assert number(1_234_567) == "1\u202f234\u202f567"


@pytest.mark.parametrize(("count", "text"), [(0, "0 ligne"), (1, "1 ligne"), (2, "2 lignes")])
def test_zero_and_one_are_singular_as_french_has_it(count: int, text: str) -> None:
    assert counted(count, "ligne") == text


def test_every_word_of_a_noun_agrees_unless_the_plural_is_given() -> None:
    assert counted(3, "ligne lue") == "3 lignes lues"
    assert counted(3, "était", "étaient") == "3 étaient"


def test_the_first_of_a_month_is_an_ordinal() -> None:
    assert long_date(date(2026, 9, 1)) == "1er septembre 2026"
    assert long_date(date(2026, 12, 31)) == "31 décembre 2026"


def test_every_field_of_the_registry_has_a_french_label() -> None:
    assert set(REGISTRY_FIELDS) <= set(FIELD_LABELS)


def test_a_field_without_a_label_is_named_as_it_is() -> None:
    assert field_label("autre") == "autre"
