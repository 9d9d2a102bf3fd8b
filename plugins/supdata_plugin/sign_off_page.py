"""The registrar's word on a run: whether it is confirmed, by whom, and the button that does it."""

from typing import Annotated, Literal

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response, status
from fastapi.responses import RedirectResponse

from supdata.errors import RunStopped, SupdataError
from supdata.orchestration.signing_off import sign_off, signed
from supdata_plugin.own_forms import sent_from_own_form, token_for
from supdata_plugin.rendering import render
from supdata_plugin.rights import Right
from supdata_plugin.run_page import KnownRun, run_to_report, run_to_sign_off

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


@router.get("/schools/{dag_id}/runs/{run_id}/sign-off")
def confirmation(
    request: Request,
    of: Annotated[KnownRun, Depends(run_to_report)],
    user: GetUserDep,
    lang: Literal["fr", "en"] = "fr",
) -> Response:
    """Show whether a run is confirmed; who may confirm it finds the button here."""
    found, known = of.found, of.run.run_id
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
        "token": token_for(str(user.get_id()), found.school.dag_id),
    }
    return render(request, "sign_off.html.j2", values)


@router.post("/schools/{dag_id}/runs/{run_id}/sign-off/{batch}", dependencies=[Depends(sent_from_own_form)])
def confirm(
    request: Request,
    batch: Batch,
    of: Annotated[KnownRun, Depends(run_to_sign_off)],
) -> Response:
    """Confirm the batch that was shown, in the name of whoever is logged in; another batch by now is not confirmed."""
    try:
        sign_off(of.found.school.uai, of.run.run_id, batch, of.found.login)
    except RunStopped as stopped:
        raise HTTPException(status.HTTP_409_CONFLICT, f"{stopped.found}. {stopped.remedy}") from stopped
    except SupdataError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "The ledger is away; try again later.") from error
    return RedirectResponse(request.url.path.rpartition("/")[0], status.HTTP_303_SEE_OTHER)
