"""The registrar's word on a run: whether it is confirmed, by whom, and the button that does it."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response, status
from fastapi.responses import RedirectResponse

from supdata.errors import RunStopped, SupdataError
from supdata.orchestration.signing_off import sign_off, signed
from supdata_plugin import schools
from supdata_plugin.access import Visible, visible_for
from supdata_plugin.rendering import render
from supdata_plugin.rights import Right

router = APIRouter()
Batch = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

WORDS = {
    "fr": {
        "title": "Confirmer ce passage",
        "declared": "inscriptions déclarées par ce passage",
        "batch": "Empreinte du lot",
        "confirm": "Je confirme que ces déclarations sont celles de l’établissement",
        "confirmed": "Confirmé par",
        "void": "Sans effet : le lot a changé depuis la confirmation de",
        "none": "Ce passage n’est pas encore confirmé.",
        "not_yet": "Ce passage ne peut pas être confirmé : il n’a pas abouti, ou c’était un essai.",
        "other": "English",
    },
    "en": {
        "title": "Confirm this run",
        "declared": "enrolments declared by this run",
        "batch": "Hash of the batch",
        "confirm": "I confirm that these declarations are the institution’s",
        "confirmed": "Confirmed by",
        "void": "Void: the batch has changed since it was confirmed by",
        "none": "This run is not confirmed yet.",
        "not_yet": "This run cannot be confirmed: it did not complete, or it was a trial.",
        "other": "Français",
    },
}


def from_our_page(request: Request) -> None:
    """Refuse what another site has sent in somebody's name: a login is a cookie, and browsers say where requests come from."""
    where = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = where in {None, "same-origin"} and (origin is None or urlsplit(origin).netloc == request.headers.get("host"))
    if not ours:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "This can be confirmed on its own page only.")


def _run_of(found: Visible, run_id: str, session: SessionDep) -> str:
    run = schools.run(session, found.school.dag_id, run_id)
    if run is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "This school has no such run.")
    return run.run_id


@router.get("/schools/{dag_id}/runs/{run_id}/sign-off")
def confirmation(
    request: Request,
    run_id: str,
    found: Annotated[Visible, Depends(visible_for(Right.REPORT))],
    session: SessionDep,
    lang: Literal["fr", "en"] = "fr",
) -> Response:
    """Show whether a run is confirmed; who may confirm it finds the button here."""
    known = _run_of(found, run_id, session)
    try:
        run, standing, void = signed(found.school.uai, known)
    except SupdataError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "The ledger is away; try again later.") from error
    values = {
        "school": found.school,
        "run_id": known,
        "run": run,
        "standing": standing,
        "void": void,
        "may": found.may(Right.SIGN_OFF) and run is not None and run.state == "success" and not run.dry_run,
        "words": WORDS[lang],
        "lang": lang,
    }
    return render(request, "sign_off.html.j2", values)


@router.post("/schools/{dag_id}/runs/{run_id}/sign-off/{batch}", dependencies=[Depends(from_our_page)])
def confirm(
    request: Request,
    run_id: str,
    batch: Batch,
    found: Annotated[Visible, Depends(visible_for(Right.SIGN_OFF))],
    session: SessionDep,
) -> Response:
    """Confirm the batch that was shown, in the name of whoever is logged in; another batch by now is not confirmed."""
    known = _run_of(found, run_id, session)
    try:
        sign_off(found.school.uai, known, batch, found.login)
    except RunStopped as stopped:
        raise HTTPException(status.HTTP_409_CONFLICT, f"{stopped.found}. {stopped.remedy}") from stopped
    except SupdataError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "The ledger is away; try again later.") from error
    return RedirectResponse(request.url.path.rpartition("/")[0], status.HTTP_303_SEE_OTHER)
