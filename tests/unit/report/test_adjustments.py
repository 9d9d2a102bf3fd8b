"""What the page says of rules that the school has set otherwise: in French, by name, and without a word too many."""

from collections.abc import Callable
from typing import Any

import pytest

from supdata.records.ruling import Ruling, Standing
from supdata.report.content import RunFacts
from supdata.report.french import percent
from supdata.report.page import render_page


def a_ruling(**changes: Any) -> Ruling:
    fields: dict[str, Any] = {
        "rule": "DATES-SPAN",
        "standing": Standing.IN_FORCE,
        "severity": "mute",
        "tolerance": 0.0,
        "rows": 12,
        "of": 400,
        "author": "M. Durand",
        "reason": "doctorats",
        "ceiling": 40,
        "expires": "2027-01-31",
    }
    return Ruling(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "contrôle suspendu à votre demande, jusqu’au 31 janvier 2027 (12 lignes concernées)."),
        ({"severity": "warn"}, "simple avertissement, par exception, jusqu’au 31 janvier 2027 (12 lignes concernées)."),
        (
            {"severity": "reject", "expires": "", "rows": 1},
            "contrôle plus strict qu’ailleurs, à votre demande (1 ligne concernée).",
        ),
        (
            {"severity": "", "tolerance": 0.025},
            "tolérance accordée jusqu’à 2,5\u202f% des lignes, jusqu’au 31 janvier 2027 (12 lignes concernées).",
        ),
        (
            {"standing": Standing.EXPIRED, "rows": 0},
            "l’exception a pris fin le 31 janvier 2027 ; le contrôle s’applique de nouveau (0 ligne concernée).",
        ),
        (
            {"standing": Standing.EXCEEDED, "rows": 41},
            "l’exception valait pour 40 lignes au plus ; le contrôle s’applique de nouveau (41 lignes concernées).",
        ),
        (
            {"standing": Standing.EXCEEDED, "ceiling": 0.02},
            "l’exception valait pour 2\u202f% des lignes au plus ; le contrôle s’applique de nouveau (12 lignes concernées).",
        ),
    ],
)
def test_a_setting_is_told_in_a_sentence(gathered: Callable[..., RunFacts], changes: dict[str, Any], told: str) -> None:
    facts = gathered(rulings=[a_ruling(**changes)])
    (one,) = facts.adjustments
    assert (one.title, one.told, one.why) == ("Inscription longue", told, "doctorats — M. Durand")
    page = render_page(facts)
    assert told in page
    assert "Réglages propres à votre établissement" in page


def test_a_setting_that_concerned_no_row_is_passed_over(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(rulings=[a_ruling(rows=0)])
    assert facts.adjustments == ()
    assert "Réglages propres" not in render_page(facts)


def test_a_reason_is_text_and_not_markup(gathered: Callable[..., RunFacts]) -> None:
    page = render_page(gathered(rulings=[a_ruling(reason="<script>alert(1)</script>")]))
    assert "<script>" not in page


@pytest.mark.parametrize(("share", "text"), [(0.025, "2,5\u202f%"), (0.5, "50\u202f%"), (0.007, "0,7\u202f%")])
def test_a_share_is_written_as_the_french_do(share: float, text: str) -> None:
    assert percent(share) == text
