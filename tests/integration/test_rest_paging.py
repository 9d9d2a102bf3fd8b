"""Every kind of paged list and every way to log in, from a real server; and every way in which it may break."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from integration.rest_serving import Api, Handler, breaks_off, gives, serving
from supdata.config.rest_source import RestSource
from supdata.errors import AccessRefused, FixConfig, FixSource, SupdataError, TryLater
from supdata.extract.rest import read_rest

pytestmark = pytest.mark.integration

ROWS = [{"id": number, "INE": f"{number:011d}"} for number in range(7)]
BASIC = {"method": "basic"}
BY_PAGE: dict[str, Any] = {
    "path": "/page",
    "rows_field": "rows",
    "paging": {"size_parameter": "size", "size": 2, "pages_field": "pages", "total_field": "total"},
}
PAGINGS: dict[str, dict[str, Any]] = {
    "pages": BY_PAGE,
    "page until its total": BY_PAGE | {"paging": {**BY_PAGE["paging"], "end": "total"}},
    "page until an empty one": BY_PAGE | {"paging": {**BY_PAGE["paging"], "end": "empty", "total_field": None}},
    "page until a short one": BY_PAGE | {"paging": {**BY_PAGE["paging"], "end": "short", "total_field": None}},
    "offset until an empty page": {"path": "/offset", "rows_field": "rows", "paging": {"by": "offset"}},
    "offset until its total": {
        "path": "/offset",
        "rows_field": "rows",
        "paging": {"by": "offset", "end": "total", "total_field": "total"},
    },
    "offset as long as there is more": {
        "path": "/offset",
        "rows_field": "rows",
        "paging": {"by": "offset", "end": "more", "more_field": "has_more"},
    },
    "cursor": {
        "path": "/cursor",
        "rows_field": "data",
        "paging": {"by": "cursor", "cursor_parameter": "after", "cursor_field": "meta.next", "total_field": "meta.count"},
    },
    "link": {"path": "/link", "rows_field": "", "paging": {"by": "link", "total_header": "X-Total-Count"}},
    "next": {"path": "/next", "rows_field": "value", "paging": {"by": "next", "total_field": "@odata.count"}},
    "none": {"path": "/all", "rows_field": "", "paging": {"by": "none"}},
}


def read(api: Api, auth: dict[str, Any] = BASIC, password: str = "pass", **source: Any) -> list[str]:
    described = RestSource.model_validate(
        {"kind": "rest", "connection": "sis", "auth": auth, "timeout_seconds": 5, **BY_PAGE, **source}
    )
    with serving(api) as address, requests.Session() as session:
        rows = read_rest(session, address, "user", password, described, ["id"], sleep=lambda _: None)
        return [row.values["id"] for row in rows]  # type: ignore[union-attr]  # an unreadable row fails the test


def failure(api: Api, **source: Any) -> SupdataError:
    with pytest.raises(SupdataError) as caught:
        read(api, **source)
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("source", PAGINGS.values(), ids=list(PAGINGS))
@pytest.mark.parametrize("count", [0, 1, 2, 3, 6, 7])
def test_every_kind_of_paging_gives_the_whole_list_in_its_order(source: dict[str, Any], count: int) -> None:
    api = Api(ROWS[:count])
    assert read(api, parameters={"annee": "2026"}, **source) == [str(number) for number in range(count)]
    assert all(query["annee"] == "2026" for query in api.queries)


def test_a_page_that_is_short_because_the_api_gives_no_more_is_not_the_end() -> None:
    paging = {"by": "offset", "end": "short", "size": 5}
    error = failure(Api(ROWS), path="/offset", paging=paging)
    assert isinstance(error, FixConfig)
    assert "fewer rows at a time than the 5" in str(error)


TOKENS: dict[str, dict[str, Any]] = {
    "login": {"method": "login", "path": "/cas/v1/tickets"},
    "token": {"method": "token", "path": "/api/tokens"},
    "oauth2": {"method": "oauth2", "path": "/token", "scope": "read", "parameters": {"audience": "sis"}},
    "oauth2 by form": {"method": "oauth2", "path": "/token", "client": "form"},
}


@pytest.mark.parametrize("auth", TOKENS.values(), ids=list(TOKENS))
def test_a_token_that_ends_while_the_list_is_read_is_renewed(auth: dict[str, Any]) -> None:
    api = Api(ROWS, token_calls=3)
    api.accepts = api.takes_token
    assert len(read(api, auth)) == len(ROWS)
    assert len(api.posted) == 2


@pytest.mark.parametrize("auth", TOKENS.values(), ids=list(TOKENS))
def test_a_login_that_is_refused_stops_at_once(auth: dict[str, Any]) -> None:
    api = Api(ROWS)
    assert isinstance(failure(api, auth=auth, password="wrong"), AccessRefused)
    assert (len(api.posted), api.queries) == (1, [])


def test_a_token_is_renewed_before_it_ends_when_its_end_is_known() -> None:
    """The clock stands still but for a step of a minute at each reading."""
    api, minutes = Api(ROWS, lasts=90), iter(range(10_000))
    api.accepts = api.takes_token
    source = RestSource.model_validate(
        {"kind": "rest", "connection": "sis", "auth": TOKENS["oauth2"], **BY_PAGE, "deadline_minutes": 1_440}
    )
    with serving(api) as address, requests.Session() as session:
        rows = list(read_rest(session, address, "user", "pass", source, ["id"], clock=lambda: 60.0 * next(minutes)))
    assert len(rows) == len(ROWS)
    assert len(api.posted) == 4


def test_a_token_that_is_never_taken_is_refused_and_not_renewed_for_ever() -> None:
    api = Api(ROWS, accepts=lambda _: False)
    assert isinstance(failure(api, auth=TOKENS["login"]), AccessRefused)
    assert len(api.posted) == 1


def test_tokens_come_from_another_server_only_where_its_address_is_written_down() -> None:
    sso, api = Api([]), Api(ROWS)
    with serving(sso) as address:
        assert len(read(api, auth={"method": "oauth2", "path": f"{address}/token"})) == len(ROWS)
    assert (len(sso.posted), len(api.posted)) == (1, 0)


def test_a_key_goes_into_the_address_only_where_it_must_and_into_no_log(caplog: pytest.LogCaptureFixture) -> None:
    api = Api(ROWS, accepts=lambda handler: "cle=the-key" in handler.path and handler.path.count("the-key") == 1)
    caplog.set_level(logging.DEBUG)
    source = PAGINGS["next"]
    assert len(read(api, {"method": "key", "query_parameter": "cle"}, "the-key", **source)) == len(ROWS)
    assert "the-key" not in caplog.text


@pytest.mark.parametrize("how", ["redirect", "link", "next"])
def test_no_credential_ever_reaches_another_server(how: str) -> None:
    other = Api(ROWS)
    with serving(other) as elsewhere:
        faults: dict[str, Callable[[Handler], None]] = {
            "redirect": gives(307, "", Location=f"{elsewhere}/page?page=0"),
            "link": gives(200, ROWS[:2], Link=f'<{elsewhere}/link?from=2>; rel="next"'),
            "next": gives(200, {"value": ROWS[:2], "@odata.count": 7, "@odata.nextLink": f"{elsewhere}/next"}),
        }
        source = PAGINGS.get(how, BY_PAGE) | ({"paging": {"by": "link"}} if how == "link" else {})
        error = failure(Api(ROWS, faults={0: faults[how]}), **source)
    assert isinstance(error, FixConfig)
    assert "another server (127.0.0.1)" in str(error)
    assert (other.queries, other.posted) == ([], [])


def test_a_page_that_comes_again_later_is_worth_another_try() -> None:
    again = gives(200, {"rows": ROWS[:2], "pages": 4, "total": 7})
    assert isinstance(error := failure(Api(ROWS, faults={2: again})), TryLater)
    assert "same page came twice" in str(error)


def test_a_mark_that_leads_in_circles_ends() -> None:
    circle = gives(200, {"data": [], "meta": {"next": "c2", "count": 7}})
    assert isinstance(error := failure(Api(ROWS, faults={1: circle}), **PAGINGS["cursor"]), TryLater)
    assert "in circles" in str(error)


def test_a_list_without_end_is_given_up() -> None:
    paging = {**PAGINGS["cursor"]["paging"], "most_pages": 2}
    assert isinstance(failure(Api(ROWS), **PAGINGS["cursor"] | {"paging": paging}), TryLater)


def test_a_count_that_changes_on_the_way_means_that_rows_may_have_been_passed_over() -> None:
    """One row left while the list was read: the second page begins one row too late, and the last count would agree."""
    shifted = gives(200, {"rows": ROWS[3:5], "pages": 3, "total": 6})
    assert isinstance(error := failure(Api(ROWS, faults={1: shifted})), TryLater)
    assert "changed while they were read" in str(error)


@pytest.mark.parametrize("missing", [{"rows": ROWS[2:3], "pages": 4, "total": 7}, {"rows": [], "pages": 4, "total": 7}])
def test_a_count_that_does_not_come_is_no_whole_list(missing: dict[str, Any]) -> None:
    assert isinstance(error := failure(Api(ROWS, faults={1: gives(200, missing)})), TryLater)
    assert "rows came where the API counts 7" in str(error)


def test_an_empty_page_before_the_last_is_no_end_where_nothing_counts_the_rows() -> None:
    empty = gives(200, {"rows": [], "pages": 4})
    paging = {**BY_PAGE["paging"], "total_field": None}
    assert isinstance(error := failure(Api(ROWS, faults={1: empty}), paging=paging), TryLater)
    assert "no rows where more are to come" in str(error)


def test_a_page_that_breaks_off_is_asked_for_again() -> None:
    assert len(read(Api(ROWS, faults={1: breaks_off}))) == len(ROWS)


def test_a_whole_list_that_breaks_off_is_worth_another_run() -> None:
    """Its first rows are with the reader already: asking again would give them twice."""
    assert isinstance(error := failure(Api(ROWS, faults={0: breaks_off}), **PAGINGS["none"] | {"rows_field": "rows"}), TryLater)
    assert "connection broke" in str(error)


@pytest.mark.parametrize("source", [BY_PAGE, PAGINGS["none"] | {"rows_field": "rows"}], ids=["page", "none"])
@pytest.mark.parametrize(
    ("body", "headers", "kind", "words"),
    [
        (b'{"rows": [{"id": 1}, {"INE": "secr', {}, TryLater, "ends before its end"),
        (b'{"rows": [{"id": 1}', {}, TryLater, "ends before its end"),
        (b"<html>secret</html>", {}, FixConfig, "web page"),
        (b'{"rows": []}', {"Content_Type": "text/html; charset=utf-8"}, FixConfig, "web page"),
        ('{"rows": [{"nom": "Zoé secret"}]}'.encode("latin-1"), {}, FixSource, "not in UTF-8"),
        (b"secret", {}, FixConfig, "not JSON"),
        (b"", {}, FixConfig, "not JSON"),
        (b'{"lignes": []}', {}, FixConfig, "no list `rows`"),
        (b"[" * 100_000, {}, FixConfig, "nested without end"),
    ],
)
def test_an_answer_that_cannot_be_read_says_why_and_quotes_nothing(
    source: dict[str, Any], body: bytes, headers: dict[str, str], kind: type[SupdataError], words: str
) -> None:
    error = failure(Api(ROWS, faults={0: gives(200, body, **headers)}), **source)
    assert isinstance(error, kind)
    assert words in str(error)
    assert error.__cause__ is None


@pytest.mark.parametrize("wait", ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_busy_api_is_asked_again_when_it_says(wait: str) -> None:
    api = Api(ROWS, faults={1: gives(429, "", Retry_After=wait), 2: gives(503, "", Retry_After=wait)})
    assert len(read(api)) == len(ROWS)


def test_reading_that_takes_too_long_is_given_up() -> None:
    seconds = iter(range(0, 10**6, 20))
    source = RestSource.model_validate({"kind": "rest", "connection": "sis", "auth": BASIC, **BY_PAGE, "deadline_minutes": 1})
    with serving(Api(ROWS)) as address, requests.Session() as session, pytest.raises(TryLater, match="deadline_minutes"):
        list(read_rest(session, address, "user", "pass", source, ["id"], clock=lambda: float(next(seconds))))


def test_plain_http_beyond_this_machine_takes_a_written_reason() -> None:
    with requests.Session() as session:
        source = RestSource.model_validate({"kind": "rest", "connection": "sis", "auth": BASIC, **BY_PAGE})
        with pytest.raises(FixConfig, match=r"sis\.example would be asked by plain http"):
            list(read_rest(session, "http://sis.example", "user", "pass", source, ["id"]))


def test_a_long_list_in_one_answer_is_read_as_it_comes() -> None:
    """The server sends the end only after the reader has taken the first row: a reader that waited for all would never."""
    api, taken = Api(ROWS), []

    def slowly(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(b'[{"id": 1, "note": 1.50}, ' + b" " * 300_000)
        if not first.wait(120):
            return
        handler.wfile.write(b'{"id": 2, "note": 0}]')
        handler.close_connection = True

    first = threading.Event()
    api.faults[0] = slowly
    source = RestSource.model_validate({"kind": "rest", "connection": "sis", "auth": BASIC, **PAGINGS["none"]})
    with serving(api) as address, requests.Session() as session:
        for row in read_rest(session, address, "user", "pass", source, ["id", "note"]):
            first.set()
            taken.append(row.values)  # type: ignore[union-attr]
    assert taken == [{"id": "1", "note": "1.50"}, {"id": "2", "note": "0"}]
