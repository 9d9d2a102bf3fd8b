"""The application under `/supdata`: every route behind Airflow's login, every answer with the same strict headers."""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, Request, Response, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from supdata_plugin import files, overview_page, registrar_page, run_page, school_page, sign_off_page
from supdata_plugin.body_limit import BodyLimit
from supdata_plugin.headers import StrictHeaders
from supdata_plugin.rendering import render

ROUTERS = tuple(page.router for page in (files, overview_page, school_page, run_page, registrar_page, sign_off_page))


def make_application() -> FastAPI:
    """Return the application.

    The login is asked for here, once for all routes: one that is added later has it as well. FastAPI's own pages about an
    application (`/docs`, `/openapi.json`) are left out, since no dependency covers them.
    """
    application = FastAPI(title="SupData", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(get_user)])
    for router in ROUTERS:
        application.include_router(router)
    application.add_middleware(BodyLimit)
    application.add_middleware(StrictHeaders)
    application.exception_handler(HTTPException)(_show_error)
    application.exception_handler(RequestValidationError)(_show_invalid)
    return application


async def _show_error(request: Request, error: HTTPException) -> Response:
    """Answer with a page that says what was wrong, or lead whoever is not logged in to Airflow's own login and back."""
    if error.status_code == status.HTTP_401_UNAUTHORIZED and _is_navigation(request):
        return RedirectResponse(get_auth_manager().get_url_login(next_url=str(request.url)), status.HTTP_302_FOUND)
    return render(request, "message.html.j2", {"message": error.detail}, error.status_code)


async def _show_invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001 - what was wrong may quote the input
    message = "The address or the form is not of the form that is expected."
    return render(request, "message.html.j2", {"message": message}, status.HTTP_422_UNPROCESSABLE_CONTENT)


def _is_navigation(request: Request) -> bool:
    """Whether a browser opens a page, and not a script or an image something on it."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")
