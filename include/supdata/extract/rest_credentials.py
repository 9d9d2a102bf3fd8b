"""The credential that goes with each call of a REST API: as the connection holds it, or a token obtained with it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, NoReturn, assert_never
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from supdata.config.rest_auth import ApiKey, BasicAuth, BasicToken, BearerToken, ClientCredentials, LoginToken, RestAuth
from supdata.errors import AccessRefused, FixConfig
from supdata.extract.json_values import find
from supdata.extract.rest_answers import Answer

TOKEN = re.compile(r"[\x21-\x7e]+")
MEND_CONNECTION = "Correct user and password in the connection, or ask the school to open the access."
MEND_LOGIN = "Correct `source.auth` in the institution file, or the connection's host."
EARLIER = 30.0  # seconds before its end that a token is no longer used: a call takes a while to arrive
#: What an OAuth server may say (RFC 6749, 5.2): words of its standard alone are quoted.
OAUTH_WORDS = {"invalid_request", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}

#: Posts a form to an address with a credential, and returns the answer whatever its status.
Post = Callable[[str, Mapping[str, str], Callable[[requests.PreparedRequest], requests.PreparedRequest]], Answer]


class HeaderAuth(AuthBase):
    """Puts a credential into one header; being an `auth`, it also keeps requests from looking into ~/.netrc."""

    def __init__(self, header: str, value: str) -> None:
        self._header = header
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers[self._header] = self._value
        return request


class QueryAuth(AuthBase):
    """Puts a credential into the address, in the place of one that a link of the API's already holds."""

    def __init__(self, parameter: str, value: str) -> None:
        self._parameter = parameter
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the parameter."""
        parts = urlsplit(request.url or "")
        kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != self._parameter]
        request.url = parts._replace(query=urlencode([*kept, (self._parameter, self._value)])).geturl()
        return request


@dataclass
class Credentials:
    """What the connection holds, and the token that was obtained with it for as long as it lasts."""

    auth: RestAuth
    login: str
    password: str = field(repr=False)
    post: Post
    clock: Callable[[], float]
    attempted: str
    _held: AuthBase | None = field(default=None, repr=False)
    _ends: float = inf

    @property
    def held(self) -> bool:
        """Whether a credential is there that was not made for the next call."""
        return self._held is not None and self.clock() < self._ends

    @property
    def renewable(self) -> bool:
        """Whether another token can be obtained where this one is refused."""
        return isinstance(self.auth, LoginToken | BasicToken | ClientCredentials)

    def current(self) -> AuthBase:
        """Return the credential for a call, a new one when there is none or its time is over."""
        if self._held is None or self.clock() >= self._ends:
            self._held = self._obtained()
        return self._held

    def forget(self) -> None:
        """Let the next call obtain another one."""
        self._held = None

    def _obtained(self) -> AuthBase:
        match self.auth:
            case BasicAuth():
                return self._basic()
            case BearerToken():
                return _bearer(self._checked(self.password))
            case ApiKey(query_parameter=str(parameter)):
                return QueryAuth(parameter, self._checked(self.password))
            case ApiKey(header=header):
                return HeaderAuth(header, self._checked(self.password))
            case LoginToken() | BasicToken() | ClientCredentials() as auth:
                return _bearer(self._log_in(auth))
            case _ as never:
                assert_never(never)

    def _log_in(self, auth: LoginToken | BasicToken | ClientCredentials) -> str:
        match auth:
            case LoginToken():
                return self._by_form(auth)
            case BasicToken():
                return self._token(self.post(auth.path, {}, self._basic()), auth.token_field)
            case ClientCredentials():
                return self._by_client(auth)
            case _ as never:
                assert_never(never)

    def _basic(self) -> HTTPBasicAuth:
        return HTTPBasicAuth(self.login.encode(), self.password.encode())

    def _by_form(self, auth: LoginToken) -> str:
        """Post user and password as CAS wants them (PEGASE: POST /cas/v1/tickets, `token=true`) and return the token."""
        form = {auth.user_field: self.login, auth.secret_field: self.password, **auth.form}
        return self._token(self.post(auth.path, form, _no_credential), auth.token_field)

    def _by_client(self, auth: ClientCredentials) -> str:
        """Obtain a token with client id and secret, and note when it ends (RFC 6749, 4.4 and 5.1)."""
        form = {"grant_type": "client_credentials", **({"scope": auth.scope} if auth.scope else {}), **auth.parameters}
        asked = self.clock()
        if auth.client == "form":
            answer = self.post(auth.path, {**form, "client_id": self.login, "client_secret": self.password}, _no_credential)
        else:
            answer = self.post(auth.path, form, self._basic())
        if answer.status == 400:
            self._refuse_client(answer)
        token = self._token(answer, "access_token")
        _, lasts = find(_json(answer.content), "expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float) and lasts > 0 else inf
        self._ends = asked + max(seconds - EARLIER, seconds / 2)
        return token

    def _refuse_client(self, answer: Answer) -> NoReturn:
        _, word = find(_json(answer.content), "error")
        if word == "invalid_client":
            raise AccessRefused(self.attempted, "the login was refused (invalid_client)", MEND_CONNECTION)
        said = f" ({word})" if word in OAUTH_WORDS else ""
        raise FixConfig(self.attempted, f"the login answered HTTP 400{said}", MEND_LOGIN)

    def _token(self, answer: Answer, place: str) -> str:
        """Return the token at `place` of a login's answer, its whole body where there is no place."""
        if answer.status in {400, 401, 403}:  # CAS answers 401, older ones 400
            raise AccessRefused(self.attempted, f"the login was refused (HTTP {answer.status})", MEND_CONNECTION)
        if answer.status not in {200, 201}:
            raise FixConfig(self.attempted, f"the login answered HTTP {answer.status}", MEND_LOGIN)
        token = find(_json(answer.content), place)[1] if place else answer.content.decode("utf-8", "replace").strip()
        if not isinstance(token, str) or token.startswith(("<", "{")) or TOKEN.fullmatch(token) is None:
            where = f"no token at `{place}` of" if place else "no token in"
            raise FixConfig(self.attempted, f"there is {where} what the login answers", MEND_LOGIN)
        return token

    def _checked(self, secret: str) -> str:
        if not TOKEN.fullmatch(secret):
            raise FixConfig(self.attempted, "there is no token, or one that no header can carry", MEND_CONNECTION)
        return secret


def _bearer(token: str) -> HeaderAuth:
    return HeaderAuth("Authorization", f"Bearer {token}")


def _json(content: bytes) -> Any:
    """Return what a login answers, None where it is no JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def _no_credential(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Log in with the form alone: without an `auth`, requests would add what ~/.netrc has for this host."""
    return request
