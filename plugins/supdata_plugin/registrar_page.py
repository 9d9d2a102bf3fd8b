"""A registrar's own page, in French by default: the last declarations, their reports, rows to correct, and their way back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, Form, HTTPException, Request, UploadFile, status
from fastapi.responses import HTMLResponse

from supdata.errors import SupdataError
from supdata.ledger.history import History
from supdata.orchestration.corrections import receive
from supdata.records.summary import RunSummary
from supdata_plugin import schools
from supdata_plugin.access import Visible, visible_for
from supdata_plugin.figures import reading_ledger
from supdata_plugin.overview import declared
from supdata_plugin.own_forms import sent_from_own_form, token_for
from supdata_plugin.rendering import render
from supdata_plugin.rights import Right
from supdata_plugin.run_files import folder_of, forms_of
from supdata_plugin.words import WORDS, Asked, Language

router = APIRouter()

LAST = 30


@router.get("/schools/{dag_id}/registrar")
def registrar(
    request: Request,
    found: Annotated[Visible, Depends(visible_for(Right.WORK_LIST))],
    session: SessionDep,
    user: GetUserDep,
    asked: Asked = None,
) -> HTMLResponse:
    """Show a school to its registrar."""
    return render(request, "registrar.html.j2", _values(found, session, str(user.get_id()), asked))


@router.post("/schools/{dag_id}/corrections", dependencies=[Depends(sent_from_own_form)])
def give_back(  # noqa: PLR0917 - FastAPI hands them by name
    request: Request,
    found: Annotated[Visible, Depends(visible_for(Right.CORRECT))],
    session: SessionDep,
    user: GetUserDep,
    rows: UploadFile,
    lang: Annotated[Language, Form()] = "fr",
) -> HTMLResponse:
    """Take a corrected list back, and say what becomes of each of its lines; `BodyLimit` has seen to its size."""
    try:
        received = receive(found.school.uai, rows.filename or "", rows.file.read(), found.login)
    except SupdataError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, WORDS[lang]["not_taken"]) from error
    values = _values(found, session, str(user.get_id()), lang)
    return render(request, "registrar.html.j2", {**values, "received": received})


def _values(found: Visible, session: SessionDep, user_id: str, asked: Language | None) -> dict[str, Any]:
    school = found.school
    language: Language = asked or "fr"
    runs = schools.runs(session, school.dag_id, LAST)
    figures, away = _figures(school.uai)
    newest = next((run for run in runs if not run.is_under_way), None)
    return {
        "found": found,
        "school": school,
        "lang": language,
        "words": WORDS[language],
        "runs": [(run, figures.get(run.run_id)) for run in runs],
        "declared": declared,
        "newest": newest,
        "forms": forms_of(folder_of(school, newest.run_id)) if newest else [],
        "away": away,
        "token": token_for(user_id, school.dag_id),
        "received": None,
    }


def _figures(uai: str) -> tuple[Mapping[str, RunSummary], bool]:
    """Return a school's runs in figures by their ids, and whether the ledger could not be asked."""
    history: Sequence[RunSummary] = ()
    try:
        with reading_ledger() as ledger:
            history = History(ledger).of(uai, LAST)
    except SupdataError:
        return {}, True
    return {one.run_id: one for one in history}, False
