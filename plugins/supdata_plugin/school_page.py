"""One school: where it stands, its runs, what its rules find, how it is configured, and the buttons of whoever operates it."""

from typing import Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from supdata_plugin import schools
from supdata_plugin.access import Visible, visible_for
from supdata_plugin.rendering import render
from supdata_plugin.rights import Right

router = APIRouter()


@router.get("/schools/{dag_id}")
def school(request: Request, found: Annotated[Visible, Depends(visible_for(Right.LOOK))], session: SessionDep) -> HTMLResponse:
    """Show one school."""
    runs = schools.runs(session, found.school.dag_id, last=30)
    return render(request, "school.html.j2", {"found": found, "school": found.school, "runs": runs})
