"""How a school's connections do: whether Airflow has them, and what the last runs that used them met. Nothing is called."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supdata.config.models import Institution
from supdata.errors import FixConfig
from supdata.orchestration.connections import find_connection
from supdata.records.summary import RunSummary

PUSHES = ("push", "push_held")
#: What the registry has to have said something for.
ANSWERS = ("accepted", "refused", "unknown_student")


class Health(StrEnum):
    """How a connection did when it was last used; each value is also what it is called on the page."""

    WORKED = "worked"
    FAILED = "failed"
    UNUSED = "not used yet"


@dataclass(frozen=True, kw_only=True)
class Used:
    """A connection of a school: what it is `used` for, whether it is `there`, and how it did `at` the last run that used it."""

    used: str
    connection: str
    there: bool
    health: Health
    at: datetime | None = None
    error: str = ""


def connections_of(institution: Institution, history: Sequence[RunSummary]) -> list[Used]:
    """Return the connections of a school, given its runs, the newest first."""
    found = [
        _used("source", institution.source.connection, _reads(history)),
        _used("registry", institution.registry.connection, _pushes(history)),
    ]
    if read := institution.registry.read:
        found.append(_used("read back", read.connection, _looks_up(history)))
    return found


#: When a connection was used, and with what error ("" for none).
Use = tuple[datetime, str]


def _used(used: str, connection: str, uses: Iterable[Use]) -> Used:
    last = next(iter(uses), None)
    if last is None:
        return Used(used=used, connection=connection, there=_is_there(connection), health=Health.UNUSED)
    at, error = last
    health = Health.FAILED if error else Health.WORKED
    return Used(used=used, connection=connection, there=_is_there(connection), health=health, at=at, error=error)


def _reads(history: Sequence[RunSummary]) -> Iterable[Use]:
    return ((run.ended, run.error if run.failed_stage == "extract" else "") for run in history)


def _pushes(history: Sequence[RunSummary]) -> Iterable[Use]:
    for run in history:
        if run.failed_stage in PUSHES:
            yield run.ended, run.error
        elif any(run.counts[name] for name in ANSWERS if name in run.known):
            yield run.ended, ""


def _looks_up(history: Sequence[RunSummary]) -> Iterable[Use]:
    return ((run.ended, "") for run in history if "looked_up" in run.known and run.counts["looked_up"])


def _is_there(connection: str) -> bool:
    try:
        find_connection(connection)
    except FixConfig:
        return False
    return True
