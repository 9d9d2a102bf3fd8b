import pytest

from supdata.config.column_checks import CANONICAL, DATE_FIELDS, DATE_FORMATS
from supdata.config.format_checks import COMMON_ENCODINGS
from supdata.config.iso_date import is_iso_date
from supdata.normalise import columns, dates


def test_the_date_formats_that_are_accepted_are_those_that_are_read() -> None:
    """config may not import normalise: two lists, held equal here."""
    assert set(DATE_FORMATS) == set(dates.FORMATS)
    assert set(DATE_FIELDS) == columns.DATES


def test_the_words_that_maps_may_lead_to_are_those_that_are_known() -> None:
    assert CANONICAL == {"statut": columns.STATUTS, "regime": columns.REGIMES}


@pytest.mark.parametrize("encoding", COMMON_ENCODINGS)
def test_the_encodings_that_messages_name_exist(encoding: str) -> None:
    assert "é".encode(encoding).decode(encoding) == "é"


@pytest.mark.parametrize(
    ("text", "real"),
    [("2028-02-29", True), ("2027-02-29", False), ("2026-9-1", False), ("20260901", False), ("٢٠٢٦-09-01", False), ("", False)],
)
def test_a_date_is_a_day_of_the_calendar_in_ascii_digits(text: str, real: bool) -> None:
    assert is_iso_date(text) is real
