"""What the types of an institution file cannot say: names that Python, cron and the calendar know, and facts that must agree.

These read the document and not the institution, so that they speak of a file whose types are wrong elsewhere as well.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from croniter import CroniterError, croniter  # type: ignore[import-untyped]  # publishes no types

from supdata.config.column_checks import check_columns
from supdata.config.delivery_checks import check_delivery
from supdata.config.departure_checks import check_departed_close
from supdata.config.document import Document, Path
from supdata.config.faults import Fault, nearest_to
from supdata.config.format_checks import FORMAT_CHECKS
from supdata.config.hours import wrong_with_hours
from supdata.config.iso_date import is_iso_date
from supdata.config.read_back_checks import check_read_back
from supdata.config.rule_checks import KnownRule, check_known_rules, check_rules
from supdata.config.source_checks import SOURCE_CHECKS
from supdata.config.window_checks import check_windows
from supdata.records.uai import is_valid_uai, uai_key

PRESETS = frozenset({"@hourly", "@daily", "@weekly", "@monthly", "@yearly"})

#: What one field of a schedule may hold; croniter's own R and H would draw another hour each time the file is read.
_CRON_FIELD = re.compile(r"(?:\d+|[A-Za-z]{3}|[*,/#?L-])+")
_LIKE_HOURS = re.compile(r"\s*\d+:\d+\s*-\s*\d+:\d+\s*")
_CRON_EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001 (any fixed day does: only whether a next one exists is asked)
#: Narrower than what Airflow takes as a connection id, so that a pasted URL or key is refused without being repeated.
_CONNECTION = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_CONNECTION_PATHS: tuple[Path, ...] = (
    ("source", "connection"),
    ("registry", "connection"),
    ("registry", "read", "connection"),
    ("delivery", "mail", "connection"),
    ("delivery", "sftp", "connection"),
)
_ALL_CODES: Mapping[str, tuple[str, ...]] = {
    "statut": ("admis", "inscrit"),
    "regime": tuple(f"RF{number}" for number in range(1, 8)),
}


def check(document: Document, known_rules: Mapping[str, KnownRule] | None = None) -> Iterator[Fault]:
    """Yield the faults of a document that pydantic does not see.

    Args:
        document: The file as it was read.
        known_rules: All quality rules by id; None leaves ids unchecked, for callers that do not load the catalogue.
    """
    for one in CHECKS:
        yield from one(document)
    if known_rules is not None:
        yield from check_known_rules(document, known_rules)


def _uais(document: Document) -> Iterator[Fault]:
    also = document.at("also")
    listed: list[Path] = [("also", index) for index in range(len(also))] if isinstance(also, list) else []
    for path in [("uai",), *listed]:
        text = document.at(*path)
        if isinstance(text, str) and not is_valid_uai(text.strip()):
            yield document.fault(path, _uai_message(text.strip()), nearest=_mended_uai(text.strip()))
        elif path != ("uai",) and text == document.at("uai"):
            yield document.fault(path, "is the institution's own UAI: it need not be repeated")


def _uai_message(text: str) -> str:
    return f"a UAI is 7 digits and the key letter that belongs to them; found `{text[:20]}`"


def _mended_uai(text: str) -> str:
    """Return the UAI that differs in its letter or its case only; a wrong digit cannot be told from a wrong letter."""
    digits = text[:7]
    return digits + uai_key(digits) if len(text) in (7, 8) and digits.isascii() and digits.isdigit() else ""


def _year(document: Document) -> Iterator[Fault]:
    """Pydantic would read `20260901` as seconds since 1970."""
    for name in ("start", "end"):
        text = document.at("year", name)
        if isinstance(text, str) and not is_iso_date(text):
            yield document.fault(("year", name), f"must be a real date, written 2026-09-01; found `{text[:20]}`")


def _schedule(document: Document) -> Iterator[Fault]:
    text = document.at("schedule")
    if not isinstance(text, str) or text.strip() in PRESETS:
        return
    if _LIKE_HOURS.fullmatch(text.strip()):
        if wrong := wrong_with_hours(text):
            yield document.fault(("schedule",), wrong)
        return
    example = 'five fields in quotes, such as "10 2 * * *" for 02:10 every night, or hours, such as "01:00-05:00"'
    fields = text.split()
    if len(fields) != 5 or not all(_CRON_FIELD.fullmatch(part) for part in fields):
        yield document.fault(("schedule",), f"must be a cron schedule: {example}", nearest=nearest_to(text, PRESETS))
        return
    if wrong := _wrong_with_cron(text.strip()):
        yield document.fault(("schedule",), f"is a cron schedule that cannot run: {wrong}")


@cache
def _wrong_with_cron(text: str) -> str:
    """Return why a schedule never comes, "" when it does; most schools have one of a few."""
    try:
        croniter(text, _CRON_EPOCH).get_next()
    except CroniterError as error:
        return str(error)
    return ""


def _timezone(document: Document) -> Iterator[Fault]:
    text = document.at("timezone")
    if isinstance(text, str) and not _is_timezone(text.strip()):
        nearest = nearest_to(text.strip(), available_timezones())
        yield document.fault(("timezone",), f"is no time zone; found `{text[:40]}`", nearest=nearest)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a relative name, a folder of zones such as `Europe`
        return False
    return True


def _connections(document: Document) -> Iterator[Fault]:
    for path in _CONNECTION_PATHS:
        text = document.at(*path)
        if isinstance(text, str) and _CONNECTION.fullmatch(text.strip()) is None:
            yield document.fault(path, "must be the id of an Airflow connection: letters, digits, _ . and -")


def _codes(document: Document) -> Iterator[Fault]:
    """A map replaces the whole default: a word left out would have no code to be sent as."""
    for name, words in _ALL_CODES.items():
        given = document.at("registry", "codes", name)
        missing = [word for word in words if word not in given] if isinstance(given, dict) else []
        if missing:
            yield document.fault(("registry", "codes", name), f"lacks the code of {', '.join(missing)}")


CHECKS: tuple[Callable[[Document], Iterator[Fault]], ...] = (
    _uais,
    _year,
    _schedule,
    _timezone,
    *SOURCE_CHECKS,
    *FORMAT_CHECKS,
    _connections,
    _codes,
    check_delivery,
    check_departed_close,
    check_read_back,
    check_windows,
    check_rules,
    check_columns,
)
