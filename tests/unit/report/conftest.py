"""The made run of `reported`, as fixtures."""

from collections.abc import Callable
from typing import Any

import pytest

from reported import a_judgement, a_receipt, a_run, facts_of
from supdata.records.judgement import Judgement
from supdata.records.shipment import Receipt
from supdata.report.content import RunFacts


@pytest.fixture
def gathered() -> Callable[..., RunFacts]:
    """The facts of the run, with some arguments of `gather` replaced."""

    def build(**changes: Any) -> RunFacts:
        return facts_of(**changes)

    return build


@pytest.fixture
def run() -> dict[str, Any]:
    """The arguments themselves, for a test that shuffles or shortens them."""
    return a_run()


@pytest.fixture
def receipt() -> Callable[..., Receipt]:
    return a_receipt


@pytest.fixture
def judgement() -> Callable[..., Judgement]:
    return a_judgement
