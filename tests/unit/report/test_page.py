"""The registrar's page."""

import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from builders import an_enrolment, an_institution
from supdata.config.formats import FileFormat
from supdata.records.reading import Reading
from supdata.records.rows import UnreadableRow
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome
from supdata.report.content import RunFacts
from supdata.report.page import ROW_NOTES, ROWS_SHOWN, render_page

GOLDEN = Path(__file__).parent / "golden" / "rapport.html"
HOSTILE = "<script>alert(1)</script>\"'&"


class Outline(HTMLParser):
    """What the browser would make of the page: elements still open, links, ids, and the text."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"href", "src"}:
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline_of(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    return outline


def test_the_page_of_a_run_is_the_golden_page(gathered: Callable[..., RunFacts]) -> None:
    """Run with SUPDATA_REWRITE_GOLDEN=1 to accept a wanted change, then read the difference."""
    page = render_page(gathered()).encode()
    if os.environ.get("SUPDATA_REWRITE_GOLDEN"):
        GOLDEN.write_bytes(page)
    assert page == GOLDEN.read_bytes()


def test_the_page_holds_no_ine_and_no_birth_date(gathered: Callable[..., RunFacts], run: dict[str, Any]) -> None:
    page = render_page(gathered())
    personal = {value for one in run["enrolments"] for value in (one.ine, one.dateNaissance)}
    assert {"123456789FJ", "2004-02-31", "12345"} <= personal
    assert [value for value in personal if value in page] == []


def test_what_the_school_or_the_registry_wrote_never_becomes_markup(
    gathered: Callable[..., RunFacts], receipt: Callable[..., Receipt]
) -> None:
    page = render_page(
        gathered(
            institution=an_institution(name=HOSTILE),
            run_id=HOSTILE,
            enrolments=[an_enrolment(row=9, sisId=HOSTILE)],
            receipts=[receipt(9, Outcome.REFUSED, words=HOSTILE)],
            unreadable=[UnreadableRow(source=HOSTILE, row=1, reason=HOSTILE)],
            differences=(HOSTILE,),
            failed_stage="push",
            failure=HOSTILE,
        )
    )
    assert "script" not in outline_of(page).tags
    assert page.count("&lt;script&gt;") >= 6


def test_the_page_stands_alone(gathered: Callable[..., RunFacts]) -> None:
    page = render_page(gathered())
    assert all(link.startswith(("#", "mailto:")) for link in outline_of(page).links)
    assert not re.search(r"https?:|url\(|@import", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("stage", [None, "extract", "validate", "plan", "push", "reconcile"])
def test_markup_is_balanced_and_links_lead_somewhere(gathered: Callable[..., RunFacts], stage: str | None) -> None:
    outline = outline_of(render_page(gathered(failed_stage=stage, differences=("one row is missing",))))
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert {link.removeprefix("#") for link in outline.links if link.startswith("#")} <= set(outline.ids)


def test_the_page_says_its_language_and_names_its_headings_and_table_headers(gathered: Callable[..., RunFacts]) -> None:
    page = render_page(gathered())
    assert '<html lang="fr">' in page
    assert outline_of(page).tags.count("h1") == 1
    assert all('scope="' in header for header in re.findall(r"<th[ >][^>]*>", page))
    assert page.count("<caption>") == page.count("<table>") == 2


def test_a_long_group_names_its_first_rows_and_counts_the_others(
    gathered: Callable[..., RunFacts], receipt: Callable[..., Receipt]
) -> None:
    receipts = [receipt(row, Outcome.REFUSED) for row in range(1000, 1050)]
    page = render_page(gathered(receipts=receipts, judgements=[], unreadable=[], departed=[]))
    assert f"ligne&nbsp;{1000 + ROWS_SHOWN - 1}" in page
    assert f"ligne&nbsp;{1000 + ROWS_SHOWN}" not in page
    assert "et 30 autres" in page


def test_rows_of_several_sources_are_told_apart(gathered: Callable[..., RunFacts]) -> None:
    page = render_page(gathered(unreadable=[UnreadableRow(source="masters.csv", row=9, reason="illisible")]))
    assert "masters.csv, ligne&nbsp;9" in page
    assert "inscriptions.csv, ligne&nbsp;4" in page


def test_a_page_without_any_source_read_says_so_without_figures(gathered: Callable[..., RunFacts]) -> None:
    page = render_page(
        gathered(
            counts=None,
            judgements=[],
            enrolments=[],
            receipts=[],
            departed=[],
            unreadable=[],
            failed_stage="extract",
            failure="FixSource: Reading the export: no file matches. Ask the school to drop it.",
        )
    )
    assert "Vos données n’ont pas pu être lues." in page
    assert "Ask the school to drop it." in page
    assert "<table>" not in page


def test_a_run_that_stopped_while_sending_tells_what_was_accepted(gathered: Callable[..., RunFacts]) -> None:
    page = render_page(gathered(failed_stage="push", counts=None))
    assert "L’envoi au registre national s’est interrompu." in page
    assert "2 inscriptions ont été déclarées et acceptées (1 nouvelle, 1 modifiée)." in page
    assert "non connu" in page


def test_what_waits_for_an_approval_is_announced(gathered: Callable[..., RunFacts], run: dict[str, Any]) -> None:
    counts = type(run["counts"])(read=3, valid=3, to_update=3, held=3)
    assert "3 modifications retenues : l’accord d’une personne est attendu" in render_page(gathered(counts=counts))


def test_row_numbers_are_explained_for_every_kind_of_source_and_file() -> None:
    files = {member.model_fields["type"].annotation.__args__[0] for member in get_args(get_args(FileFormat)[0])}
    assert set(ROW_NOTES) == {"rest", "database", *files}


@pytest.mark.parametrize(
    ("layout", "note"),
    [({}, "celui que montre un tableur"), ({"type": "xml", "record": "a/b"}, "le rang de l’inscription dans le fichier")],
)
def test_a_row_number_is_explained_as_its_file_has_it(
    gathered: Callable[..., RunFacts], layout: dict[str, str], note: str
) -> None:
    source = {"kind": "sftp", "connection": "c", "path": "/f", "format": layout}
    assert f"Le numéro de ligne est {note}." in render_page(gathered(institution=an_institution(source=source)))


def test_what_was_found_out_of_a_file_is_told_to_its_school(gathered: Callable[..., RunFacts]) -> None:
    found = Reading(
        file="a.csv.gz",
        compression="gzip",
        encoding="cp1252",
        encoding_why="it is not UTF-8",
        delimiter="\t",
        delimiter_why="it parts the header",
        header_row=4,
    )
    given = Reading(file="b.txt", encoding="utf-8", delimiter=";")
    page = render_page(gathered(readings=[found, given, Reading(file="c.xml")]))
    first = "a.csv.gz : archive gzip, encodage cp1252 (reconnu), séparateur « tabulation » (reconnu), en-tête en ligne 4"
    assert f"Fichier lu : {first}</p>" in page
    assert "Fichier lu : b.txt : encodage utf-8, séparateur « ; »</p>" in page
    assert "Fichier lu : c.xml</p>" in page
