"""One authenticated GET of a school's REST API, tried again where that is safe, and never led to another host."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, SSLError

from supdata.config.rest_auth import ApiKey, BasicAuth, BearerToken, LoginToken, RestAuth
from supdata.errors import AccessRefused, FixConfig, TryLater

TRIES = 4
LONGEST_WAIT = 60.0  # seconds; a server that asks for more is left to the task's own retry
USUAL_WAIT = 2.0  # seconds, where the server does not say
REDIRECTS = 3
TOKEN = re.compile(r"[\x21-\x7e]+")
MEND_CONNECTION = "Correct user and password in the connection, or ask the school to open the access."


@dataclass(frozen=True)
class Wait:
    """The API is away or busy: how many seconds to leave it alone, and what it did."""

    seconds: float
    why: str


class HeaderAuth(AuthBase):
    """Puts a credential into one header; being an `auth`, it also keeps requests from looking into ~/.netrc."""

    def __init__(self, header: str, value: str) -> None:
        self._header = header
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers[self._header] = self._value
        return request


@dataclass
class Caller:
    """The API of one school and the credential for it; `attempted` opens every message."""

    session: requests.Session
    address: str
    login: str
    password: str = field(repr=False)
    auth: RestAuth
    timeout_seconds: float
    attempted: str
    sleep: Callable[[float], None] = time.sleep
    _credential: AuthBase | None = field(default=None, repr=False)

    def get(self, path: str, parameters: Mapping[str, str]) -> bytes:
        """Return the body of a 200.

        Raises AccessRefused on 401 and 403 (a token that expired on the way is renewed once), TryLater when the API is away or
        stays busy, FixConfig on any other answer.
        """
        renewable = self._credential is not None and isinstance(self.auth, LoginToken)
        answer = self._patiently(lambda: self._follow(path, parameters))
        if answer.status_code == 401 and renewable:
            self._credential = None
            answer = self._patiently(lambda: self._follow(path, parameters))
        if answer.status_code in {401, 403}:
            raise AccessRefused(self.attempted, f"the API refused us (HTTP {answer.status_code})", MEND_CONNECTION)
        if answer.status_code != 200:
            remedy = "Compare `source.path` and `source.parameters` with the API's documentation."
            raise FixConfig(self.attempted, f"the API answered HTTP {answer.status_code}", remedy)
        return answer.content

    def _patiently(self, send: Callable[[], requests.Response]) -> requests.Response:
        """Send until the API is neither busy nor away, a bounded number of times: reading twice harms nobody."""
        answer = self._once(send)
        for _ in range(TRIES - 1):
            if not isinstance(answer, Wait) or answer.seconds > LONGEST_WAIT:
                break
            self.sleep(answer.seconds)
            answer = self._once(send)
        if isinstance(answer, Wait):
            raise TryLater(self.attempted, answer.why, "It is tried again; else call the school.")
        return answer

    def _once(self, send: Callable[[], requests.Response]) -> requests.Response | Wait:
        try:
            answer = send()
        except SSLError as error:
            remedy = "Ask the school for a certificate that is publicly trusted, under its server's own name."
            raise FixConfig(self.attempted, "the server's certificate cannot be trusted", remedy) from error
        except (InvalidSchema, InvalidURL, MissingSchema) as error:
            raise FixConfig(self.attempted, "the address is not a URL", "Correct the connection's host.") from error
        except requests.RequestException:
            return Wait(USUAL_WAIT, "the API does not answer")
        if answer.status_code == 429 or answer.status_code >= 500:
            return Wait(retry_after(answer.headers), f"the API is busy or broken (HTTP {answer.status_code})")
        return answer

    def _follow(self, path: str, parameters: Mapping[str, str]) -> requests.Response:
        """GET, and follow redirects as long as they stay with the server that the credential is for."""
        url = self._url(path)
        query: Mapping[str, str] | None = parameters
        credential = self._credential = self._credential or self._authorise()
        for _ in range(1 + REDIRECTS):
            answer = self.session.get(
                url,
                params=query,
                headers={"Accept": "application/json"},
                auth=credential,
                timeout=self.timeout_seconds,
                allow_redirects=False,
            )
            if not answer.is_redirect:
                return answer
            url, query = self._checked_target(url, answer), None
        raise FixConfig(self.attempted, f"more than {REDIRECTS} redirects", "Correct `source.path`.")

    def _checked_target(self, url: str, answer: requests.Response) -> str:
        target = urljoin(url, answer.headers["Location"])
        if urlsplit(target)[:2] != urlsplit(url)[:2]:
            found = f"the API redirects to another server ({urlsplit(target).hostname}), which is not followed"
            raise FixConfig(self.attempted, found, "Write the final address into the connection, if the school confirms it.")
        return target

    def _url(self, path: str) -> str:
        return f"{self.address.rstrip('/')}/{path.lstrip('/')}"

    def _authorise(self) -> AuthBase:
        match self.auth:
            case BasicAuth():
                return HTTPBasicAuth(self.login.encode(), self.password.encode())
            case BearerToken():
                return HeaderAuth("Authorization", f"Bearer {self._checked_token(self.password)}")
            case ApiKey(header=header):
                return HeaderAuth(header, self._checked_token(self.password))
            case LoginToken(path=path):
                return HeaderAuth("Authorization", f"Bearer {self._log_in(path)}")
            case _:  # the others are on their way
                raise FixConfig(self.attempted, "this way to log in is not read yet", "Use another one.")

    def _log_in(self, path: str) -> str:
        """Post user and password as CAS wants them (PEGASE: POST /cas/v1/tickets, `token=true`) and return the token."""
        form = {"username": self.login, "password": self.password, "token": "true"}
        answer = self._patiently(
            lambda: self.session.post(
                self._url(path), data=form, auth=_no_credential, timeout=self.timeout_seconds, allow_redirects=False
            )
        )
        if answer.status_code in {400, 401, 403}:  # CAS answers 401, older ones 400
            raise AccessRefused(self.attempted, f"the login was refused (HTTP {answer.status_code})", MEND_CONNECTION)
        if answer.status_code not in {200, 201}:
            found = f"the login answered HTTP {answer.status_code}"
            raise FixConfig(self.attempted, found, "Correct `source.auth.path`, or the connection's host.")
        return self._checked_token(answer.text.strip())

    def _checked_token(self, token: str) -> str:
        if not TOKEN.fullmatch(token):
            raise FixConfig(self.attempted, "there is no token, or one that no header can carry", MEND_CONNECTION)
        return token


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that `Retry-After` asks for, given as a number or as a date; the usual wait when it says neither.

    A date is read against the answer's own `Date`, so that no clock but the server's has a say (RFC 9110, 10.2.3).
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        until, now = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one of the two without a time zone
        return USUAL_WAIT


def _no_credential(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Log in with the form alone: without an `auth`, requests would add what ~/.netrc has for this host."""
    return request
