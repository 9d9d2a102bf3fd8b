"""One run: its report, and the rows to correct for whoever may have them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends, HTTPException, Request, Response, status
from fastapi.responses import HTMLResponse

from supdata_plugin import schools
from supdata_plugin.access import Id, Visible, visible_for
from supdata_plugin.rendering import render
from supdata_plugin.rights import Right
from supdata_plugin.run_files import WORK_LISTS, folder_of, forms_of, has_report, report_of, report_policy, work_list_of
from supdata_plugin.schools import AirflowRun
from supdata_plugin.words import WORDS, Asked, Language, language_for

router = APIRouter()


@dataclass(frozen=True)
class KnownRun:
    """A run that exists, of a school that somebody may see something of."""

    found: Visible
    run: AirflowRun


def _known(found: Visible, run_id: str, session: SessionDep) -> KnownRun:
    run = schools.run(session, found.school.dag_id, run_id)
    if run is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "This school has no such run.")
    return KnownRun(found, run)


def run_to_report(run_id: Id, found: Annotated[Visible, Depends(visible_for(Right.REPORT))], session: SessionDep) -> KnownRun:
    """Return the run of the address for whoever may see its report."""
    return _known(found, run_id, session)


def run_to_correct(
    run_id: Id, found: Annotated[Visible, Depends(visible_for(Right.WORK_LIST))], session: SessionDep
) -> KnownRun:
    """Return the run of the address for whoever may have its rows to correct."""
    return _known(found, run_id, session)


def run_to_sign_off(
    run_id: Id, found: Annotated[Visible, Depends(visible_for(Right.SIGN_OFF))], session: SessionDep
) -> KnownRun:
    """Return the run of the address for whoever may confirm it."""
    return _known(found, run_id, session)


@router.get("/schools/{dag_id}/runs/{run_id}")
def run(request: Request, known: Annotated[KnownRun, Depends(run_to_report)], asked: Asked = None) -> HTMLResponse:
    """Show one run: what Airflow says of it, what one may do, and the report."""
    folder = folder_of(known.found.school, known.run.run_id)
    language = language_for(known.found, asked)
    values = {
        "lang": language,
        "words": WORDS[language],
        "found": known.found,
        "school": known.found.school,
        "run": known.run,
        "has_report": has_report(folder),
        "forms": forms_of(folder) if known.found.may(Right.WORK_LIST) else [],
    }
    return render(request, "run.html.j2", values)


@router.get("/schools/{dag_id}/runs/{run_id}/report")
def report(known: Annotated[KnownRun, Depends(run_to_report)], lang: Language = "fr") -> Response:
    """Show the report alone, as the run has left it."""
    page = report_of(folder_of(known.found.school, known.run.run_id), lang)
    if page is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "This run has left no report.")
    return Response(page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": report_policy(page)})


@router.get("/schools/{dag_id}/runs/{run_id}/work-list/{form}")
def work_list(form: Literal["csv", "xlsx"], known: Annotated[KnownRun, Depends(run_to_correct)]) -> Response:
    """Hand out the rows to correct as a file: they hold INE and birth dates, and are shown on no page."""
    wanted = WORK_LISTS[form]
    rows = work_list_of(folder_of(known.found.school, known.run.run_id), wanted)
    if rows is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "This run has left no rows to correct.")
    name = f"a_corriger_{known.found.school.uai}.{form}"
    return Response(rows, media_type=wanted.media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
