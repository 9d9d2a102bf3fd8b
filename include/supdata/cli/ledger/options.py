"""The options that several commands of `supdata ledger` share, and how their words are read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from supdata.errors import FixConfig
from supdata.ledger.consulting import Choice
from supdata.records.states import Outcome

DATABASE_VARIABLE = "SUPDATA_LEDGER_DATABASE"


class State(StrEnum):
    """What a record may stand at in the ledger."""

    ACCEPTED = Outcome.ACCEPTED
    REFUSED = Outcome.REFUSED
    UNKNOWN_STUDENT = Outcome.UNKNOWN_STUDENT
    AMBIGUOUS = Outcome.AMBIGUOUS


Database = Annotated[
    str,
    typer.Option(
        "--database",
        envvar=DATABASE_VARIABLE,
        show_envvar=True,
        help="The ledger's PostgreSQL address. Absent: Airflow's connection `supdata_ledger`, which may be in "
        "AIRFLOW_CONN_SUPDATA_LEDGER; Airflow need not be running.",
    ),
]
School = Annotated[str, typer.Option("--school", help="The UAI under which records are declared.")]
States = Annotated[list[State] | None, typer.Option("--state", help="Only what stands at this; may be given several times.")]
Due = Annotated[str, typer.Option(help="Only what is asked again by itself by then: now, or a day (2026-11-30).")]
Source = Annotated[str, typer.Option(help="Only what the source last held in this file or query.")]
Row = Annotated[int | None, typer.Option(min=1, help="Only what the source last held in this row.")]
Keys = Annotated[list[str] | None, typer.Option("--key", help="Only this record: the first digits of its fingerprint.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def choice_of(
    *,
    school: str,
    states: Sequence[State] | None,
    due: str,
    source: str,
    row: int | None,
    keys: Sequence[str] | None,
    now: datetime,
) -> Choice:
    """Return the choice that the options make; raises FixConfig when one cannot be read."""
    return Choice(
        uai=school.strip(),
        states=tuple(Outcome(one) for one in states or ()),
        due_by=_moment(due, now) if due else None,
        source=source,
        row=row,
        keys=tuple(fingerprint_digits(one) for one in keys or ()),
    )


def fingerprint_digits(text: str) -> str:
    """Return the digits of a fingerprint as they are kept; raises FixConfig on anything else, without repeating it."""
    digits = text.strip().lower()
    if not 4 <= len(digits) <= 32 or not all(one in "0123456789abcdef" for one in digits):
        raise FixConfig(
            "Reading the fingerprint of a record",
            "it is 4 to 32 hexadecimal digits, and this is not",
            "`supdata ledger show` prints it; `supdata ledger find` tells that of an INE, which it asks for.",
        )
    return digits


def _moment(text: str, now: datetime) -> datetime:
    if text == "now":
        return now
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise FixConfig("Reading --due", f"`{text[:20]}` is no day", "Write now, or a day as 2026-11-30.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
