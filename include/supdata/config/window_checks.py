"""What the types of `registry.windows` cannot say: days in order, hours that are hours, and an end to each window."""

from collections.abc import Iterator

from supdata.config.document import Data, Document, Path
from supdata.config.faults import Fault
from supdata.config.hours import wrong_with_hours
from supdata.config.iso_date import is_iso_date


def check_windows(document: Document) -> Iterator[Fault]:
    """Yield what is wrong with the windows of an institution."""
    windows = document.at("registry", "windows")
    for number, window in enumerate(windows if isinstance(windows, list) else []):
        if isinstance(window, dict):
            yield from _window(document, ("registry", "windows", number), window)


def _window(document: Document, path: Path, window: dict[str, Data]) -> Iterator[Fault]:
    first, last, hours = (window.get(name) for name in ("first", "last", "hours"))
    days = {name: day for name, day in (("first", first), ("last", last)) if isinstance(day, str)}
    wrong = [name for name, day in days.items() if not is_iso_date(day)]
    for name in wrong:
        yield document.fault((*path, name), f"must be a real date, written 2026-12-24; found `{days[name][:20]}`")
    if hours is None and last is None:
        yield document.fault(path, "has no end: give `last`, or `hours`")
    if len(days) == 2 and not wrong and days["last"] < days["first"]:
        yield document.fault((*path, "last"), f"is before `first`, {days['first']}")
    if isinstance(hours, str) and (said := wrong_with_hours(hours)):
        yield document.fault((*path, "hours"), said)
