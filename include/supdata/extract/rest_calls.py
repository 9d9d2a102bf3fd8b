"""One authenticated call of a school's REST API, tried again where that is safe, and never led to another host."""

import logging
from collections.abc import Callable, Mapping

import requests
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, SSLError

from supdata.config.rest_source import RestSource
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.extract.rest_addresses import full_address, next_address, require_encryption
from supdata.extract.rest_answers import Answer, Body
from supdata.extract.rest_credentials import MEND_CONNECTION, Credentials
from supdata.extract.rest_patience import Patience, Wait, retry_after

REDIRECTS = 3
Query = Mapping[str, str] | None

# At its lowest level it writes the address of every call, which may hold a key or an API's mark for a student.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class Caller:
    """The API of one school and the credential for it."""

    def __init__(  # noqa: PLR0917  # what a connection holds, in its own order
        self, session: requests.Session, address: str, login: str, password: str, source: RestSource, patience: Patience
    ) -> None:
        """Name the API at `address`; nothing is asked yet.

        Raises FixConfig when the address is none, or is not encrypted and nobody has agreed to that.
        """
        self.attempted = patience.attempted
        self._session = session
        self._address = address
        self._source = source
        self._patience = patience
        self._timeout = (source.connect_timeout_seconds, source.timeout_seconds)
        self._credentials = Credentials(source.auth, login, password, self._post, patience.clock, patience.attempted)
        require_encryption(address, insecure=source.insecure_http, attempted=self.attempted)

    def url(self, path: str) -> str:
        """Return the address of `path` on this API."""
        return full_address(self._address, path)

    def get(self, url: str, query: Query = None) -> Answer:
        """Return a 200 with all of its content.

        Raises AccessRefused on 401 and 403 (a token that expired on the way is renewed once), TryLater when the API is away or
        stays busy, FixConfig on any other answer.
        """
        return self._asked(lambda: self._whole(url, query))

    def open(self, url: str, query: Query = None) -> Answer:
        """Return a 200 whose content is yet to come, which the caller must close; raises what `get` raises."""
        return self._asked(lambda: self._begun(url, query))

    def _asked(self, once: Callable[[], Answer | Wait]) -> Answer:
        renewable = self._credentials.held and self._credentials.renewable
        answer = self._patience.insist(once)
        if answer.status == 401 and renewable:
            self._credentials.forget()
            answer = self._patience.insist(once)
        if answer.status != 200:
            answer.body.close()
        if answer.status in {401, 403}:
            raise AccessRefused(self.attempted, f"the API refused us (HTTP {answer.status})", MEND_CONNECTION)
        if answer.status != 200:
            remedy = "Compare `source.path` and `source.parameters` with the API's documentation."
            raise FixConfig(self.attempted, f"the API answered HTTP {answer.status}", remedy)
        return answer

    def _whole(self, url: str, query: Query) -> Answer | Wait:
        return self._read(self._begun(url, query))

    def _read(self, answer: Answer | Wait) -> Answer | Wait:
        """Take in the content as well; an answer that breaks off is none."""
        if isinstance(answer, Answer) and answer.status in {200, 201, 400}:
            try:
                answer.content = answer.body.whole()
            except TryLater as error:
                return Wait(error.found)
        return answer

    def _begun(self, url: str, query: Query) -> Answer | Wait:
        return self._heard(lambda: self._follow(url, query))

    def _heard(self, send: Callable[[], requests.Response]) -> Answer | Wait:
        """Send, and return the answer or why it is worth waiting for another one."""
        try:
            response = send()
        except SSLError:  # what requests raises quotes the address, which may hold a key: no cause is kept
            remedy = "Ask the school for a certificate that is publicly trusted, under its server's own name."
            raise FixConfig(self.attempted, "the server's certificate cannot be trusted", remedy) from None
        except (InvalidSchema, InvalidURL, MissingSchema):
            raise FixConfig(self.attempted, "the address is not a URL", "Correct the connection's host.") from None
        except requests.RequestException:
            return Wait("the API does not answer")
        if response.status_code == 429 or response.status_code >= 500:
            response.close()
            return Wait(f"the API is busy or broken (HTTP {response.status_code})", retry_after(response.headers))
        if response.status_code not in {200, 201, 400}:
            response.close()
        return Answer(response.status_code, response.headers, response.url, Body(response, self._patience))

    def _follow(self, url: str, query: Query) -> requests.Response:
        """GET, and follow redirects as long as they stay with the server that the credential is for."""
        for _ in range(1 + REDIRECTS):
            response = self._session.get(
                url,
                params=query,
                headers={"Accept": "application/json"},
                auth=self._credentials.current(),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            if not response.is_redirect:
                return response
            response.close()
            url = next_address(url, response.headers["Location"], how="redirects to", attempted=self.attempted)
            query = None
        raise FixConfig(self.attempted, f"more than {REDIRECTS} redirects", "Correct `source.path`.")

    def _post(
        self, path: str, form: Mapping[str, str], auth: Callable[[requests.PreparedRequest], requests.PreparedRequest]
    ) -> Answer:
        """Post a login; it is never posted anywhere else."""
        url = full_address(self._address, path)
        require_encryption(url, insecure=self._source.insecure_http, attempted=self.attempted)

        def send() -> requests.Response:
            return self._session.post(
                url,
                data=form,
                headers={"Accept": "application/json, text/plain;q=0.9, */*;q=0.1"},
                auth=auth,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )

        return self._patience.insist(lambda: self._read(self._heard(send)))
