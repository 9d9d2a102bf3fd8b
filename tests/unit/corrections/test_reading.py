"""A corrected list read back: what a spreadsheet makes of it, and what a hostile hand may."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from builders import UNIVERSITY, an_enrolment
from reported import facts_of
from supdata.corrections import reading
from supdata.corrections.reading import CorrectedList, read_corrected
from supdata.records.given_back import key_of
from supdata.records.work_list import CORRECTION, HEADER, KEY
from supdata.report.worklist import Remembered, WorkLine, with_memory, work_lines
from supdata.report.worklist_files import write_csv, write_workbook

A_KEY = key_of(UNIVERSITY, "ine", "0123456789abcdef", "0123456789ab")
Write = Callable[[io.BytesIO, Sequence[WorkLine]], int]
EITHER = pytest.mark.parametrize("write", [write_csv, write_workbook], ids=["csv", "xlsx"])


def lines_with(value: str) -> list[WorkLine]:
    """The lines of the made run, of which one holds `value` wherever a value of a school may stand."""
    facts = facts_of(enrolments=[an_enrolment(row=4, sisId=value, ine=value, dateNaissance=value, source="inscriptions.csv")])
    known = Remembered(key=lambda line: A_KEY if line.can_be_corrected else "", sent={}, days=lambda _: 3)
    return with_memory(work_lines(facts), known)


def a_csv(*rows: dict[str, str], header: Sequence[str] = HEADER, delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows([[row.get(name, "") for name in header] for row in rows])
    return stream.getvalue().encode(encoding)


def a_workbook(*rows: dict[str, Any], header: Sequence[str] = HEADER) -> bytes:
    book = Workbook()
    book.worksheets[0].append(list(header))
    for row in rows:
        book.worksheets[0].append([row.get(name) for name in header])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def faults(read: CorrectedList) -> list[str]:
    assert read.lines == ()
    return [str(one) for one in read.faults]


@EITHER
@given(value=st.text(st.characters(codec="utf-8"), max_size=200))
def test_a_list_given_back_as_it_was_corrects_nothing(write: Write, value: str) -> None:
    lines, stream = lines_with(value), io.BytesIO()
    count = write(stream, lines)
    assert read_corrected(stream.getvalue(), UNIVERSITY) == CorrectedList(untouched=count)


@EITHER
@pytest.mark.parametrize("value", ["=1+1", "\x00", "\r\n", "x" * 32_000, "\u202e", "'", ";", '"', "<b>"], ids=ascii)
def test_hostile_values_beside_a_correction_do_not_touch_it(write: Write, value: str) -> None:
    stream = io.BytesIO()
    write(stream, lines_with(value))
    corrected = with_corrections(stream.getvalue(), "123456789FJ")
    read = read_corrected(corrected, UNIVERSITY)
    assert read.faults == ()
    assert {one.value for one in read.lines} == {"123456789FJ"}


def with_corrections(content: bytes, value: str) -> bytes:
    """Write `value` into the first three lines that have a key, as a registrar does in a spreadsheet."""
    at, key = HEADER.index(CORRECTION), HEADER.index(KEY)
    if content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(content))
        for row in [row for row in book.worksheets[0].iter_rows(min_row=2) if row[key].value][:3]:
            row[at].value = value
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    for line in [line for line in rows[1:] if line[key]][:3]:
        line[at] = value
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123456789FJ", "123456789FJ"),
        (44000, "44000"),
        (44000.0, "44000"),
        (date(2004, 3, 9), "2004-03-09"),
        ("'01234", "'01234"),
    ],
    ids=str,
)
def test_what_is_typed_into_a_workbook_is_what_is_seen(typed: object, read: str) -> None:
    (line,) = read_corrected(a_workbook({CORRECTION: typed, KEY: A_KEY}), UNIVERSITY).lines
    assert (line.line, line.value, line.key.field) == (2, read, "ine")


def test_a_guarded_value_of_the_csv_loses_its_apostrophe() -> None:
    (line,) = read_corrected(a_csv({CORRECTION: "'01234567890", KEY: A_KEY}), UNIVERSITY).lines
    assert line.value == "01234567890"


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "cp1252"), ("\t", "utf-8"), (",", "utf-8-sig")])
def test_a_csv_is_read_as_spreadsheets_save_it_again(delimiter: str, encoding: str) -> None:
    content = a_csv({CORRECTION: "2004-03-09", KEY: A_KEY, "Champ": "Diplôme"}, delimiter=delimiter, encoding=encoding)
    assert [one.value for one in read_corrected(content, UNIVERSITY).lines] == ["2004-03-09"]


def test_all_faults_are_told_at_once_by_line_and_what_is_right_is_read_all_the_same() -> None:
    other = key_of("0442953W", "ine", "0123456789abcdef", "0123456789ab")
    content = a_csv(
        {CORRECTION: "=1+1", KEY: A_KEY},
        {CORRECTION: "A", KEY: "mine"},
        {CORRECTION: "A", KEY: other},
        {CORRECTION: "x" * 201, KEY: A_KEY},
        {CORRECTION: "a\u202eb", KEY: A_KEY},
        {CORRECTION: "a\x00b", KEY: A_KEY},
        {CORRECTION: "123456789FJ", KEY: A_KEY},
        {CORRECTION: "A", KEY: A_KEY.replace("-ine-", "-source-")},
    )
    read = read_corrected(content, UNIVERSITY)
    assert [one.line for one in read.lines] == [8]
    assert [str(one) for one in read.faults] == [
        "ligne 2 : la correction ressemble à une formule ; écrivez la valeur seule.",
        "ligne 3 : la clé de la ligne manque ou a été modifiée ; reprenez la ligne dans la liste d’origine.",
        "ligne 4 : cette ligne vient de la liste d’un autre établissement (0442953W).",
        "ligne 5 : la correction dépasse 200 caractères.",
        "ligne 6 : la correction contient des caractères invisibles ou des retours à la ligne.",
        "ligne 7 : la correction contient des caractères invisibles ou des retours à la ligne.",
        "ligne 9 : la clé de la ligne manque ou a été modifiée ; reprenez la ligne dans la liste d’origine.",
    ]


@pytest.mark.parametrize("typed", ["=1+1", '=HYPERLINK("http://x")', True])
def test_a_formula_of_a_workbook_is_not_computed(typed: object) -> None:
    (fault,) = faults(read_corrected(a_workbook({CORRECTION: typed, KEY: A_KEY}), UNIVERSITY))
    assert fault.startswith("ligne 2 : la correction est une ")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER[:-1], "la colonne 17 doit être « Clé »"),
        ((HEADER[1], HEADER[0], *HEADER[2:]), "la colonne 1 doit être « Source »"),
        ((*HEADER, "Notes"), "il y a des colonnes en trop"),
        ((), "la colonne 1 doit être « Source »"),
    ],
)
def test_a_changed_header_is_named_by_its_column(header: Sequence[str], said: str) -> None:
    for content in (a_csv(header=header), a_workbook(header=header)):
        (fault,) = faults(read_corrected(content, UNIVERSITY))
        assert said in fault


def test_what_would_unpack_without_end_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 3_000_000)
    monkeypatch.setattr(reading, "LARGEST_UNPACKED", 2_000_000)
    assert faults(read_corrected(bomb.getvalue(), UNIVERSITY)) == [
        "le classeur se déplie en trop de données : rien n’en a été pris."
    ]


def test_entities_of_a_workbook_are_not_expanded() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    source, target = io.BytesIO(a_workbook({CORRECTION: "A", KEY: A_KEY})), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, laughs if name.startswith("xl/worksheets/") else old.read(name))
    (fault,) = faults(read_corrected(target.getvalue(), UNIVERSITY))
    assert "ha" not in fault.replace("chacun", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "vide"), (b"PK\x03\x04broken", "abîmé"), (b"\xff\xfe\x00\x01" * 9, "en-tête"), (b"x" * 20_000_001, "dépasse 20 Mo")],
    ids=["empty", "torn", "bytes", "large"],
)
def test_what_is_no_list_is_refused_as_a_whole(content: bytes, said: str) -> None:
    (fault,) = faults(read_corrected(content, UNIVERSITY))
    assert said in fault


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 10)
    for content in (a_csv(*[{"Ligne": "1"}] * 20), a_workbook(*[{"Ligne": "1"}] * 20)):
        assert faults(read_corrected(content, UNIVERSITY)) == ["le fichier a plus de 10 lignes : rien n’en a été pris."]


def test_a_list_of_nothing_but_faults_names_the_first_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FAULTS", 3)
    told = faults(read_corrected(a_csv(*[{CORRECTION: "A"}] * 20), UNIVERSITY))
    assert len(told) == 4
    assert told[-1] == "17 autres lignes fautives ne sont pas nommées."
