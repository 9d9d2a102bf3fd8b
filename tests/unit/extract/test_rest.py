"""Reading a paged API: all pages or an error, and the credential goes to its own server alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from supdata.config.rest_source import RestSource
from supdata.errors import AccessRefused, FixConfig, FixSource, SupdataError, TryLater
from supdata.extract.rest import read_rest
from supdata.extract.rest_patience import Patience, Wait, retry_after
from supdata.records.rows import RawRow, UnreadableRow

PATH = "/api/flux"
ADDRESS = "https://sis.example"
LOGIN = {"method": "login", "path": "/cas/v1/tickets"}
BEARER = {"method": "bearer"}


def answer(body: Any = "", status: int = 200, **headers: str) -> requests.Response:
    """Make the answer of a server; what is not text is written as JSON."""
    made = requests.Response()
    made.status_code = status
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    made.raw = HTTPResponse(BytesIO(content), preload_content=False)
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def page(rows: list[Any], pages: int = 1, total: int | None = None) -> requests.Response:
    return answer({"resultats": rows, "totalPages": pages, "totalElements": len(rows) if total is None else total})


@dataclass
class Api(BaseAdapter):
    """A server that answers from a list, or by a function of the request; no socket is opened."""

    answers: list[requests.Response | Exception] | Callable[[requests.PreparedRequest], requests.Response]
    asked: list[requests.PreparedRequest] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        self.asked.append(request)
        given = self.answers.pop(0) if isinstance(self.answers, list) else self.answers(request)
        if isinstance(given, Exception):
            raise given
        given.request, given.url = request, request.url or ""
        return given

    def close(self) -> None:
        """Nothing is open."""

    def read(
        self, wanted: tuple[str, ...] = ("INE",), auth: Mapping[str, str] = BEARER, **source: Any
    ) -> list[RawRow | UnreadableRow]:
        with requests.Session() as session:
            session.mount("https://", self)
            described = RestSource.model_validate(
                {"kind": "rest", "connection": "pegase", "path": PATH, "auth": dict(auth), **source}
            )
            return list(read_rest(session, ADDRESS, "user", "pass", described, wanted, sleep=self.waited.append))


def query(request: requests.PreparedRequest) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(str(request.url)).query))


def test_every_page_is_read_and_rows_are_numbered_through_them() -> None:
    api = Api([page([{"INE": "1"}, {"INE": "2"}], 2, 3), page([{"INE": "3"}], 2, 3)])
    rows = api.read(parameters={"codePeriode": "PER-2026"}, paging={"size": 2})
    assert rows == [RawRow(source=PATH, row=number, values={"INE": str(number)}) for number in (1, 2, 3)]
    assert [query(request) for request in api.asked] == [
        {"codePeriode": "PER-2026", "page": "0", "taille": "2"},
        {"codePeriode": "PER-2026", "page": "1", "taille": "2"},
    ]


def test_paging_has_the_apis_own_names_and_first_number() -> None:
    body = {"data": {"items": [{"INE": "1"}]}, "meta": {"pages": 1, "count": 1}}
    paging = {
        "page_parameter": "p",
        "size_parameter": "n",
        "first": 1,
        "pages_field": "meta.pages",
        "total_field": "meta.count",
    }
    api = Api([answer(body)])
    assert len(api.read(rows_field="data.items", paging=paging)) == 1
    assert query(api.asked[0]) == {"p": "1", "n": "500"}


def test_an_empty_list_gives_no_row() -> None:
    assert Api([page([], 0, 0)]).read() == []


def test_values_are_text_and_dots_lead_into_objects() -> None:
    row = {"INE": None, "annee": 2026, "formation": {"codeDiplomeSISE": "0025001"}, "principale": True, "note": 1.50}
    wanted = ("INE", "annee", "formation.codeDiplomeSISE", "principale", "absent")
    assert Api([page([row])]).read(wanted)[0] == RawRow(
        source=PATH,
        row=1,
        values={"INE": "", "annee": "2026", "formation.codeDiplomeSISE": "0025001", "principale": "true", "absent": ""},
    )


def test_a_row_that_is_no_object_or_holds_a_list_is_unreadable() -> None:
    rows = Api([page(["x", {"INE": ["1", "2"]}, {"INE": "3"}])]).read()
    assert [type(row) for row in rows] == [UnreadableRow, UnreadableRow, RawRow]
    assert [row.row for row in rows] == [1, 2, 3]


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (BEARER, "Authorization", "Bearer pass"),
        ({"method": "basic"}, "Authorization", "Basic dXNlcjpwYXNz"),
        ({"method": "key", "header": "X-Key"}, "X-Key", "pass"),
    ],
)
def test_each_way_to_authenticate_sends_its_header(auth: Mapping[str, str], header: str, value: str) -> None:
    api = Api([page([])])
    api.read(auth=auth)
    assert api.asked[0].headers[header] == value


def test_a_login_posts_the_cas_form_once_and_its_answer_is_the_token() -> None:
    api = Api([answer("tok.en\n", 201), page([{"INE": "1"}], 2, 2), page([{"INE": "2"}], 2, 2)])
    assert len(api.read(auth=LOGIN)) == 2
    login, *pages = api.asked
    assert (login.method, login.url) == ("POST", f"{ADDRESS}/cas/v1/tickets")
    assert parse_qs(str(login.body)) == {"username": ["user"], "password": ["pass"], "token": ["true"]}
    assert [request.headers["Authorization"] for request in pages] == ["Bearer tok.en"] * 2


def test_a_token_that_expires_between_two_pages_is_renewed_once() -> None:
    first = [answer("t1", 201), page([{"INE": "1"}], 2, 2)]
    api = Api([*first, answer("", 401), answer("t2", 201), page([{"INE": "2"}], 2, 2)])
    assert len(api.read(auth=LOGIN)) == 2
    with pytest.raises(AccessRefused, match="HTTP 401"):
        Api([answer("t1", 201), page([{"INE": "1"}], 2, 2), answer("", 401), answer("t2", 201), answer("", 401)]).read(
            auth=LOGIN
        )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_stops_at_once(status: int) -> None:
    api = Api([answer("secret body", status)])
    with pytest.raises(AccessRefused) as caught:
        api.read()
    assert (len(api.asked), api.waited) == (1, [])
    assert "secret" not in str(caught.value)


def test_a_refused_login_stops_at_once() -> None:
    with pytest.raises(AccessRefused, match="the login was refused"):
        Api([answer("", 401)]).read(auth=LOGIN)


@pytest.mark.parametrize("body", ["", "<html>login</html> page", "tök"])
def test_a_login_that_gives_no_token_is_a_wrong_address(body: str) -> None:
    with pytest.raises(FixConfig, match="no token"):
        Api([answer(body)]).read(auth=LOGIN)


def test_a_busy_api_is_left_alone_for_as_long_as_it_asks() -> None:
    api = Api([answer("", 429, Retry_After="7"), answer("", 503), requests.ConnectTimeout(), page([])])
    assert api.read() == []
    assert api.waited[0] == 7.0
    assert 2.0 <= api.waited[1] <= 4.0 <= api.waited[2] <= 8.0


@pytest.mark.parametrize("fault", [answer("", 500), answer("", 429), requests.ConnectionError("x"), requests.ReadTimeout("x")])
def test_an_api_that_stays_away_is_tried_again_by_the_task_and_not_for_ever(fault: requests.Response | Exception) -> None:
    api = Api([fault] * 9)
    with pytest.raises(TryLater):
        api.read()
    assert len(api.asked) == 5


def test_a_wait_that_is_too_long_is_left_to_the_task() -> None:
    api = Api([answer("", 503, Retry_After="3600")])
    with pytest.raises(TryLater, match="HTTP 503"):
        api.read()
    assert api.waited == []


def test_retry_after_is_seconds_or_a_date_against_the_servers_own_clock() -> None:
    date, later = "Tue, 01 Sep 2026 02:00:00 GMT", "Tue, 01 Sep 2026 02:00:30 GMT"
    assert retry_after({"Retry-After": "3"}) == 3
    assert retry_after({"Retry-After": later, "Date": date}) == 30
    assert retry_after({"Retry-After": date, "Date": later}) == 0
    assert [retry_after({"Retry-After": odd}) for odd in ("", "-1", "soon", "²", later)] == [None] * 5


def test_a_redirect_within_the_server_is_followed_and_to_another_one_is_not() -> None:
    api = Api([answer("", 302, Location="/v2/flux?page=0"), page([{"INE": "1"}])])
    assert len(api.read()) == 1
    assert api.asked[1].url == f"{ADDRESS}/v2/flux?page=0"
    for target in ("https://evil.example/x", "//evil.example/x", "http://sis.example/x", "https://sis.example:8443/x"):
        astray = Api([answer("", 302, Location=target)])
        with pytest.raises(FixConfig, match="another server"):
            astray.read()
        assert len(astray.asked) == 1


def test_a_redirect_that_never_ends_is_given_up() -> None:
    with pytest.raises(FixConfig, match="more than 3 redirects"):
        Api(lambda _: answer("", 307, Location="/again")).read()


def test_a_login_is_never_posted_anywhere_else() -> None:
    with pytest.raises(FixConfig, match="the login answered HTTP 302"):
        Api([answer("", 302, Location="https://evil.example/")]).read(auth=LOGIN)


def test_the_machines_netrc_has_no_say(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine sis.example login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    api = Api([answer("tok", 201), page([])])
    api.read(auth=LOGIN)
    assert "Authorization" not in api.asked[0].headers
    assert api.asked[1].headers["Authorization"] == "Bearer tok"


def test_the_same_page_twice_is_an_error() -> None:
    """An API that does not know the page parameter gives its first page for ever."""
    with pytest.raises(FixConfig, match="same page came twice"):
        Api(lambda _: page([{"INE": "1"}], 3, 3)).read()


@pytest.mark.parametrize(
    "pages",
    [
        [page([{"INE": "1"}], 2, 3), page([{"INE": "2"}], 2, 3)],
        [page([{"INE": "1"}], 2, 2), page([], 2, 2)],
        [page([{"INE": "1"}], 3, 3), page([], 3, 3)],
        [page([{"INE": "1"}, {"INE": "2"}], 1, 1)],
    ],
)
def test_a_list_whose_total_does_not_come_is_not_taken_for_whole(pages: list[requests.Response | Exception]) -> None:
    with pytest.raises(TryLater, match="rows came where the API counts"):
        Api(pages).read()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (answer("<html>SECRET</html>"), "not JSON"),
        (answer(""), "not JSON"),
        (answer("null"), "no list `resultats`"),
        (answer({"resultats": {}}), "no list `resultats`"),
        (answer({"resultats": [{}], "totalElements": 1}), "no number `totalPages`"),
        (answer({"resultats": [], "totalPages": 1, "totalElements": "x"}), "no number `totalElements`"),
        (answer("SECRET", 404), "HTTP 404"),
        (answer("SECRET", 400), "HTTP 400"),
    ],
)
def test_an_answer_that_is_not_as_described_is_a_wrong_configuration(given: requests.Response, words: str) -> None:
    with pytest.raises(FixConfig, match=words) as caught:
        Api([given]).read()
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_field_that_no_row_has_is_misspelt() -> None:
    rows = [{"INE": str(number), "dateDeNaissance": "2004-03-09", "formation": {"code": "x"}} for number in range(20)]
    with pytest.raises(FixSource, match=r"no column `dateNaissance` \(is it `dateDeNaissance`\?\)"):
        Api([page(rows)]).read(("INE", "dateNaissance", "formation.code"))
    assert len(Api([page(rows[:19])]).read(("INE", "dateNaissance"))) == 19


@pytest.mark.parametrize("fault", [requests.exceptions.SSLError("x"), requests.exceptions.InvalidURL("x")])
def test_what_no_retry_can_mend_is_not_tried_again(fault: Exception) -> None:
    api = Api([fault])
    with pytest.raises(SupdataError) as caught:
        api.read()
    assert isinstance(caught.value, FixConfig)
    assert caught.value.__cause__ is None
    assert api.waited == []


def test_plain_http_is_used_where_somebody_has_agreed_to_it_in_writing() -> None:
    api = Api([page([{"INE": "1"}])])
    given = {"kind": "rest", "connection": "pegase", "path": PATH, "auth": BEARER}
    agreed = RestSource.model_validate({**given, "insecure_http": True, "insecure_http_reason": "VPN"})
    with requests.Session() as session:
        session.mount("http://", api)
        assert len(list(read_rest(session, "http://sis.example", "user", "pass", agreed, ("INE",)))) == 1
        with pytest.raises(FixConfig, match="plain http"):
            list(read_rest(session, "http://sis.example", "user", "pass", RestSource.model_validate(given), ("INE",)))
    assert len(api.asked) == 1


@pytest.mark.parametrize("path", ["http://cas.example/cas/v1/tickets", "http://sis.example/cas/v1/tickets"])
def test_a_login_does_not_go_by_plain_http_either(path: str) -> None:
    api = Api([])
    with pytest.raises(FixConfig, match="plain http"):
        api.read(auth={"method": "login", "path": path})
    assert api.asked == []


@pytest.mark.parametrize("address", ["sis.example", "ftp://sis.example", "https://", "http://[::1"])
def test_an_address_that_is_none_is_not_asked(address: str) -> None:
    described = RestSource.model_validate({"kind": "rest", "connection": "pegase", "path": PATH, "auth": BEARER})
    with requests.Session() as session, pytest.raises(FixConfig, match="not a URL"):
        list(read_rest(session, address, "user", "pass", described, ("INE",)))


def test_waits_grow_and_differ_where_the_api_does_not_say() -> None:
    patience = Patience("Reading", until=100.0, clock=lambda: 0.0, sleep=(waited := list[float]()).append, draw=lambda: 0.5)
    with pytest.raises(TryLater, match="away"):
        patience.insist(lambda: Wait("away"))
    assert waited == [1.5, 3.0, 6.0, 12.0]


def test_a_wait_beyond_the_time_for_reading_is_not_begun() -> None:
    patience = Patience("Reading", until=5.0, clock=lambda: 0.0, sleep=(waited := list[float]()).append)
    with pytest.raises(TryLater, match="busy"):
        patience.insist(lambda: Wait("busy", 6.0))
    assert waited == []
