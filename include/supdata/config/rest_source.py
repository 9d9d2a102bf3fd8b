"""A source that is a REST API: where its rows are, how to log in, how its list is paged."""

from typing import Annotated, Literal

from pydantic import Field

from supdata.config.section import Section


class LoginToken(Section):
    """Log in with the connection's user and password; the answer's body is the bearer token (PEGASE's CAS ticket)."""

    method: Literal["login"]
    path: str = Field(description="Where the login form is posted, for example /cas/v1/tickets.")


class BasicAuth(Section):
    """HTTP basic authentication with the connection's user and password."""

    method: Literal["basic"]


class BearerToken(Section):
    """The connection's password is the bearer token."""

    method: Literal["bearer"]


class ApiKey(Section):
    """The connection's password goes into a header of its own."""

    method: Literal["key"]
    header: str = "X-API-Key"


RestAuth = Annotated[LoginToken | BasicAuth | BearerToken | ApiKey, Field(discriminator="method")]


class PagePaging(Section):
    """Pages numbered by a parameter, until the answer's page count is reached."""

    page_parameter: str = "page"
    size_parameter: str = "taille"
    size: int = Field(500, ge=1, le=10_000)
    first: int = Field(0, ge=0, le=1)
    pages_field: str = Field("totalPages", description="Where the answer says how many pages there are.")
    total_field: str = Field("totalElements", description="Where the answer says how many rows there are: checked at the end.")


class RestSource(Section):
    """A student information system with a paged REST API."""

    kind: Literal["rest"]
    connection: str = Field(description="Airflow connection of type http: host, user, password.")
    path: str = Field(description="Path of the list, for example /api/ins/ext/v2/gestion/flux-inscriptions/pagine.")
    parameters: dict[str, str] = Field(
        default_factory=dict, description="Query parameters sent with every page. Never a secret."
    )
    rows_field: str = Field("resultats", description="Where the answer holds its list of rows.")
    auth: RestAuth
    paging: PagePaging = PagePaging()
    timeout_seconds: float = Field(30, gt=0, le=600)
