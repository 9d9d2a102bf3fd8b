"""How to log in to a REST API; the secret itself is in the Airflow connection, never here."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from supdata.config.section import Section

LOGIN_AT = "Where tokens are given: a path on the connection's host, or a full https address where it is another host."
ANSWER = "Where the JSON answer holds the token, fields joined by dots; empty where the answer's body is the token."


class LoginToken(Section):
    """Log in by a form with the connection's user and password; the answer is the bearer token (PEGASE's CAS ticket)."""

    method: Literal["login"]
    path: str = Field(description=LOGIN_AT)
    user_field: str = Field("username", description="The form's field for the connection's user.")
    secret_field: str = Field("password", description="The form's field for the connection's password.")
    form: dict[str, str] = Field(
        default_factory=lambda: {"token": "true"}, description="What else the form holds. Never a secret."
    )
    token_field: str = Field("", description=ANSWER)


class BasicToken(Section):
    """Post with basic authentication, once; the answer holds the bearer token (ScoDoc)."""

    method: Literal["token"]
    path: str = Field(description=LOGIN_AT)
    token_field: str = Field("token", description=ANSWER)


class ClientCredentials(Section):
    """OAuth 2.0 client credentials (RFC 6749, 4.4): the connection's user is the client id, its password the secret."""

    method: Literal["oauth2"]
    path: str = Field(description=LOGIN_AT)
    scope: str = Field("", description="Scopes asked for, separated by blanks.")
    parameters: dict[str, str] = Field(
        default_factory=dict, description="What else the token request holds, such as `audience`. Never a secret."
    )
    client: Literal["basic", "form"] = Field("basic", description="Whether id and secret go into a header or into the form.")


class BasicAuth(Section):
    """HTTP basic authentication with the connection's user and password."""

    method: Literal["basic"]


class BearerToken(Section):
    """The connection's password is the bearer token."""

    method: Literal["bearer"]


class ApiKey(Section):
    """The connection's password goes into a header of its own."""

    method: Literal["key"]
    header: str = Field("X-API-Key", description="The header that carries the key.")
    query_parameter: str | None = Field(
        None, description="Instead of a header, where an API reads its key from nowhere else: servers log addresses."
    )

    @model_validator(mode="after")
    def _in_one_place(self) -> "ApiKey":
        if self.query_parameter is not None and "header" in self.model_fields_set:
            raise ValueError("give either `header` or `query_parameter`")
        return self


RestAuth = Annotated[
    LoginToken | BasicToken | ClientCredentials | BasicAuth | BearerToken | ApiKey, Field(discriminator="method")
]
