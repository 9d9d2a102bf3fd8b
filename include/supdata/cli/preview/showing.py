"""A preview for people, as tables, and for machines, as JSON."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from supdata.cli.language import say, speaks_french
from supdata.cli.preview.looking import Preview, Seen
from supdata.config.columns import ColumnMapping
from supdata.config.hours import HOURS, minute_of
from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.rows import RawRow
from supdata.validate.catalogue import RULES

#: Rows shown field by field: one of each kind of outcome, as many as a person reads.
SHOWN = 10
COLOURS = {
    "left_out": "cyan",
    "valid": "green",
    "rejected": "red",
    "unreadable": "red",
    "provisional": "yellow",
    "duplicate": "yellow",
}
_PROVENANCE = ("source", "row")


def as_machine_text(preview: Preview) -> str:
    """Return the preview as one JSON object.

    `schedule` is when the school runs, as cron; `counts` are by state; each of `rows` has row, state, reasons and enrolment.
    """
    rows = [_plain(one) for one in preview.rows]
    return msgspec.json.encode({"schedule": preview.institution.cron(), "counts": preview.counts, "rows": rows}).decode()


def _plain(seen: Seen) -> dict[str, Any]:
    return {
        "row": seen.found.row,
        "state": seen.state,
        "reasons": _reason_ids(seen),
        "enrolment": None if seen.enrolment is None else _fields(seen.enrolment),
    }


def _fields(enrolment: Enrolment) -> dict[str, str]:
    return {name: text for name, text in msgspec.structs.asdict(enrolment).items() if name not in _PROVENANCE}


def _reason_ids(seen: Seen) -> list[str]:
    """Return ids alone: a row that no rule has judged has the name of its state, so that nothing must be parsed."""
    return (
        [reason.rule for reason in seen.reasons] if isinstance(seen.found, RawRow) else [seen.state.upper().replace("_", "-")]
    )


def _reasons(seen: Seen) -> list[str]:
    """Return the ids of the rules that a row breaks; for one that was not judged, why it was not."""
    return [reason.rule for reason in seen.reasons] if isinstance(seen.found, RawRow) else [seen.found.reason]


def show(preview: Preview) -> None:
    """Print one row of each kind of outcome field by field, then the reasons and the states, each with its count."""
    console = Console()
    for seen in examples(preview.rows):
        _show_row(console, seen, preview.institution)
    reasons = Counter((seen.state, reason) for seen in preview.rows for reason in _reasons(seen))
    if reasons:
        console.print(_reason_table(reasons))
    console.print(_state_table(preview.counts))
    console.print(say("Nothing was sent."))
    if when := own_minute(preview.institution):
        console.print(when, highlight=False)


def own_minute(institution: Institution) -> str:
    """Say which minute of its `schedule` is the school's own; "" where the schedule is no hours."""
    hours = (institution.schedule or "").strip()
    if HOURS.fullmatch(hours) is None:
        return ""
    minute = f"{minute_of(institution.uai, hours):%H:%M}"
    return say(
        "Airflow runs it at {minute}: its own minute of {hours} ({zone}).",
        minute=minute,
        hours=hours,
        zone=institution.timezone,
    )


def examples(rows: Iterable[Seen]) -> list[Seen]:
    """Return the first row of each combination of state and reasons, at most `SHOWN` of them, in the order of rows."""
    first: dict[tuple[str, ...], Seen] = {}
    for seen in rows:
        first.setdefault((seen.state, *_reasons(seen)), seen)
        if len(first) == SHOWN:
            break
    return list(first.values())


def _show_row(console: Console, seen: Seen, institution: Institution) -> None:
    reasons = ", ".join(_reasons(seen))
    console.print(f"{seen.found.source}, {say('row')} {seen.found.row}: ", end="", markup=False)
    console.print(say(seen.state), style=COLOURS[seen.state], end="")
    console.print(f" ({reasons})" if reasons else "", markup=False, highlight=False)
    if seen.enrolment is not None and isinstance(seen.found, RawRow):
        console.print(_field_table(seen.found, seen.enrolment, institution))


def _field_table(found: RawRow, enrolment: Enrolment, institution: Institution) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("field", "found", "becomes"):
        table.add_column(say(title), overflow="fold")
    for name, mapping in institution.columns.mapped().items():
        table.add_row(name, _plainly(_found(found, mapping)), _plainly(_becomes(name, enrolment)))
    return table


def _found(row: RawRow, mapping: ColumnMapping) -> str:
    if mapping.constant is not None:
        return say("always {value}", value=mapping.constant)
    if mapping.year is not None:
        return say("the school's year")
    return ", ".join(f"{column}={row.values[column]}" for column in mapping.source_columns())


def _becomes(name: str, enrolment: Enrolment) -> str:
    text = str(getattr(enrolment, name))
    if name != "codeCommune":
        return text
    unknown = say("not known")
    insee, postal = enrolment.communeInsee or unknown, enrolment.communePostal or unknown
    return say("{code} (INSEE {insee}, postal {postal})", code=text, insee=insee, postal=postal)


def _plainly(text: str) -> str:
    """Return a value so that Rich reads no markup into it."""
    return text.replace("[", r"\[")


def _reason_table(reasons: Counter[tuple[str, str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("rows"), justify="right")
    for title in ("state", "reason", "meaning"):
        table.add_column(say(title))
    for (state, reason), count in reasons.most_common():
        table.add_row(str(count), say(state), _plainly(reason), _meaning(reason))
    return table


def _meaning(reason: str) -> str:
    rule = RULES.get(reason)
    return "" if rule is None else rule.title if speaks_french() else rule.english


def _state_table(counts: dict[str, int]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("state"))
    table.add_column(say("rows"), justify="right")
    for state, count in counts.items():
        table.add_row(say(state), str(count), style=COLOURS[state] if count else "dim")
    table.add_section()
    table.add_row(say("read"), str(sum(counts.values())))
    return table
