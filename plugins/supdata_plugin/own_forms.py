"""Proof that a form which changes something was filled in on a page of ours, by the person who sends it.

Airflow's login is a cookie, which a browser would send with another site's form too, were it not for `SameSite=Lax`. That is
one lock, and it is the browser's. The second is a token in the form, signed with the key of Airflow's api-server: it names the
person and the school, and no other site can read or make it.
"""

from typing import Annotated

from airflow.api_fastapi.auth.tokens import get_signing_key
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Form, HTTPException, Request, status
from itsdangerous import BadData, URLSafeTimedSerializer

#: A page may lie open for a working day.
SECONDS = 10 * 60 * 60
SALT = "supdata-form"


def token_for(user_id: str, dag_id: str) -> str:
    """Return the token of the forms about one school that are shown to one person."""
    return _serializer().dumps([user_id, dag_id])


def sent_from_own_form(
    dag_id: str, request: Request, user: GetUserDep, token: Annotated[str, Form(max_length=2000)] = ""
) -> None:
    """Let a form in only if its token is this person's, for this school; others get a 403."""
    try:
        given = _serializer().loads(token, max_age=SECONDS)
    except BadData:
        given = None
    if given != [str(user.get_id()), dag_id] or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(status.HTTP_403_FORBIDDEN, "This form was not filled in here, or too long ago: open it again.")


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_signing_key("api", "secret_key"), salt=SALT)
