"""The extract stage: rows of the opened source into the run folder, readable and unreadable apart."""

from collections.abc import Iterator
from itertools import islice

from supdata.errors import EmptySource
from supdata.orchestration.run import Run
from supdata.orchestration.sources import Rows, open_source
from supdata.records.lines import write_lines
from supdata.records.rows import RawRow, UnreadableRow


def extract_rows(run: Run) -> dict[str, int]:
    """Read the source to its end and return how many rows were read and how many of them were unreadable.

    Raises EmptySource when there is no row at all and the institution does not allow that: taken at its word, an empty
    export would say that every student has left.
    """
    with run.stage("extract") as result, open_source(run.institution) as rows:
        readable, unreadable = _write(run, islice(rows, run.limit))
        result.counts.update(read=readable + unreadable, unreadable=unreadable)
        result.files += ["rows.jsonl", "unreadable.jsonl"]
        if readable + unreadable == 0 and not run.institution.allow_empty:
            raise EmptySource(
                f"Reading the source of {run.institution.uai}",
                "it holds no row at all",
                "Call the school; set `allow_empty: true` if this is usual for it.",
            )
    return result.counts


def _write(run: Run, rows: Rows) -> tuple[int, int]:
    """Part the rows in one pass, without holding them."""
    with (
        run.folder.open_lines("extract", "rows.jsonl") as kept,
        run.folder.open_lines("extract", "unreadable.jsonl") as set_aside,
    ):
        unreadable = 0

        def readable() -> Iterator[RawRow]:
            nonlocal unreadable
            for row in rows:
                if isinstance(row, UnreadableRow):
                    unreadable += write_lines(set_aside, [row])
                else:
                    yield row

        return write_lines(kept, readable()), unreadable
