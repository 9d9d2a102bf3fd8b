"""One school: where it stands, its runs, what its rules find, how it is configured, and the buttons of whoever operates it.

The buttons are forms that a script sends to Airflow's own API: nothing here starts, pauses or changes anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from supdata.errors import SupdataError
from supdata.ledger.glance import Standing, oldest_doubts, standing
from supdata.ledger.history import History
from supdata.records.summary import RunSummary
from supdata.validate.catalogue import RULES
from supdata_plugin import schools
from supdata_plugin.access import Visible, visible_for
from supdata_plugin.config_shown import Config, config_of
from supdata_plugin.figures import reading_ledger
from supdata_plugin.health import Used, connections_of
from supdata_plugin.overview import Row
from supdata_plugin.overview_page import trend_of
from supdata_plugin.rendering import render
from supdata_plugin.rights import Right
from supdata_plugin.schools import AirflowRun, School

router = APIRouter()

LAST = 30


@dataclass(frozen=True)
class Firing:
    """A rule, or an answer of the registry, with the rows it has met in the last run and in the one before."""

    rule: str
    title: str
    rows: int
    before: int | None


@dataclass(frozen=True)
class Kept:
    """What the ledger has of a school; `away` is why it could not be asked, "" when it was."""

    history: Sequence[RunSummary] = ()
    standing: Sequence[Standing] = ()
    doubt: Any = None
    away: str = ""


@router.get("/schools/{dag_id}")
def school(request: Request, found: Annotated[Visible, Depends(visible_for(Right.LOOK))], session: SessionDep) -> HTMLResponse:
    """Show one school."""
    one = found.school
    kept = _kept(one)
    runs = schools.runs(session, one.dag_id, LAST)
    earnest = [summary for summary in kept.history if not summary.dry_run]
    config = config_of(session, one.dag_id) if found.may(Right.CONFIG) else None
    values = {
        "found": found,
        "school": one,
        "row": Row(school=one, run=runs[0] if runs else None, summary=earnest[0] if earnest else None, doubt=kept.doubt),
        "trend": trend_of(earnest),
        "runs": [(run, _by_id(kept.history).get(run.run_id)) for run in runs],
        "firing": firing(earnest),
        "standing": kept.standing,
        "config": config,
        "connections": _connections(config, kept.history),
        "away": kept.away,
        "duration": duration,
    }
    return render(request, "school.html.j2", values)


def firing(history: Sequence[RunSummary]) -> list[Firing]:
    """Return what the newest of a school's runs has found, the most frequent first, beside what the one before had."""
    if not history:
        return []
    before = history[1].rules if len(history) > 1 else None
    found = [
        Firing(rule, RULES[rule].english if rule in RULES else "", rows, None if before is None else before.get(rule, 0))
        for rule, rows in history[0].rules.items()
    ]
    return sorted(found, key=lambda one: (-one.rows, one.rule))


def _kept(one: School) -> Kept:
    try:
        with reading_ledger() as ledger:
            history = History(ledger).of(one.uai, LAST)
            return Kept(history, standing(ledger, one.uai), oldest_doubts(ledger, history[:1]).get(one.uai))
    except SupdataError as error:
        return Kept(away=str(error))


def _by_id(history: Sequence[RunSummary]) -> Mapping[str, RunSummary]:
    return {one.run_id: one for one in history}


def _connections(config: Config | None, history: Sequence[RunSummary]) -> list[Used]:
    return connections_of(config.institution, history) if config and config.institution else []


def duration(run: AirflowRun) -> str:
    """Return how long a run has taken, "" while it is under way."""
    if run.started is None or run.ended is None:
        return ""
    seconds = int((run.ended - run.started).total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
