"""The registrar's page in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.integration

GOLDEN = Path(__file__).parents[1] / "unit" / "report" / "golden" / "rapport.html"


def test_a_screen_reader_meets_no_obstacle(browser: Browser, findings: Callable[[Page], list[str]], pictures: Path) -> None:
    page = browser.new_page()
    page.goto(GOLDEN.as_uri())
    assert findings(page) == []
    page.screenshot(path=pictures / "rapport.png", full_page=True)
    page.close()
