"""The stages up to the verdict, on rows held in memory: what each row was, what it became, and what the rules say of it."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import assert_never

from supdata.config.database_source import DatabaseSource
from supdata.config.formats import CsvFormat, FileFormat, JsonFormat
from supdata.config.models import Institution
from supdata.config.rest_source import RestSource
from supdata.config.sftp_source import SftpSource
from supdata.errors import FixSource
from supdata.extract.files import read_file
from supdata.extract.leaving_out import left_out
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Reason
from supdata.records.rows import LeftOutRow, RawRow, UnreadableRow
from supdata.records.states import Verdict
from supdata.validate.judging import judge

UNREADABLE = "unreadable"
LEFT_OUT = "left_out"
STATES = (UNREADABLE, *map(str, (Verdict.DUPLICATE, Verdict.REJECTED, Verdict.PROVISIONAL, Verdict.VALID)))

Rows = Iterator[RawRow | UnreadableRow]


@dataclass(frozen=True)
class Seen:
    """One row: what was found, and what became of it; one that is unreadable or left out has no enrolment."""

    found: RawRow | UnreadableRow | LeftOutRow
    state: str
    enrolment: Enrolment | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Preview:
    """All rows in the order they were read, and how many are in each state."""

    institution: Institution
    rows: tuple[Seen, ...]
    counts: dict[str, int]


def look(institution: Institution, *, file: Path | None, limit: int | None, suite: Path, on: date) -> Preview:
    """Read the source, or `file` in its place, and judge each row by the rules of `suite` as of the day `on`.

    Raises what the extractors raise, FixConfig when the rules cannot be read, FixSource when `file` does.
    """
    with redirect_stdout(sys.stderr):  # libraries may say a word, which is no part of an answer in JSON
        with opened(institution, file) as rows:
            read = list(islice(rows, limit))
        seen = tuple(_seen(read, institution, suite, on))
    counted = Counter(one.state for one in seen)
    states = (LEFT_OUT, *STATES) if institution.states else STATES
    return Preview(institution, seen, {state: counted[state] for state in states})


def _seen(read: list[RawRow | UnreadableRow], institution: Institution, suite: Path, on: date) -> Iterator[Seen]:
    parted = [left_out(row, institution.states) or row if isinstance(row, RawRow) else row for row in read]
    raw = [row for row in parted if isinstance(row, RawRow)]
    enrolments = {(one.source, one.row): one for one in normalise(raw, institution, load_communes())}
    judged = judge(enrolments.values(), institution, suite, on).judgements
    judgements = {(one.source, one.row): one for one in judged}
    for row in parted:
        if isinstance(row, UnreadableRow):
            yield Seen(row, UNREADABLE)
        elif isinstance(row, LeftOutRow):
            yield Seen(row, LEFT_OUT)
        else:
            place = (row.source, row.row)
            yield Seen(row, str(judgements[place].verdict), enrolments[place], judgements[place].reasons)


@contextmanager
def opened(institution: Institution, file: Path | None) -> Iterator[Rows]:
    """Yield the rows of the institution's source, or of a local `file` that is written as its files or answers are.

    Raises what the extractors raise, FixSource when `file` cannot be opened.
    """
    if file is None:
        from supdata.orchestration.sources import open_source

        with open_source(institution) as rows:
            yield rows
        return
    try:
        with file.open("rb") as stream:
            wanted, optional = institution.source_columns(), institution.optional_columns()
            yield read_file(stream, file.name, _layout(institution), wanted, optional=optional)
    except OSError as error:
        raise FixSource(f"Reading {file}", str(error.strerror), "Give a file that can be read.") from error


def _layout(institution: Institution) -> FileFormat:
    """Return how a file is written that stands for the source: as its files, its answers, or a table saved as CSV."""
    match institution.source:
        case SftpSource() as source:
            return source.format
        case RestSource() as source:
            return JsonFormat(type="json", rows=source.rows_field)
        case DatabaseSource():
            return CsvFormat()
        case _ as never:
            assert_never(never)
