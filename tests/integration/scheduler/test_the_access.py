"""The table of who may see what in the pages, asked of a real Airflow for every route there is."""

import re
from collections.abc import Iterator

import pytest
import requests

from integration.scheduler.conftest import LYCEE, UNIVERSITY
from integration.scheduler.operating import Operator, Run
from integration.scheduler.people import NOBODY, OTHER_REGISTRAR, PEOPLE, REGISTRAR, session_of
from supdata.cli.demo.rounds import dag_id_of

pytestmark = pytest.mark.integration

STAFF = ("vera", "ursula", "oscar", "admin")
EDITORS = ("ursula", "oscar", "admin")
NOT_LOGGED_IN = ""
EVERYBODY = (NOT_LOGGED_IN, *PEOPLE)

#: Of each route: who gets it, and who is told that it is not theirs; the others are told that there is no such school.
#: What changes something is nobody's without a form of ours, whatever their rights.
ALL: tuple[str, ...] = tuple(PEOPLE)
TABLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "GET /static/{name}": (ALL, ()),
    "GET /": (ALL, ()),
    "GET /rows": (ALL, ()),
    "GET /schools/{dag_id}": (STAFF, (REGISTRAR,)),
    "GET /schools/{dag_id}/registrar": ((*EDITORS, REGISTRAR), ("vera",)),
    "GET /schools/{dag_id}/runs/{run_id}": ((*STAFF, REGISTRAR), ()),
    "GET /schools/{dag_id}/runs/{run_id}/report": ((*STAFF, REGISTRAR), ()),
    "GET /schools/{dag_id}/runs/{run_id}/work-list/{form}": ((*EDITORS, REGISTRAR), ("vera",)),
    "POST /schools/{dag_id}/corrections": ((), ALL),
    "GET /schools/{dag_id}/runs/{run_id}/sign-off": ((*STAFF, REGISTRAR), ()),
    "POST /schools/{dag_id}/runs/{run_id}/sign-off/{batch}": ((), ALL),
}


@pytest.fixture(scope="module")
def run(operator: Operator) -> Run:
    """A dry run of the lycée: it leaves a report and rows to correct, and asks nobody."""
    (ended,) = operator.wait_for(operator.start(LYCEE, dry_run=True))
    return ended


@pytest.fixture(scope="module")
def sessions(operator: Operator) -> Iterator[dict[str, requests.Session]]:
    opened = {login: session_of(operator, login) for login in EVERYBODY}
    yield opened
    for session in opened.values():
        session.close()


def routes() -> list[str]:
    """Return every route of the application, as `METHOD /path`."""
    from supdata_plugin.application import make_application

    found = make_application().routes
    return [f"{method} {route.path}" for route in found for method in route.methods]  # type: ignore[attr-defined]


def ask(operator: Operator, session: requests.Session, route: str, **parts: str) -> requests.Response:
    method, _, path = route.partition(" ")
    address = f"{operator.stack.airflow.url}/supdata{path.format(**parts)}"
    return session.request(method, address, timeout=60, allow_redirects=False)


def parts_of(run: Run) -> dict[str, str]:
    return {"dag_id": run.started.dag_id, "run_id": run.started.run_id, "form": "csv", "name": "pages.css", "batch": "0" * 64}


def test_the_table_names_every_route_there_is() -> None:
    assert sorted(TABLE) == sorted(routes())


@pytest.mark.parametrize("route", sorted(TABLE))
def test_each_route_is_for_those_in_the_table_and_nobody_else(
    operator: Operator, run: Run, sessions: dict[str, requests.Session], route: str
) -> None:
    allowed, forbidden = TABLE[route]
    expected = {login: 200 if login in allowed else 403 if login in forbidden else 404 for login in PEOPLE}
    found = {login: ask(operator, sessions[login], route, **parts_of(run)).status_code for login in EVERYBODY}
    assert found == {NOT_LOGGED_IN: 401, **expected}


