"""The first page: every school that somebody may see, searched, filtered and ordered on the server, fifty at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import psycopg
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from supdata.errors import SupdataError
from supdata.ledger.glance import last_in_earnest, newest_in_earnest, oldest_doubts
from supdata.records.summary import RunSummary
from supdata_plugin import schools
from supdata_plugin.access import AllVisible, Visible
from supdata_plugin.figures import reading_ledger
from supdata_plugin.overview import Choice, Column, Row, Shown, State, choose, rejected, tally
from supdata_plugin.rendering import render
from supdata_plugin.rights import Right
from supdata_plugin.trend import Trend, trend
from supdata_plugin.words import WORDS

router = APIRouter()

#: What the column heads say, in their order; the trend cannot be ordered by.
HEADS = {
    Column.NAME: "School",
    Column.STATE: "State",
    Column.LAST: "Last run",
    Column.DECLARED: "Declared",
    Column.REJECTED: "Rejected",
    Column.OPEN: "To correct",
    Column.HELD: "Held",
    Column.DOUBT: "In doubt since",
    Column.NEXT: "Next run",
}
NUMERIC = frozenset({Column.DECLARED, Column.REJECTED, Column.OPEN, Column.HELD})
LIVE = {"running": False, "paused": True}


@dataclass(frozen=True)
class Figures:
    """What the ledger says of all schools; `away` is why it could not be asked, "" when it was."""

    newest: Mapping[str, RunSummary] = field(default_factory=dict)
    doubts: Mapping[str, datetime] = field(default_factory=dict)
    away: str = ""


def chosen(  # noqa: PLR0917 - the parameters of the address
    q: Annotated[str, Query(max_length=100)] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    live: Annotated[str, Query(max_length=10)] = "",
    sort: Column = Column.NAME,
    desc: bool = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Choice:
    """Return what the address asks for; a filter that does not exist is none."""
    wanted = next((one for one in State if one == state), None)
    return Choice(query=q, state=wanted, paused=LIVE.get(live), column=sort, descending=desc, page=page)


Chosen = Annotated[Choice, Depends(chosen)]


@router.get("/")
def overview(request: Request, found: AllVisible, choice: Chosen, session: SessionDep) -> HTMLResponse:
    """Show the schools; to a registrar, who may look at none of them as ops do, those that are theirs."""
    if not any(one.may(Right.LOOK) for one in found):
        return render(request, "my_schools.html.j2", {"lang": "fr", "words": WORDS["fr"], "mine": found})
    return render(request, "overview.html.j2", _values(found, choice, session))


@router.get("/rows")
def rows(request: Request, found: AllVisible, choice: Chosen, session: SessionDep) -> HTMLResponse:
    """Show the table alone: what a script fetches while one types."""
    return render(request, "rows.html.j2", _values(found, choice, session))


def _values(found: Sequence[Visible], choice: Choice, session: SessionDep) -> dict[str, Any]:
    mine = [one.school for one in found if one.may(Right.LOOK)]
    last = schools.last_runs(session, [one.dag_id for one in mine])
    try:
        with reading_ledger() as ledger:
            figures = _figures(ledger)
            all_rows, shown = _choose(mine, last, figures, choice)
            trends = _trends(ledger, shown)
    except SupdataError as error:
        figures, trends = Figures(away=str(error)), {}
        all_rows, shown = _choose(mine, last, figures, choice)
    return {
        "choice": choice,
        "live": next((name for name, paused in LIVE.items() if paused is choice.paused), ""),
        "heads": HEADS,
        "numeric": NUMERIC,
        "states": list(State),
        "shown": shown,
        "trends": trends,
        "tally": tally(all_rows),
        "total": len(all_rows),
        "away": figures.away,
        "address": _address(choice),
    }


def _figures(ledger: psycopg.Connection) -> Figures:
    newest = newest_in_earnest(ledger)
    return Figures(newest, oldest_doubts(ledger, newest.values()))


def _choose(
    mine: Sequence[schools.School], last: Mapping[str, schools.AirflowRun], figures: Figures, choice: Choice
) -> tuple[list[Row], Shown]:
    all_rows = [
        Row(school=one, run=last.get(one.dag_id), summary=figures.newest.get(one.uai), doubt=figures.doubts.get(one.uai))
        for one in mine
    ]
    return all_rows, choose(all_rows, choice)


def _trends(ledger: psycopg.Connection, shown: Shown) -> dict[str, Trend | None]:
    histories = last_in_earnest(ledger, [row.school.uai for row in shown.rows])
    return {uai: trend_of(history) for uai, history in histories.items()}


def trend_of(history: Sequence[RunSummary]) -> Trend | None:
    """Return the way of the rejected share through a school's runs, given the newest first."""
    shares = [share for one in reversed(history) if (share := rejected(one)) is not None]
    return trend(shares, "Rejected rows")


def _address(choice: Choice) -> Any:
    """Return what makes the address of the same choice with some parts of it changed."""

    def changed(**changes: object) -> str:
        parts = {
            "q": choice.query,
            "state": choice.state or "",
            "live": next((name for name, paused in LIVE.items() if paused is choice.paused), ""),
            "sort": choice.column,
            "desc": str(choice.descending).lower(),
            **{name: str(value) for name, value in changes.items()},
        }
        return urlencode({name: value for name, value in parts.items() if value})

    return changed
