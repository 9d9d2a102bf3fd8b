"""The normalise stage: rows of the run folder into enrolments."""

from supdata.normalise.normalising import normalise
from supdata.orchestration.run import Run
from supdata.records.commune import load_communes
from supdata.records.rows import RawRow


def normalise_rows(run: Run) -> dict[str, int]:
    """Turn every readable row into an enrolment and return how many there are."""
    with run.stage("normalise") as result:
        rows = run.folder.read("extract", "rows.jsonl", RawRow)
        enrolments = normalise(rows, run.institution, load_communes())
        result.counts["enrolments"] = run.folder.write("normalise", "enrolments.jsonl", enrolments)
        result.files.append("enrolments.jsonl")
    return result.counts
