"""The normalise stage: rows of the run folder into enrolments."""

from supdata.normalise.normalising import normalise
from supdata.orchestration.extraction import LEFT_OUT, rows_left_out
from supdata.orchestration.run import Run
from supdata.records.commune import load_communes
from supdata.records.rows import LeftOutRow, RawRow


def normalise_rows(run: Run) -> dict[str, int]:
    """Turn every readable row into an enrolment and return how many there are.

    Rows that were left out are mapped as well, apart: it is by its enrolment that one declared before is known again.
    """
    with run.stage("normalise") as result:
        rows = run.folder.read("extract", "rows.jsonl", RawRow)
        enrolments = normalise(rows, run.institution, load_communes())
        result.counts["enrolments"] = run.folder.write("normalise", "enrolments.jsonl", enrolments)
        left_out = (_as_found(row) for row in rows_left_out(run))
        run.folder.write("normalise", LEFT_OUT, normalise(left_out, run.institution, load_communes()))
        result.files += ["enrolments.jsonl", LEFT_OUT]
    return result.counts


def _as_found(row: LeftOutRow) -> RawRow:
    return RawRow(source=row.source, row=row.row, values=row.values)