def test_a_browser_that_is_not_logged_in_is_led_to_airflow_s_login_and_back(operator: Operator) -> None:
    address = f"{operator.stack.airflow.url}/supdata/"
    answer = requests.get(address, headers={"Accept": "text/html"}, timeout=60, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/auth/login?next=http%3A%2F%2F127.0.0.1")
    assert answer.text == ""


def test_a_token_that_is_not_airflow_s_opens_nothing(operator: Operator) -> None:
    session = requests.Session()
    session.cookies.set("_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiJ9.")
    parts = dict.fromkeys(("name", "dag_id", "run_id", "form", "batch"), "x")
    assert {ask(operator, session, route, **parts).status_code for route in TABLE} <= {401, 403}


def test_a_registrar_sees_their_own_school_and_learns_of_no_other(
    operator: Operator, run: Run, sessions: dict[str, requests.Session]
) -> None:
    mine = ask(operator, sessions[REGISTRAR], "GET /").text
    assert LYCEE in mine
    assert UNIVERSITY not in mine
    assert LYCEE not in ask(operator, sessions[OTHER_REGISTRAR], "GET /").text
    assert LYCEE not in ask(operator, sessions[NOBODY], "GET /").text
    assert ask(operator, sessions[OTHER_REGISTRAR], "GET /schools/{dag_id}/registrar", dag_id=dag_id_of(UNIVERSITY)).ok
    assert "0 of" not in ask(operator, sessions[REGISTRAR], "GET /rows").text


def test_airflow_itself_shows_a_registrar_nothing(operator: Operator, run: Run, sessions: dict[str, requests.Session]) -> None:
    session, dag = sessions[REGISTRAR], f"/api/v2/dags/{run.started.dag_id}"
    for path in (
        dag,
        f"{dag}/dagRuns",
        f"{dag}/dagRuns/{run.started.run_id}/taskInstances",
        "/api/v2/dags",
        "/api/v2/connections",
    ):
        answer = session.get(operator.stack.airflow.url + path, timeout=60)
        assert answer.status_code == 403, path


@pytest.mark.parametrize("run_id", ["..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "no-such-run", "manual__1%00"])
@pytest.mark.parametrize("rest", ["", "/report", "/work-list/csv"])
def test_no_name_of_a_run_leads_anywhere_but_to_its_own_folder(
    operator: Operator, run: Run, sessions: dict[str, requests.Session], run_id: str, rest: str
) -> None:
    prepared = requests.Request("GET", operator.stack.airflow.url).prepare()
    prepared.url = f"{operator.stack.airflow.url}/supdata/schools/{run.started.dag_id}/runs/{run_id}{rest}"
    prepared.headers["Cookie"] = f"_token={sessions['admin'].cookies['_token']}"
    answer = sessions["admin"].send(prepared, timeout=60, allow_redirects=False)
    assert answer.status_code in {400, 404, 422}
    assert "root:" not in answer.text


def test_every_answer_has_the_strict_headers(operator: Operator, run: Run, sessions: dict[str, requests.Session]) -> None:
    for route in TABLE:
        for login in (NOT_LOGGED_IN, "admin"):
            headers = ask(operator, sessions[login], route, **parts_of(run)).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            assert re.search(r"default-src 'none';.*frame-ancestors 'self'", policy)
            assert headers["x-content-type-options"] == "nosniff"
            assert "no-store" in headers["cache-control"] or route == "GET /static/{name}"


def test_rows_to_correct_are_a_file_that_nobody_keeps(
    operator: Operator, run: Run, sessions: dict[str, requests.Session]
) -> None:
    route = "GET /schools/{dag_id}/runs/{run_id}/work-list/{form}"
    answer = ask(operator, sessions[REGISTRAR], route, **parts_of(run))
    assert answer.headers["content-disposition"] == f'attachment; filename="a_corriger_{LYCEE}.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.text.splitlines()) > 1


def test_a_form_counts_only_from_the_person_and_for_the_school_it_was_made_for(
    operator: Operator, sessions: dict[str, requests.Session]
) -> None:
    """The file is no list of ours: it is read, and told to be none."""
    lycee, university = dag_id_of(LYCEE), dag_id_of(UNIVERSITY)
    made = {login: token_of(operator, sessions[login], lycee) for login in (REGISTRAR, "ursula")}
    elsewhere = token_of(operator, sessions[OTHER_REGISTRAR], university)

    def give(login: str, dag_id: str, token: str, **headers: str) -> int:
        address = f"{operator.stack.airflow.url}/supdata/schools/{dag_id}/corrections"
        files = {"rows": ("=cmd|'/c calc'!A1.csv", b"no;list\n", "text/csv")}
        answer = sessions[login].post(address, data={"token": token}, files=files, headers=headers, timeout=60)
        return answer.status_code

    assert give(REGISTRAR, lycee, made[REGISTRAR]) == 200
    assert give("ursula", lycee, made["ursula"]) == 200
    assert give(REGISTRAR, lycee, made["ursula"]) == 403, "another person's"
    assert give(REGISTRAR, lycee, made[REGISTRAR][:-2]) == 403, "not signed by Airflow's key"
    assert give(OTHER_REGISTRAR, lycee, elsewhere) == 403, "another school's"
    assert give(REGISTRAR, lycee, made[REGISTRAR], **{"Sec-Fetch-Site": "cross-site"}) == 403, "from another site"


def token_of(operator: Operator, session: requests.Session, dag_id: str) -> str:
    page = ask(operator, session, "GET /schools/{dag_id}/registrar", dag_id=dag_id).text
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    operator: Operator, sessions: dict[str, requests.Session]
) -> None:
    address = f"{operator.stack.airflow.url}/supdata/schools/{dag_id_of(LYCEE)}/corrections"
    endless = requests.Request("POST", address, data=iter([b"x"]))  # chunked: it does not say how long it is
    assert sessions["admin"].send(sessions["admin"].prepare_request(endless), timeout=60).status_code == 411
    large = sessions["admin"].post(address, data=b"x" * 21_000_000, timeout=60)
    assert large.status_code == 413
