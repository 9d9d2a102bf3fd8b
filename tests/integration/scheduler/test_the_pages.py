"""The pages as people meet them, in a real browser on the shared Airflow: ops, a viewer, a registrar; light, dark, phone."""

import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, ViewportSize, expect

from browser.conftest import SERIOUS, browser, findings, pictures
from integration.scheduler.conftest import BROKEN, LYCEE, UNIVERSITY
from integration.scheduler.operating import Operator
from integration.scheduler.people import REGISTRAR, password_of
from supdata.cli.demo.results import run_folder
from supdata.cli.demo.rounds import Started, dag_id_of
from supdata.records.work_list import CORRECTION

pytestmark = pytest.mark.integration
__all__ = ["browser", "findings", "pictures"]

#: Two busy cores, and Airflow's own pages on them.
PATIENCE_MS = 90_000
DESKTOP: ViewportSize = {"width": 1360, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 800}
expect.set_options(timeout=PATIENCE_MS)

LogIn = Callable[..., Page]


@pytest.fixture
def log_in(browser: Browser, operator: Operator) -> Iterator[LogIn]:
    """Open a browser of somebody's own, logged in by Airflow's form; what a content policy stops there fails the test."""
    stopped: list[str] = []
    contexts = []

    def enter(login: str, *, phone: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=operator.stack.airflow.url, viewport=PHONE if phone else DESKTOP, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda line: stopped.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto("/auth/login?next=/supdata/")
        page.fill("input[name=username]", login)
        page.fill("input[name=password]", password_of(operator, login))
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert stopped == []


@pytest.fixture(scope="module")
def tried(operator: Operator) -> Started:
    """A dry run of the university's lycée neighbour, for its report."""
    (ended,) = operator.wait_for(operator.start(LYCEE, dry_run=True))
    return ended.started


def tab(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=SupData]")


def run_path(started: Started) -> str:
    return f"/dags/{started.dag_id}/runs/{quote(started.run_id, safe='')}"


def grave(found: list[str]) -> list[str]:
    return [one for one in found if one.split(" ", 1)[0] in SERIOUS]


def test_ops_find_every_school_in_airflow_s_navigation(log_in: LogIn, pictures: Path) -> None:
    page = log_in("admin")
    page.goto("/")
    page.get_by_role("link", name="SupData").click()
    frame = tab(page)
    expect(frame.get_by_role("heading", name="Schools")).to_be_visible()
    expect(frame.get_by_role("row").filter(has_text=LYCEE)).to_be_visible()
    page.screenshot(path=pictures / "schools.png")
    frame.get_by_role("searchbox").fill("lycee demonstration")
    expect(frame.get_by_text("1 of 4 schools")).to_be_visible()
    frame.get_by_role("link", name="Lycée de démonstration").click()
    expect(frame.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    assert f"/supdata/schools/{dag_id_of(LYCEE)}" in page.url, "the address can be kept"


def test_the_frame_follows_airflow_between_light_and_dark(log_in: LogIn, pictures: Path) -> None:
    page = log_in("admin")
    page.goto("/plugin/supdata")
    expect(tab(page).get_by_role("heading", name="Schools")).to_be_visible()
    body = tab(page).locator("body")
    colour = "one => getComputedStyle(one).backgroundColor"
    light = body.evaluate(colour)
    assert light == page.locator("html").evaluate(colour)
    page.evaluate("localStorage.setItem('theme', 'dark'); document.documentElement.className = 'dark'")
    expect(tab(page).locator("html")).to_have_class("framed dark")
    assert body.evaluate(colour) == page.locator("html").evaluate(colour) != light
    page.screenshot(path=pictures / "schools-dark.png")


def test_the_school_s_tab_has_buttons_that_airflow_s_own_api_obeys(log_in: LogIn, operator: Operator, pictures: Path) -> None:
    page = log_in("oscar")
    page.goto(f"/dags/{dag_id_of(UNIVERSITY)}/plugin/supdata-school")
    frame = tab(page)
    expect(frame.get_by_text("all is well")).to_be_visible()
    was_paused = operator.page_of(UNIVERSITY)["is_paused"]
    for wanted in (not was_paused, was_paused):
        name = "Hold" if wanted else "Resume"
        frame.get_by_role("button", name=name, exact=True).click()
        frame.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
        expect(frame.get_by_role("button", name="Resume" if wanted else "Hold", exact=True).first).to_be_visible()
        assert operator.page_of(UNIVERSITY)["is_paused"] is wanted
    page.screenshot(path=pictures / "school.png")


def test_who_may_only_read_gets_no_buttons(log_in: LogIn) -> None:
    page = log_in("vera")
    page.goto(f"/supdata/schools/{dag_id_of(UNIVERSITY)}")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


def test_the_run_s_tab_is_its_report_and_tasks_lead_to_it(log_in: LogIn, tried: Started, pictures: Path) -> None:
    page = log_in("admin")
    page.goto(f"{run_path(tried)}/tasks/report/details")
    page.get_by_role("link", name="SupData report").click()
    report = tab(page).frame_locator("iframe.report")
    expect(report.get_by_text("Dry run").first).to_be_visible()
    page.screenshot(path=pictures / "run.png")


def test_a_registrar_finds_report_and_rows_to_correct_in_french(
    log_in: LogIn, tried: Started, findings: Callable[[Page], list[str]], pictures: Path
) -> None:
    page = log_in(REGISTRAR, phone=True)
    page.get_by_role("link", name=LYCEE).click()
    expect(page.get_by_role("heading", name="Déclarations à SupData")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out on a phone"
    assert grave(findings(page)) == []
    page.screenshot(path=pictures / "registrar-phone.png")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == f"a_corriger_{LYCEE}.csv"
    page.get_by_role("link", name="Rapport").first.click()
    expect(page.frame_locator("iframe.report").get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_screen_reader_meets_no_obstacle(
    log_in: LogIn, findings: Callable[[Page], list[str]], *, phone: bool, dark: bool, pictures: Path
) -> None:
    page = log_in("admin", phone=phone, dark=dark)
    places = {"schools": "/supdata/", "school": f"/supdata/schools/{dag_id_of(LYCEE)}", "missing": "/supdata/schools/none"}
    for name, place in places.items():
        page.goto(place)
        assert grave(findings(page)) == [], place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
        page.screenshot(
            path=pictures / f"{name}-{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}.png", full_page=True
        )


def test_a_broken_file_with_a_script_in_it_is_shown_and_not_run(log_in: LogIn) -> None:
    page = log_in("admin")
    page.goto(f"/supdata/schools/{dag_id_of(BROKEN)}")
    expect(page.get_by_text("nam: Lycée <script>").first).to_be_visible()
    expect(page.get_by_text("unknown key").first).to_be_visible()


def test_a_held_batch_is_approved_in_airflow_s_own_form(log_in: LogIn, operator: Operator, pictures: Path) -> None:
    if not accepted(operator, LYCEE):
        operator.wait_for(operator.start(LYCEE))
    turn_regimes(operator)
    started = operator.start(LYCEE)
    operator.wait_for_question(started)
    time.sleep(10)  # as `Operator.answer`: no person is faster than the worker that has put the question
    page = log_in("oscar")
    page.goto("/supdata/")
    expect(page.get_by_role("row").filter(has_text=LYCEE)).to_contain_text("waits for approval")
    page.goto(f"{run_path(started)}/plugin/supdata-run")
    tab(page).get_by_role("link", name="Approve or reject").click()
    page.wait_for_url("**/required_actions**")
    page.screenshot(path=pictures / "approval.png")
    page.get_by_role("button", name="Approve").click()
    (ended,) = operator.wait_for(started)
    assert ended.state == "success"
    assert ended.counts is not None
    assert ended.counts.updated > 0


def test_a_corrected_list_is_given_back_and_put_in_by_the_next_run(
    log_in: LogIn, operator: Operator, tmp_path: Path, pictures: Path
) -> None:
    """The registrar takes over what the list proposes, in the column for it, and sends the file back."""
    page = log_in(REGISTRAR)
    page.get_by_role("link", name=LYCEE).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    corrected = tmp_path / "a_corriger.csv"
    lines = take_over_proposals(Path(download.value.path()), corrected)
    page.locator("input[name=rows]").set_input_files(corrected)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text(f"Corrections prises en compte : {lines}.")).to_be_visible()
    page.screenshot(path=pictures / "given-back.png")
    (ended,) = operator.wait_for(operator.start(LYCEE))
    traces = run_folder(operator.scene.layout.runs, LYCEE, ended.started.run_id) / "normalise" / "corrections.jsonl"
    assert traces.read_text(encoding="utf-8").count('"applied"') == lines


def take_over_proposals(given: Path, corrected: Path) -> int:
    """Write the list `given` with each proposed value as the correction, and return how many lines have one."""
    with given.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream, delimiter=";")
    proposed, correction = head.index("Valeur proposée"), head.index(CORRECTION)
    changed = [row for row in rows if row[proposed]]
    for row in changed:
        row[correction] = row[proposed]
    with corrected.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([head, *rows])
    assert changed, "the made school's mistakes have some that can be proposed"
    return len(changed)


def accepted(operator: Operator, uai: str) -> int:
    query = "SELECT count(*) FROM supdata.enrolment WHERE uai = %s AND accepted_content <> ''"
    with psycopg.connect(operator.stack.postgres.url("ledger")) as connection:
        (count,) = connection.execute(query, (uai,)).fetchone() or (0,)
    return int(count)


def turn_regimes(operator: Operator) -> None:
    """Make every faultless pupil an apprentice, or, where they are, none any more: more changes than go without asking."""
    lines = operator.scene.world.lycee.lines
    numbers = [line.entry.number for line in lines if not line.mistake and line.entry.regime == "RF2"]
    turned = "CASE code_regime WHEN 'APPR' THEN 'SCOL' ELSE 'APPR' END"
    change = f"UPDATE siecle.scolarite SET code_regime = {turned} WHERE numero_interne = ANY(%s)"
    with psycopg.connect(operator.stack.postgres.url("sis_lycee")) as connection:
        connection.execute(change, (numbers,))
