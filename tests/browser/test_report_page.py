"""The registrar's page in a real browser: on a telephone, a desk and paper, by day and by night, and as axe reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from builders import an_enrolment, an_institution
from reported import RULES, a_background, facts_of
from supdata.records.counts import Counts
from supdata.records.rows import UnreadableRow
from supdata.report.content import RunFacts
from supdata.report.page import render_page
from supdata.report.tongue import ENGLISH, FRENCH

pytestmark = pytest.mark.integration

NOTHING: dict[str, Any] = {"judgements": [], "enrolments": [], "receipts": [], "departed": [], "unreadable": []}
HOSTILE = "<img src=x onerror=document.title='pwned'>\u202e" + "x" * 3000


def of_a_kind(kind: str) -> RunFacts:
    match kind:
        case "good":
            school = an_institution(preset="apogee-csv", schedule="0 3 * * *")
            return facts_of(a_background(), institution=school)
        case "red":
            return facts_of(
                a_background(), failed_stage="extract", failure="FixSource: no file matches.", counts=None, **NOTHING
            )
        case "dry run":
            return facts_of(dry_run=True)
        case "empty":
            return facts_of(counts=Counts(), **NOTHING)
        case _:
            school = an_institution(name=HOSTILE)
            unreadable = [UnreadableRow(source=HOSTILE, row=1, reason=HOSTILE)]
            return facts_of(
                a_background(support=HOSTILE),
                institution=school,
                run_id=HOSTILE,
                unreadable=unreadable,
                enrolments=[an_enrolment(row=9, sisId=HOSTILE)],
            )


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Callable[..., Page]:
    def open_page(
        facts: RunFacts, *, english: bool = False, width: int = 1100, scheme: Literal["dark", "light"] = "light"
    ) -> Page:
        file = tmp_path / "rapport.html"
        file.write_text(render_page(facts, ENGLISH if english else FRENCH, RULES), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("request", lambda request: requested.append(request.url))
        page.goto(file.as_uri())
        return page

    requested: list[str] = []
    open_page.requested = requested  # type: ignore[attr-defined]
    return open_page


@pytest.mark.parametrize("kind", ["good", "red", "dry run", "empty", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_meets_no_obstacle(
    opened: Callable[..., Page], findings: Callable[[Page], list[str]], pictures: Path, kind: str, scheme: str
) -> None:
    page = opened(of_a_kind(kind), scheme=scheme, english=scheme == "dark")
    assert findings(page) == []
    page.screenshot(path=pictures / f"rapport-{kind.replace(' ', '-')}-{scheme}.png", full_page=True)
    page.close()


@pytest.mark.parametrize("kind", ["good", "red", "hostile"])
@pytest.mark.parametrize("english", [False, True])
def test_nothing_has_to_be_scrolled_sideways_on_a_telephone(
    opened: Callable[..., Page], pictures: Path, kind: str, english: bool
) -> None:
    page = opened(of_a_kind(kind), width=360, english=english)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.screenshot(path=pictures / f"rapport-{kind}-phone.png", full_page=True)
    page.close()


def test_what_others_wrote_neither_runs_nor_asks_for_anything(opened: Callable[..., Page]) -> None:
    page = opened(of_a_kind("hostile"))
    page.wait_for_timeout(200)
    assert "Déclaration des inscriptions" in page.title()
    assert page.locator("img, script").count() == 0
    assert [url for url in opened.requested if not url.startswith("file:")] == []  # type: ignore[attr-defined]
    page.close()


def test_it_prints_on_a_few_sheets_of_a4(opened: Callable[..., Page], pictures: Path) -> None:
    page = opened(of_a_kind("good"), scheme="dark")
    sheets = page.pdf(path=pictures / "rapport.pdf", prefer_css_page_size=True)
    assert 2 <= sheets.count(b"/Type /Page\n") <= 6
    assert b"/MediaBox [0 0 594.95996 841.91998]" in sheets or b"/MediaBox [0 0 595" in sheets
    page.close()
