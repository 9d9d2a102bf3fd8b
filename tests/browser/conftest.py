"""A real Chromium for the tests of pages, and axe to look at them as a screen reader would.

One browser per module, not per session: while Playwright's own loop is alive, nothing in this process may call `asyncio.run`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

#: Debian's Chromium, or what other systems call theirs.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE = (
    "no Chromium on this machine: `apt-get install chromium` as root, or `.venv/bin/playwright install chromium` as anybody; "
    "pages are NOT looked at in this run"
)
#: What axe calls a finding that keeps somebody from using a page.
SERIOUS = frozenset({"serious", "critical"})
WCAG_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def executable_of(playwright: Playwright) -> str:
    """The Chromium of this machine, else the one Playwright has downloaded for this user; skips where there is neither."""
    found = next(filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path)
    if not Path(found).exists():
        pytest.skip(NONE)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, which is what containers run as; it only ever opens our own pages here.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=executable_of(playwright), args=arguments)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept as build output."""
    folder = Path(__file__).parents[2] / "var" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def findings() -> Callable[[Page], list[str]]:
    """What axe holds against a page, as `impact rule: selector`; every finding, the serious and critical ones first."""

    def look(page: Page) -> list[str]:
        violations = Axe().run(page, options=WCAG_AA).response["violations"]
        ranked = sorted(violations, key=lambda one: (one["impact"] not in SERIOUS, one["id"]))
        return [f"{one['impact']} {one['id']}: {node['target']}" for one in ranked for node in one["nodes"]]

    return look
