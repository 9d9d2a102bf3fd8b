"""Dates: what is certain becomes AAAA-MM-JJ, everything else stays as it was found."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.errors import FixConfig
from supdata.normalise.dates import FORMATS, USUAL, date_reader

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2004-03-09", "2004-03-09"),
        ("09/03/2004", "2004-03-09"),
        ("9/3/2004", "2004-03-09"),
        ("09/03/2004 00:00:00", "2004-03-09"),
        ("09/03/2004 0:00", "2004-03-09"),
        ("2004-03-09T00:00:00", "2004-03-09"),
        ("2004-03-09 00:00:00.000", "2004-03-09"),
        ("2004-03-09T00:00:00+01:00", "2004-03-09"),
        ("2004-03-09 00:00:00+01", "2004-03-09"),
        ("2004-03-09T00:00:00Z", "2004-03-09"),
        ("2004-02-29", "2004-02-29"),
    ],
)
def test_usual_ways_of_writing_a_date_need_no_configuration(text: str, expected: str) -> None:
    assert date_reader([], PARIS)(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "31/06/2021", "2021-06-31", "29/02/2003", "09/03/04", "04-03-09", "09032004", "38055", "9 mars 2004", "2004-03-09x"],
)
def test_a_date_that_is_not_certain_stays_as_found(text: str) -> None:
    assert date_reader([], PARIS)(text) == text


def test_only_the_listed_formats_are_read() -> None:
    read = date_reader(["JJMMAAAA"], PARIS)
    assert read("09032004") == "2004-03-09"
    assert read("9032004") == "9032004"
    assert read("09/03/2004") == "09/03/2004"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ISO", "2004-03-09T12:30:00+02:00"),
        ("JJ-MM-AAAA", "09-03-2004"),
        ("JJ.MM.AAAA", "9.3.2004"),
        ("AAAA/MM/JJ", "2004/03/09"),
        ("AAAAMMJJ", "20040309"),
    ],
)
def test_each_format_reads_its_own_dates(name: str, text: str) -> None:
    assert date_reader([name], PARIS)(text) == "2004-03-09"


def test_a_text_that_two_accepted_formats_read_differently_stays_as_found() -> None:
    read = date_reader(["JJMMAAAA", "AAAAMMJJ"], PARIS)
    assert read("25122004") == "2004-12-25"
    assert read("19991231") == "1999-12-31"
    assert read("20041010") == "20041010"  # 10 October 2004, or 20 April 1010


def test_the_local_date_is_kept_whatever_the_offset() -> None:
    """A birthday at midnight in Paris is the day before in UTC: some systems write it so."""
    read = date_reader(["ISO"], PARIS)
    assert read("1994-09-01T00:00:00+02:00") == "1994-09-01"
    assert read("1994-08-31T22:00:00Z") == "1994-09-01"
    assert read("2004-03-08T23:00:00+00:00") == "2004-03-09"


def test_a_moment_in_utc_whose_local_date_is_not_certain_stays_as_found() -> None:
    read = date_reader(["ISO"], PARIS)
    assert read("2004-03-08T23:30:00Z") == "2004-03-08T23:30:00Z"
    assert read("2004-03-08T12:00:00Z") == "2004-03-08"
    assert read("2004-03-08T25:00:00Z") == "2004-03-08T25:00:00Z"


def test_midnight_in_utc_is_a_date_also_west_of_greenwich() -> None:
    assert date_reader(["ISO"], "America/Guadeloupe")("2004-03-09T00:00:00Z") == "2004-03-09"


def test_an_unknown_format_is_named_with_the_nearest() -> None:
    with pytest.raises(FixConfig, match=r"`JJ/MM/AA` is no date format.*Write `JJ/MM/AAAA`"):
        date_reader(["JJ/MM/AA"], PARIS)


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(FORMATS))
def test_every_date_survives_being_written_in_any_format(day: date, name: str) -> None:
    written = (
        name.replace("ISO", "AAAA-MM-JJ").replace("AAAA", f"{day:%Y}").replace("MM", f"{day:%m}").replace("JJ", f"{day:%d}")
    )
    assert date_reader([name], PARIS)(written) == day.isoformat()


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_a_local_midnight_written_with_its_offset_or_in_utc_is_the_local_date(day: date) -> None:
    midnight = datetime.combine(day, time.min, ZoneInfo(PARIS))
    read = date_reader(["ISO"], PARIS)
    assert read(midnight.isoformat()) == day.isoformat()
    assert read(midnight.astimezone(ZoneInfo("UTC")).isoformat()) == day.isoformat()


@given(st.text(st.sampled_from("0123456789/-.:TZ +"), max_size=30), st.sampled_from([[], list(USUAL), list(FORMATS)]))
def test_any_text_becomes_a_real_date_or_stays(text: str, formats: list[str]) -> None:
    read = date_reader(formats, PARIS)(text)
    assert read == text or date.fromisoformat(read).isoformat() == read
