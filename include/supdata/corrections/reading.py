"""A corrected list read back, workbook or CSV: every fault at once, in French, by line, and without a value of anybody.

The file comes from outside and is hostile until it is read: it is bounded in size, in what it unpacks to, in lines and in the
length of a cell; nothing in it is computed. A line without a correction says nothing, whatever else stands in it.
"""

import csv
import io
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from supdata.records.given_back import LineKey, read_key
from supdata.records.work_list import CORRECTION, FORMULA, HEADER, KEY, as_found

LARGEST_FILE = 20_000_000  # bytes; a list of a hundred thousand lines has some 40 MB as CSV, and as a workbook 8
LARGEST_UNPACKED = 400_000_000
MOST_MEMBERS = 200
MOST_LINES = 200_000
LONGEST_VALUE = 200
#: A registrar does not read more than this; the count says how many there are.
MOST_FAULTS = 1_000

ZIP = b"PK\x03\x04"
_AT_CORRECTION, _AT_KEY = HEADER.index(CORRECTION), HEADER.index(KEY)
_DAMAGED = (ParseError, BadZipFile, zlib.error, EOFError, KeyError, IndexError, ValueError, TypeError, AttributeError, OSError)


@dataclass(frozen=True, order=True)
class ListFault:
    """What is wrong with a line, or with the whole file (line 0); in French, for who gave it back."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"ligne {self.line} : {self.text}" if self.line else self.text


@dataclass(frozen=True)
class CorrectedLine:
    """One correction as it was written, with the key of its line."""

    line: int
    key: LineKey
    value: str


@dataclass(frozen=True)
class CorrectedList:
    """What could be read of a list: its corrections, its faults, and how many lines have no correction."""

    lines: tuple[CorrectedLine, ...] = ()
    faults: tuple[ListFault, ...] = ()
    untouched: int = 0


@dataclass(frozen=True)
class _Cell:
    """One cell as text; `wrong` says why its value cannot be taken."""

    text: str
    wrong: str = ""


class _Unreadable(Exception):
    """The file as a whole cannot be read; the message is for its registrar."""


def read_corrected(content: bytes, uai: str) -> CorrectedList:
    """Read a list that the school `uai` gives back; nothing is raised for what is wrong with it."""
    try:
        _require_size(content)
        rows = _workbook_rows(content) if content.startswith(ZIP) else _csv_rows(content)
        return _read(rows, uai)
    except _Unreadable as wrong:
        return CorrectedList(faults=(ListFault(0, str(wrong)),))


def _read(rows: Iterator[Sequence[_Cell]], uai: str) -> CorrectedList:
    _require_header(next(rows, ()))
    lines, faults, untouched = list[CorrectedLine](), list[ListFault](), 0
    for number, cells in enumerate(rows, start=2):
        if number > MOST_LINES:
            raise _Unreadable(f"le fichier a plus de {MOST_LINES} lignes : rien n’en a été pris.")
        correction = cells[_AT_CORRECTION] if len(cells) > _AT_CORRECTION else _Cell("")
        if not correction.text.strip() and not correction.wrong:
            untouched += any(cell.text for cell in cells)
            continue
        read = _line(number, correction, cells[_AT_KEY].text if len(cells) > _AT_KEY else "", uai)
        if isinstance(read, ListFault):
            faults.append(read)
        else:
            lines.append(read)
    if len(faults) > MOST_FAULTS:
        rest = ListFault(0, f"{len(faults) - MOST_FAULTS} autres lignes fautives ne sont pas nommées.")
        faults = [*faults[:MOST_FAULTS], rest]
    return CorrectedList(tuple(lines), tuple(faults), untouched)


def _line(number: int, correction: _Cell, key: str, uai: str) -> CorrectedLine | ListFault:
    if correction.wrong:
        return ListFault(number, correction.wrong)
    found = read_key(key)
    if found is None:
        return ListFault(number, "la clé de la ligne manque ou a été modifiée ; reprenez la ligne dans la liste d’origine.")
    if found.uai != uai:
        return ListFault(number, f"cette ligne vient de la liste d’un autre établissement ({found.uai}).")
    value = correction.text.strip()
    if len(value) > LONGEST_VALUE:
        return ListFault(number, f"la correction dépasse {LONGEST_VALUE} caractères.")
    if not value.isprintable():
        return ListFault(number, "la correction contient des caractères invisibles ou des retours à la ligne.")
    return CorrectedLine(number, found, value)


def _require_size(content: bytes) -> None:
    if not content:
        raise _Unreadable("le fichier est vide.")
    if len(content) > LARGEST_FILE:
        raise _Unreadable(f"le fichier dépasse {LARGEST_FILE // 1_000_000} Mo : rien n’en a été pris.")


def _require_header(cells: Sequence[_Cell]) -> None:
    names = [cell.text.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if tuple(names) == HEADER:
        return
    place = next((at for at, name in enumerate(HEADER) if at >= len(names) or names[at] != name), len(HEADER))
    wanted = f"la colonne {place + 1} doit être « {HEADER[place]} »" if place < len(HEADER) else "il y a des colonnes en trop"
    raise _Unreadable(
        f"l’en-tête n’est pas celui de la liste à corriger : {wanted}. Ne déplacez, ne renommez ni n’ôtez de colonne."
    )


def _csv_rows(content: bytes) -> Iterator[list[_Cell]]:
    text = _decoded(content)
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(";,\t", key=first.count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in records:
            yield [_csv_cell(cell) for cell in record]
    except csv.Error:
        raise _Unreadable("le fichier n’est pas un CSV lisible : enregistrez-le de nouveau depuis votre tableur.") from None


def _csv_cell(text: str) -> _Cell:
    if FORMULA.match(text.lstrip(" ")) and text.strip():
        return _Cell(as_found(text), "la correction ressemble à une formule ; écrivez la valeur seule.")
    return _Cell(as_found(text))


def _decoded(content: bytes) -> str:
    """Return the text of a CSV: as we wrote it, or as a French spreadsheet saves it again."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _workbook_rows(content: bytes) -> Iterator[list[_Cell]]:
    from openpyxl import load_workbook

    _require_bounded(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that would be lost if the workbook were saved
            with closing(load_workbook(io.BytesIO(content), read_only=True, keep_links=False)) as book:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # programs other than Excel write them wrong
                for row in islice(sheet.rows, MOST_LINES + 1):
                    yield [_workbook_cell(cell) for cell in islice(row, len(HEADER) + 1)]
    except _DAMAGED:
        raise _Unreadable("le classeur est abîmé : ouvrez-le et enregistrez-le de nouveau.") from None


def _require_bounded(content: bytes) -> None:
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except BadZipFile:
        raise _Unreadable("le classeur est abîmé : ouvrez-le et enregistrez-le de nouveau.") from None
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > LARGEST_UNPACKED:
        raise _Unreadable("le classeur se déplie en trop de données : rien n’en a été pris.")


def _workbook_cell(cell: Any) -> _Cell:
    """Return a cell as text: whoever types a date or a number into a spreadsheet means what is seen."""
    if cell.data_type == "f":
        return _Cell("", "la correction est une formule ; écrivez la valeur seule.")
    if isinstance(cell.value, bool):
        return _Cell("", "la correction est une valeur logique (VRAI ou FAUX).")
    return _Cell(_shown(cell.value))


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() as moment:
            return moment.date().isoformat() if moment.time() == time.min else moment.isoformat(" ")
        case float() as number if number.is_integer() and abs(number) < 10**15:
            return str(int(number))
        case other:
            return str(other)


def numbered(faults: Iterable[ListFault]) -> list[str]:
    """Return faults as sentences, in the order of the lines."""
    return [str(one) for one in sorted(faults)]
