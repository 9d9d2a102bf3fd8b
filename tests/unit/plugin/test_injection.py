"""A school's data is a stranger's: whatever its names, values, configuration and files hold, it is shown and never run."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi import FastAPI
from fastapi.testclient import TestClient

from supdata.config.faults import Fault
from supdata.errors import TryLater
from supdata_plugin import overview_page, registrar_page, school_page, schools
from supdata_plugin.access import Visible, all_visible, visible
from supdata_plugin.application import make_application
from supdata_plugin.config_shown import Config
from supdata_plugin.rights import Right
from unit.plugin.making import a_run, a_school, a_summary

CORPUS = [
    "<script>window.pwned = 1</script>",
    '"><img src=x onerror="window.pwned = 1">',
    "' autofocus onfocus='window.pwned = 1",
    "</title><svg onload=window.pwned=1>",
    "javascript:window.pwned=1",
    "{{ 7 * 7 }}{% raw %}",
    "<a href='javascript:window.pwned=1'>",
    "</pre></code><iframe srcdoc='<script>1</script>'>",
    "a\r\nSet-Cookie: pwned=1",
    "../../../etc/passwd",
    "=HYPERLINK('http://127.0.0.1/')",
    "<!--",
    "]]>",
    "\u2028\u0000\u202e",
    "&lt;script&gt;",
]
#: Elements that run, load or lead somewhere by what stands in them.
RUNNING = frozenset({"script", "iframe", "object", "embed", "base", "form", "link", "meta"})


class Outline(HTMLParser):
    """The elements of a page that could run or load something, and every attribute that could."""

    def __init__(self) -> None:
        super().__init__()
        self.running: list[tuple[str, str]] = []
        self.handlers: list[str] = []
        self.schemes: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in RUNNING:
            self.running.append((tag, given.get("src", given.get("href", given.get("action", "")))))
        self.handlers += [name for name in given if name.startswith("on") or name in {"style", "srcdoc"}]
        self.schemes += [given[name] for name in ("href", "src", "action") if ":" in given.get(name, "").partition("/")[0]]

    def handle_data(self, data: str) -> None:
        self.text += data


def outline_of(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    return outline


@pytest.fixture(scope="module")
def application() -> FastAPI:
    return make_application()


@pytest.fixture(scope="module")
def client(application: FastAPI) -> TestClient:
    return TestClient(application)


@pytest.fixture
def pages(application: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What fetches every page with one hostile text in each place where a school's data can put one."""
    monkeypatch.setenv("SUPDATA_RUN_FOLDER", "/nowhere")
    return lambda text: fetch(application, client, monkeypatch, text)


def fetch(application: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch, text: str) -> dict[str, str]:
    school = a_school(uai=text, name=text, dag_id=text)
    run = a_run(run_id=text, state=text, asks=True)
    summary = msgspec.structs.replace(
        a_summary(read=9, rejected=1), run_id=text, rules={text: 1}, failed_stage=text, error=text
    )
    fault = Fault(text, 1, 1, text, text, text)
    everything = Visible(school, text, frozenset(Right))
    application.dependency_overrides = {
        get_user: lambda: SimpleNamespace(get_id=lambda: text, get_name=lambda: text),
        all_visible: lambda: [everything],
        visible: lambda: everything,
        **{one: lambda: None for one in sessions(application)},
    }
    monkeypatch.setattr(schools, "last_runs", lambda session, ids: {text: run})
    monkeypatch.setattr(schools, "runs", lambda session, dag_id, last: [run])
    monkeypatch.setattr(schools, "run", lambda session, dag_id, run_id: run)
    config = Config(name=text, text=text, checked=True, faults=[fault], warnings=[fault])
    monkeypatch.setattr(school_page, "config_of", lambda session, dag_id: config)
    for module in (school_page, overview_page, registrar_page):
        monkeypatch.setattr(module, "reading_ledger", away(text))
    monkeypatch.setattr(registrar_page, "token_for", lambda user, dag_id: "token")
    found = {path: client.get(path) for path in ("/", "/rows?q=x", "/schools/x", "/schools/x/runs/y", "/schools/x/registrar")}
    found["known"] = render_known(client, monkeypatch, summary)
    assert {answer.status_code for answer in found.values()} == {200}
    assert all("set-cookie" not in answer.headers for answer in found.values())
    return {path: answer.text for path, answer in found.items()}


def render_known(client: TestClient, monkeypatch: pytest.MonkeyPatch, summary: Any) -> Any:
    """The page of a school whose figures are known: its rules and its errors are the school's own words as well."""
    monkeypatch.setattr(school_page, "_kept", lambda one: school_page.Kept([summary], [], None))
    return client.get("/schools/x")


def sessions(application: FastAPI) -> set[Any]:
    """Return what gives the routes a session with Airflow's database."""
    found: set[Any] = set()

    def look(dependant: Any) -> None:
        for one in dependant.dependencies:
            if getattr(one.call, "__name__", "") == "_get_session":
                found.add(one.call)
            look(one)

    for route in application.routes:
        look(route.dependant)  # type: ignore[attr-defined]
    return found


def away(text: str) -> Any:
    """A ledger that cannot be read, and says so in hostile words."""

    @contextmanager
    def reading() -> Iterator[None]:
        if text:
            raise TryLater(text, text, text)
        yield

    return reading


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_text_is_shown_and_neither_run_nor_followed(pages: Any, text: str) -> None:
    hostile, plain = pages(text), pages("Ecole")
    for path, page in hostile.items():
        outline = outline_of(page)
        assert outline.handlers == [], path
        assert outline.schemes == [], path
        assert len(outline.running) == len(outline_of(plain[path]).running), path
    assert " ".join(text.split()) in " ".join(outline_of(hostile["/schools/x"]).text.split())


def test_a_template_in_a_name_is_not_run(pages: Any) -> None:
    assert "49" not in outline_of(pages("{{ 7 * 7 }}")["/schools/x/registrar"]).text
