"""The page on which a registrar confirms a run: who may, from where, and what of the very batch that was shown."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.api_fastapi.common.db.common import _get_session
from airflow.api_fastapi.core_api.security import get_user
from fastapi import FastAPI
from fastapi.testclient import TestClient

from builders import a_run_summary
from supdata.errors import RunStopped
from supdata.records.told import SignOff
from supdata_plugin import own_forms, schools, sign_off_page
from supdata_plugin.access import Visible, visible
from supdata_plugin.rights import Right
from supdata_plugin.sign_off_page import router
from unit.plugin.making import a_run, a_school

BATCH = "b" * 64
PAGE = "/schools/supdata_0751717j/runs/scheduled__1/sign-off"
WORD = SignOff(uai="0751717J", run_id="scheduled__1", batch=BATCH, author="marie", at=datetime(2026, 11, 27, tzinfo=UTC))
REGISTRAR = frozenset({Right.REPORT, Right.SIGN_OFF})


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    words: list[tuple[str, ...]] = []

    def sign_off(*given: str) -> SignOff:
        words.append(given)
        return WORD

    monkeypatch.setattr(schools, "run", lambda *_: a_run())
    monkeypatch.setattr(sign_off_page, "sign_off", sign_off)
    monkeypatch.setattr(sign_off_page, "signed", lambda *_: (a_run_summary(batch=BATCH), None, []))
    return words


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of Airflow's api-server, with which forms are signed."""
    monkeypatch.setattr(own_forms, "get_signing_key", lambda *_: "of the api-server")


def form() -> dict[str, str]:
    """What the form on the page sends."""
    return {"token": own_forms.token_for("7", "supdata_0751717j")}


def browser(rights: frozenset[Right]) -> TestClient:
    app = FastAPI()
    app.dependency_overrides[get_user] = lambda: SimpleNamespace(get_id=lambda: 7, get_name=lambda: "marie")
    app.include_router(router)
    app.dependency_overrides[visible] = lambda: Visible(a_school(name="<b>École</b>"), "marie", rights)
    app.dependency_overrides[_get_session] = lambda: None
    return TestClient(app, follow_redirects=False)


def test_a_registrar_is_shown_the_batch_and_confirms_that_one(said: list[Any]) -> None:
    page = browser(REGISTRAR).get(PAGE).text
    assert f'action="{PAGE}/{BATCH}"' in page
    assert "Je confirme" in page
    assert "<b>" not in page
    answer = browser(REGISTRAR).post(f"{PAGE}/{BATCH}", data=form(), headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert said == [("0751717J", "scheduled__1", BATCH, "marie")]


def test_others_see_whether_it_is_confirmed_and_cannot_do_it(said: list[Any]) -> None:
    reader = browser(frozenset({Right.REPORT, Right.LOOK}))
    assert "<form" not in reader.get(PAGE).text
    assert reader.post(f"{PAGE}/{BATCH}", data=form()).status_code == 403
    assert browser(frozenset()).get(PAGE).status_code == 403
    assert said == []


@pytest.mark.parametrize(
    ("site", "token"),
    [
        ("cross-site", ("7", "supdata_0751717j")),
        ("same-site", ("7", "supdata_0751717j")),
        ("same-origin", ("8", "supdata_0751717j")),
        ("same-origin", ("7", "supdata_0442953w")),
        ("same-origin", None),
    ],
)
def test_another_site_or_another_s_form_cannot_confirm_in_somebody_s_name(
    said: list[Any], site: str, token: tuple[str, str] | None
) -> None:
    sent = {"token": own_forms.token_for(*token)} if token else {}
    answer = browser(REGISTRAR).post(f"{PAGE}/{BATCH}", data=sent, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert said == []


def test_a_batch_that_has_changed_is_told_and_one_that_is_no_hash_is_refused(
    said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*_: str) -> SignOff:
        raise RunStopped("Confirming", "its batch is not the one that was read", "Read the report again.")

    monkeypatch.setattr(sign_off_page, "sign_off", changed)
    assert browser(REGISTRAR).post(f"{PAGE}/{BATCH}", data=form()).status_code == 409
    assert browser(REGISTRAR).post(f"{PAGE}/..%2F..", data=form()).status_code in {404, 422}


def test_what_is_confirmed_and_what_is_void_is_told(said: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_off_page, "signed", lambda *_: (a_run_summary(batch=BATCH), WORD, [WORD]))
    page = browser(REGISTRAR).get(f"{PAGE}?lang=en").text
    assert "Confirmed by marie" in page
    assert "Void: the batch has changed since it was confirmed by marie" in page
    assert "<form" not in page
