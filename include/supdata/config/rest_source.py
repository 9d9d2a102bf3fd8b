"""A source that is a REST API: where its rows are, how to log in, how its list is paged, what has changed since."""

from typing import Literal

from pydantic import Field, model_validator

from supdata.config.rest_auth import RestAuth
from supdata.config.rest_paging import PagePaging, Paging
from supdata.config.section import Section


class Incremental(Section):
    """Ask only for what has changed since the last run that ended well; who has left is seen by a full read alone."""

    parameter: str = Field(description="The query parameter that takes the moment, for example `depuis`.")
    written: Literal["seconds", "milliseconds", "date", "datetime"] = Field(
        "seconds", description="How the moment is written: since 1970, as 2026-09-01, or as 2026-09-01T00:00:00Z."
    )
    overlap_minutes: int = Field(
        60, ge=0, le=10_080, description="How much earlier to ask: the API's clock, and what was being saved at that moment."
    )
    full_every_days: int = Field(7, ge=1, le=31, description="How old the last full read may become.")


class RestSource(Section):
    """A student information system with a REST API."""

    kind: Literal["rest"]
    connection: str = Field(description="Airflow connection of type http: host, user, password.")
    path: str = Field(description="Path of the list, for example /api/ins/ext/v2/gestion/flux-inscriptions/pagine.")
    parameters: dict[str, str] = Field(
        default_factory=dict, description="Query parameters sent with every page. Never a secret."
    )
    rows_field: str = Field("resultats", description="Where the answer holds its list of rows; empty where it is the list.")
    auth: RestAuth
    paging: Paging = PagePaging()
    incremental: Incremental | None = Field(None, description="Absent: every run reads the whole list.")
    timeout_seconds: float = Field(30, gt=0, le=600, description="How long an answer, or a part of one, may take to come.")
    connect_timeout_seconds: float = Field(10, gt=0, le=600, description="How long the server may take to be reached.")
    deadline_minutes: int = Field(120, ge=1, le=1_440, description="How long reading the whole list may take.")
    insecure_http: bool = Field(
        default=False, description="True lets secrets and students travel unencrypted: say why in `insecure_http_reason`."
    )
    insecure_http_reason: str = Field("", description="Who accepted plain http, and why, for whoever reads this file later.")

    @model_validator(mode="after")
    def _insecure_for_a_reason(self) -> "RestSource":
        if self.insecure_http and not self.insecure_http_reason:
            raise ValueError("`insecure_http: true` needs `insecure_http_reason`")
        return self
