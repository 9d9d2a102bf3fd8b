"""Pages from templates: everything is escaped, and addresses are made here, from the place Airflow is served at."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from supdata_plugin.files import VERSION
from supdata_plugin.register import PREFIX

ENVIRONMENT = Environment(
    loader=PackageLoader("supdata_plugin"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def render(request: Request, template: str, values: Mapping[str, Any], status_code: int = 200) -> HTMLResponse:
    """Return a page; `values` are what its template names, whatever they hold is shown as text."""
    here = str(request.scope.get("root_path", ""))
    addresses = {"here": here, "airflow": here.removesuffix(PREFIX), "version": VERSION, "now": datetime.now(UTC)}
    page = ENVIRONMENT.get_template(template).render({**addresses, **values})
    return HTMLResponse(page, status_code)


def part(text: str) -> str:
    """Return `text` as one part of an address, whatever it holds: no slash in it begins another part."""
    return quote(text, safe="")


def number(value: int | None) -> str:
    """Return a count with its thousands apart, or a dash for one that is not known."""
    return "–" if value is None else f"{value:,}".replace(",", " ")


def share(value: float | None) -> str:
    """Return a share as a percentage with one digit after the point, or a dash for one that is not known."""
    return "–" if value is None else f"{value:.1%}"


def moment(value: datetime | None) -> str:
    """Return a moment in UTC for `<time>`; a script shows it in the zone that the reader has chosen in Airflow."""
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(value: datetime | None) -> str:
    """Return a moment as it reads without a script."""
    return "–" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


ENVIRONMENT.filters.update(part=part, number=number, share=share, moment=moment, shown=shown)
