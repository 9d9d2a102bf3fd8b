"""Any table of enrolments, written in any form that can be read, comes back as it was."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builders import an_institution
from supdata.config.sftp_source import SftpSource
from supdata.extract.files import read_file
from supdata.normalise.dates import FORMATS
from supdata.normalise.normalising import normalise
from supdata.normalise.repairs import clean
from supdata.records.commune import load_communes
from supdata.records.ine import Family
from supdata.records.rows import RawRow
from supdata.sandbox.schools.made_ine import make_ine
from unit.extract.dialects import Dialect

COLUMNS = ("INE", "NAISSANCE", "STATUT", "REGIME", "COMMUNE", "NOM", "NUMERO")
WIDTHS = {"INE": 11, "NAISSANCE": 10, "STATUT": 7, "REGIME": 3, "COMMUNE": 5, "NOM": 12, "NUMERO": 12}
MAPPED = ("INE", "NAISSANCE", "STATUT", "REGIME", "COMMUNE", "NUMERO")
COMMUNES = load_communes()

#: Letters that cp1252, ISO-8859-1 and ISO-8859-15 write alike, and some that only one of them has.
EVERYWHERE = "abzABZ019éèàçÉÇüñ -_'./%"
ELSEWHERE = "œŒŠ€’Łж学"
TOLD_APART = frozenset({"utf-8", "utf-8-sig", "utf-16"})

NUMBERS = st.builds(lambda family, seed: make_ine(family, Random(seed)), st.sampled_from([*Family][:5]), st.integers(0, 10**6))


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Draw one way to write a table."""
    kind = draw(st.sampled_from(["csv", "csv", "csv", "fixed", "xlsx", "xml", "json", "jsonl"]))
    encodings = ["utf-8", "cp1252", "iso-8859-1", "iso-8859-15"] + (["utf-8-sig", "utf-16"] if kind != "xml" else [])
    quoted = draw(st.booleans())
    return Dialect(
        type=kind,
        encoding=draw(st.sampled_from(encodings)),
        delimiter=draw(st.sampled_from(";,|\t")),
        quoted=quoted,
        header=draw(st.booleans()) or kind != "csv",
        preamble=draw(st.integers(0, 3)),
        line_end=draw(st.sampled_from(["\n", "\r\n", "\r"])) if kind != "jsonl" else "\n",
        compression=draw(st.sampled_from(["", "gzip", "zip"])),
        date_format=draw(st.sampled_from(FORMATS)),
        told=frozenset(draw(st.sets(st.sampled_from(["encoding", "delimiter"])))),
    )


def texts(dialect: Dialect) -> st.SearchStrategy[str]:
    """Draw what stands in a name or a student's number: whatever the dialect can write, and reads alike."""
    alphabet = EVERYWHERE
    if dialect.encoding in TOLD_APART or "encoding" in dialect.told or dialect.type in {"xlsx", "xml", "json", "jsonl"}:
        alphabet += "".join(letter for letter in ELSEWHERE if _has(dialect, letter))
    if dialect.type != "csv" or dialect.quoted:
        alphabet += ';,|\t"='
    if dialect.type == "csv" and dialect.quoted and "\n" in dialect.line_end:
        alphabet += "\n"  # csv's writer quotes the line ends that it writes itself
    if dialect.type == "fixed":
        alphabet = alphabet.replace("\t", "")
    return st.text(alphabet, max_size=12).filter(lambda text: clean(text) == text)


def _has(dialect: Dialect, letter: str) -> bool:
    if dialect.type in {"xlsx", "xml", "json", "jsonl"}:
        return True
    return letter.encode(dialect.encoding, "ignore") != b""


def tables(dialect: Dialect) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw the rows of a table; the birth date is a date."""
    communes = st.sampled_from(["44109", "75105", "2A004", "01004"])
    births = st.dates(date(1940, 1, 1), date(2012, 12, 31))
    columns = [NUMBERS, births, st.sampled_from(["admis", "inscrit"]), st.sampled_from(["RF1", "RF7"]), communes]
    rows = st.tuples(*columns, texts(dialect), texts(dialect))
    return st.lists(rows.map(lambda cells: dict(zip(COLUMNS, cells, strict=True))), min_size=1, max_size=12)


def written_date(day: date, form: str) -> str:
    letters = form if form != "ISO" else "AAAA-MM-JJ"
    return letters.replace("AAAA", f"{day.year:04d}").replace("MM", f"{day.month:02d}").replace("JJ", f"{day.day:02d}")


def as_written(row: Mapping[str, Any], dialect: Dialect) -> dict[str, str]:
    return {**row, "NAISSANCE": written_date(row["NAISSANCE"], dialect.date_format)}


def read_back(content: bytes, dialect: Dialect) -> list[dict[str, str | int]]:
    institution = an_institution(
        source={"kind": "sftp", "connection": "c", "path": "/f", "format": dialect.layout(COLUMNS, WIDTHS)},
        columns={
            "ine": "INE",
            "dateNaissance": {"column": "NAISSANCE", "dates": [dialect.date_format]},
            "dateDebutInscription": {"constant": "2026-09-01"},
            "dateFinInscription": {"constant": "2027-08-31"},
            "statut": "STATUT",
            "regime": "REGIME",
            "codeCommune": "COMMUNE",
            "sisId": "NUMERO",
        },
    )
    assert isinstance(institution.source, SftpSource)
    wanted = institution.columns.source_columns()
    rows = list(read_file(io.BytesIO(content), "f", institution.source.format, wanted))
    assert all(isinstance(row, RawRow) for row in rows)
    return [
        {
            "row": one.row,
            "INE": one.ine,
            "NAISSANCE": one.dateNaissance,
            "STATUT": one.statut,
            "REGIME": one.regime,
            "COMMUNE": one.codeCommune,
            "NUMERO": one.sisId,
        }
        for one in normalise((row for row in rows if isinstance(row, RawRow)), institution, COMMUNES)
    ]


def expected(table: Sequence[Mapping[str, Any]], dialect: Dialect) -> list[dict[str, str | int]]:
    return [
        {"row": number, **{name: row[name] for name in MAPPED}, "NAISSANCE": row["NAISSANCE"].isoformat()}
        for number, row in enumerate(table, start=dialect.first_row())
    ]


@given(st.data())
def test_any_table_of_enrolments_in_any_dialect_is_read_back_equal(data: st.DataObject) -> None:
    dialect = data.draw(dialects(), label="dialect")
    table = data.draw(tables(dialect), label="table")
    content = dialect.written([as_written(row, dialect) for row in table], COLUMNS, WIDTHS)
    assert read_back(content, dialect) == expected(table, dialect)
