"""The normalise stage: rows of the run folder into enrolments, with what registrars have put right in them."""

from supdata.corrections.applying import Corrector, Marks
from supdata.normalise.columns import text_readers
from supdata.normalise.normalising import normalise
from supdata.orchestration.corrections import TRACES, in_force
from supdata.orchestration.extraction import LEFT_OUT, rows_left_out
from supdata.orchestration.ledger_access import fingerprint
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult
from supdata.records.commune import load_communes
from supdata.records.given_back import GivenBack
from supdata.records.rows import LeftOutRow, RawRow


def normalise_rows(run: Run) -> dict[str, int]:
    """Turn every readable row into an enrolment and return how many there are.

    Rows that were left out are mapped as well, apart: it is by its enrolment that one declared before is known again.
    """
    with run.stage("normalise") as result:
        given = in_force(run)
        if given:
            _write_corrected(run, given, result)
        else:
            _write(run, None, result)
        left_out = (_as_found(row) for row in rows_left_out(run))
        run.folder.write("normalise", LEFT_OUT, normalise(left_out, run.institution, load_communes()))
        result.files += ["enrolments.jsonl", LEFT_OUT]
    return result.counts


def _write(run: Run, correct: Corrector | None, result: StageResult) -> None:
    rows = run.folder.read("extract", "rows.jsonl", RawRow)
    enrolments = normalise(rows, run.institution, load_communes(), correct)
    result.counts["enrolments"] = run.folder.write("normalise", "enrolments.jsonl", enrolments)


def _write_corrected(run: Run, given: list[GivenBack], result: StageResult) -> None:
    """Write the enrolments with corrections in, and what became of each; again without those that were for two rows."""
    correct, shared = _corrector(run, given), frozenset[str]()
    _write(run, correct, result)
    while found := correct.shared - shared:
        shared |= found
        correct = _corrector(run, given, shared)
        _write(run, correct, result)
    traces = correct.traces()
    run.folder.write("normalise", TRACES, traces)
    result.files.append(TRACES)
    for one in traces:
        name = f"corrections_{one.fate.value}"
        result.counts[name] = result.counts.get(name, 0) + 1


def _corrector(run: Run, given: list[GivenBack], shared: frozenset[str] = frozenset()) -> Corrector:
    mark, uai = fingerprint(), run.institution.uai
    marks = Marks(identity=lambda one: mark.identity(uai, one), value=mark.value)
    return Corrector(given, marks, text_readers(run.institution), shared)


def _as_found(row: LeftOutRow) -> RawRow:
    return RawRow(source=row.source, row=row.row, values=row.values)
