"""The page in English: the same facts, and no French left over but the registry's own words and the school's."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from builders import an_institution
from reported import RULES, a_background, a_run, facts_of
from supdata.config.windows import Window
from supdata.records.counts import Counts
from supdata.records.reading import Reading
from supdata.records.ruling import Ruling, Standing
from supdata.report import english, situation
from supdata.report.content import GivenBackFacts, RowRef, RunFacts
from supdata.report.outlook import FATES
from supdata.report.page import ROW_NOTES, render_page
from supdata.report.rule_texts import OWN_TEXTS
from supdata.report.tongue import ENGLISH, FRENCH
from supdata.report.trend import STATES
from supdata.report.whereabouts import SYSTEMS

GOLDEN = Path(__file__).parent / "golden" / "report.html"
WINDOW = Window(last=date(2027, 1, 2), hours="08:00-18:00", reason="Fermeture", author="Mme la proviseure")
EVERYTHING = Counts(**{**dict.fromkeys(Counts.__struct_fields__, 2), "read": 12_345, "held": 5, "accepted": 6, "missing": 1})


def a_ruling(standing: Standing, **changes: Any) -> Ruling:
    given: dict[str, Any] = {"severity": "mute", "tolerance": 0.02, "rows": 2, "of": 9, "ceiling": 40, "expires": "2027-01-31"}
    return Ruling(rule="DATES-SPAN", standing=standing, author="M. Durand", reason="doctorats", **{**given, **changes})


def every_page() -> Iterator[RunFacts]:
    """Facts that between them say everything a page can say."""
    readings = [
        Reading(file="a.csv", compression="zip", encoding="cp1252", encoding_why="x", delimiter="\t", delimiter_why="x"),
        Reading(file="b.xlsx", sheet="Feuil1", header_row=3),
    ]
    rulings = [
        *(a_ruling(one) for one in Standing),
        a_ruling(Standing.EXCEEDED, ceiling=0.1),
        *(a_ruling(Standing.IN_FORCE, severity=one) for one in ("warn", "reject", "")),
    ]
    told = GivenBackFacts(
        by_fate=dict.fromkeys(FATES, 3),
        put_in=tuple((RowRef("inscriptions.csv", row), row) for row in range(2, 30)),
        refused=(("rendu.csv", ("ligne 4 : la correction dépasse 200 caractères.",) * 30),),
    )
    yield facts_of(a_background(given_back=told))
    yield facts_of(a_background(), readings=readings, rulings=rulings, counts=EVERYTHING)
    for answer in ("", "rejected", "unanswered"):
        yield facts_of(a_background(no_longer={}), counts=EVERYTHING, answer=answer, window=WINDOW, partial=True)
    yield facts_of(counts=EVERYTHING, window=replace_window(), dry_run=True)
    yield facts_of(a_background(no_longer={f"RULE-{number}": 1 for number in range(20)}))
    yield facts_of(failed_stage="extract", failure="FixSource: x", counts=None, dry_run=True)
    for stage in [*situation.MISHAPS, "embellish"]:
        yield facts_of(failed_stage=stage, differences=[f"row {number}" for number in range(30)])


def replace_window() -> Window:
    return WINDOW.model_copy(update={"send": "additions"})


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The catalogue, which now tells what it was asked for in vain."""
    asked: set[str] = set()

    class Telling(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            if key and key not in self:
                asked.add(key)
            return super().get(key, default)

    telling = Telling(english.catalogue())
    monkeypatch.setattr(english, "catalogue", lambda: telling)
    return asked


#: What others wrote: the registry, the school's file and the reader's reasons are given as they came.
THEIRS = {"la valeur du paramètre n'est pas valide : regime", "étudiant introuvable", "14 colonnes au lieu de 13"}


def test_nothing_that_a_page_says_lacks_its_english(strict: set[str]) -> None:
    for facts in every_page():
        render_page(facts, ENGLISH, RULES)
    for text in [*ROW_NOTES.values(), *STATES.values(), "lecture partielle"]:
        ENGLISH.say(text)
    for own in OWN_TEXTS.values():
        assert own.english != own.title
    for system in SYSTEMS.values():
        for place in system.places.values():
            ENGLISH.say(place)
    assert strict <= THEIRS


def test_every_entry_of_the_catalogue_is_of_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is no longer said anywhere would be translated for nothing."""
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(english.__file__).parent.rglob("*")
        if path.is_file() and path.suffix in {".py", ".j2"}
    )
    joined = re.sub(r"\"\s*\n\s*f?\"", "", sources)
    assert [text for text in english.catalogue() if text not in joined and text not in RULES] == []


def test_both_languages_tell_the_same_figures_and_rows(strict: set[str]) -> None:
    for facts in every_page():
        in_french, in_english = (render_page(facts, tongue, RULES) for tongue in (FRENCH, ENGLISH))
        assert figures_of(in_french) == figures_of(in_english)


def figures_of(page: str) -> list[str]:
    """Every number of the page's body, dates left out: each language writes those in its own way."""
    body = unescape(page[page.index("<body>") :])
    body = body.replace("\u202f", "").replace("\u00a0", " ").replace("1er ", "1 ")
    body = re.sub(r"(?<=\d),(?=\d{3}\b)", "", body)
    body = re.sub(r"(?<=\d),(?=\d)", ".", body)
    body = re.sub(r"<th scope=\"row\">(\d{2}/\d{2}|\d{1,2} [A-Z][a-z]{2}) ", "", body)
    body = re.sub(
        r"\b\d{2}/\d{2} :|\b\d{1,2} [A-Z][a-z]{2} :|<p class=\"axis\".*?</p>|\bà \d+\s*h(\s*\d+)?|\bat \d+:\d+", "", body
    )
    return sorted(re.findall(r"\d+(?:\.\d+)?", body))


def test_the_english_page_is_the_golden_one() -> None:
    """Run with SUPDATA_REWRITE_GOLDEN=1 to accept a wanted change, then read the difference."""
    page = render_page(facts_of(a_background(), institution=an_institution(preset="apogee-csv")), ENGLISH, RULES).encode()
    if os.environ.get("SUPDATA_REWRITE_GOLDEN"):
        GOLDEN.write_bytes(page)
    assert page == GOLDEN.read_bytes()
    assert b'<html lang="en">' in page


def test_a_rule_of_an_institution_s_own_without_english_is_told_in_french() -> None:
    page = render_page(replace(facts_of()), ENGLISH, RULES)
    assert "Malformed INE" in page
    assert "Date impossible" in page  # the made rule has no English
    assert a_run()["institution"].name.replace("'", "&#39;") in page
