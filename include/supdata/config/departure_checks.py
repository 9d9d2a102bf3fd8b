"""What the types of `departed_close` cannot say: a day that exists, lies in the year, and is asked for."""

from collections.abc import Iterator

from supdata.config.document import Data, Document
from supdata.config.faults import Fault
from supdata.config.iso_date import is_iso_date


def check_departed_close(document: Document) -> Iterator[Fault]:
    """Yield what is wrong with how departed enrolments are closed."""
    close = document.at("departed_close")
    if not isinstance(close, dict):
        return
    if document.at("departed") != "close":
        yield document.fault(("departed_close",), "says how to close, but `departed` is not `close`", key=True)
    fixed, day = close.get("end") == "fixed", close.get("date")
    if fixed and day is None:
        yield document.fault(("departed_close", "end"), "is `fixed`, and `date` does not say which day")
    if day is not None and not fixed:
        yield document.fault(("departed_close", "date"), "counts only where `end` is `fixed`", key=True)
    elif isinstance(day, str):
        yield from _day(document, day)


def _day(document: Document, day: str) -> Iterator[Fault]:
    path = ("departed_close", "date")
    start, end = document.at("year", "start"), document.at("year", "end")
    if not is_iso_date(day):
        yield document.fault(path, f"must be a real date, written 2027-01-31; found `{day[:20]}`")
    elif _are_days(start, end) and not str(start) <= day <= str(end):
        yield document.fault(path, f"must lie in the year, {start} to {end}")


def _are_days(*texts: Data) -> bool:
    return all(isinstance(text, str) and is_iso_date(text) for text in texts)
