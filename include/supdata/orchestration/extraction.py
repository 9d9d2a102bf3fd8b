"""The extract stage: rows of the opened source into the run folder; unreadable and left out ones apart."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice

from supdata.config.models import Institution
from supdata.config.sftp_source import SftpSource
from supdata.errors import EmptySource, NothingNew
from supdata.extract.leaving_out import left_out
from supdata.orchestration.corrections_drop import take_dropped_lists
from supdata.orchestration.files_read import files_read_before
from supdata.orchestration.reading_since import changes_since
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult
from supdata.orchestration.sources import Rows, open_source
from supdata.records.lines import write_lines
from supdata.records.rows import LeftOutRow, RawRow, UnreadableRow

#: Rows that `states` takes for no enrolment.
LEFT_OUT = "left_out.jsonl"


def extract_rows(run: Run) -> dict[str, int]:
    """Read the source to its end and return how many rows were read, how many of them were unreadable, and how many left out.

    Raises EmptySource when there is no row at all (or all are left out) and the institution does not allow that: taken at its
    word, an empty export would say that every student has left.
    """
    with run.stage("extract") as result, _opened(run, result) as rows:
        take_dropped_lists(run, result)
        readable, unreadable, left = _write(run, islice(rows, run.limit))
        result.counts.update(read=readable + unreadable, unreadable=unreadable, left_out=left.total())
        result.notes += [f"{count} rows were left out: {reason}" for reason, count in sorted(left.items())]
        result.files += ["rows.jsonl", "unreadable.jsonl", LEFT_OUT]
        if readable + unreadable == 0 and not (run.institution.allow_empty or result.since):
            raise EmptySource(
                f"Reading the source of {run.institution.uai}",
                f"all of its {left.total()} rows are left out by `states`" if left else "it holds no row at all",
                "Call the school; set `allow_empty: true` if this is usual for it.",
            )
    return result.counts


def rows_left_out(run: Run) -> Iterable[LeftOutRow]:
    """Return the rows that `states` takes for no enrolment; none where the run began before rows could be left out."""
    return run.folder.read("extract", LEFT_OUT, LeftOutRow) if run.folder.has("extract", LEFT_OUT) else ()


@contextmanager
def _opened(run: Run, result: StageResult) -> Iterator[Rows]:
    """Yield the source's rows; what is found out of its files while they are read goes into the result."""
    since = changes_since(run)
    _note_since(result, since)
    with open_source(
        run.institution,
        known=files_read_before(run),
        since=since,
        on_open=result.readings.append,
        on_read=result.read_files.append,
    ) as rows:
        yield _new(rows, result, run.institution)
    result.notes += [sentence for reading in result.readings for sentence in reading.sentences()]


def _note_since(result: StageResult, since: datetime | None) -> None:
    if since is not None:
        result.since = since.isoformat()
        result.notes.append(f"only what has changed since {result.since} was read: nobody counts as gone")


def _new(rows: Rows, result: StageResult, institution: Institution) -> Rows:
    """Yield the rows, none when the school has delivered nothing new and may do so; note whether all students are in them."""
    source = institution.source
    result.partial = bool(result.since) or (isinstance(source, SftpSource) and source.holds == "changes")
    try:
        yield from rows
    except NothingNew:
        if not institution.allow_empty:
            raise
        result.partial = True
        result.notes.append("the school has delivered no new file: nothing was read, and nobody counts as gone")


def _write(run: Run, rows: Rows) -> tuple[int, int, Counter[str]]:
    """Part the rows in one pass, without holding them; return how many are readable, unreadable, and left out by reason."""
    with (
        run.folder.open_lines("extract", "rows.jsonl") as kept,
        run.folder.open_lines("extract", "unreadable.jsonl") as set_aside,
        run.folder.open_lines("extract", LEFT_OUT) as not_enrolled,
    ):
        unreadable, reasons = 0, Counter[str]()

        def readable() -> Iterator[RawRow]:
            nonlocal unreadable
            for row in rows:
                if isinstance(row, UnreadableRow):
                    unreadable += write_lines(set_aside, [row])
                elif one := left_out(row, run.institution.states):
                    reasons[one.reason] += write_lines(not_enrolled, [one])
                else:
                    yield row

        return write_lines(kept, readable()), unreadable, reasons
