"""The validate stage: judgements of all enrolments, and the valid ones apart, into the run folder."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from supdata.errors import FixConfig
from supdata.orchestration.run import Run
from supdata.records.enrolment import Enrolment
from supdata.records.ruling import Ruling, Standing
from supdata.records.states import Verdict
from supdata.validate.judging import judge
from supdata.validate.rules_in_force import rules_in_force

EXPECTATIONS_VARIABLE = "SUPDATA_EXPECTATIONS"
RULINGS = "rulings.jsonl"
#: By which rules this run was judged, for the plan: one line.
RULES_USED = "rules.jsonl"


def judge_enrolments(run: Run) -> dict[str, int]:
    """Judge every enrolment and return how many got each verdict."""
    with run.stage("validate") as result:
        with run.folder.opened("normalise", "enrolments.jsonl") as lines:
            judged = judge(lines, run.institution, suites_folder() / "enrolment.json", run.day)
        judgements = judged.judgements
        run.folder.write("validate", "judgements.jsonl", judgements)
        valid = {(one.source, one.row) for one in judgements if one.verdict is Verdict.VALID}
        in_order = sorted((e for e in _enrolments(run) if (e.source, e.row) in valid), key=lambda e: (e.source, e.row))
        run.folder.write("validate", "valid.jsonl", in_order)
        result.counts.update({str(verdict): 0 for verdict in Verdict} | Counter(str(one.verdict) for one in judgements))
        run.folder.write("validate", RULINGS, judged.rulings)
        result.counts["settings_reopened"] = sum(ruling.reopened for ruling in judged.rulings)
        result.notes += map(note_of, judged.rulings)
        run.folder.write("validate", RULES_USED, [rules_in_force(run.institution, suites_folder() / "enrolment.json", run.day)])
        result.files += ["judgements.jsonl", "valid.jsonl", RULINGS, RULES_USED]
    return result.counts


def _enrolments(run: Run) -> Iterable[Enrolment]:
    """Read the enrolments one at a time: those of a large university, all at once, would take more than judging them does."""
    return run.folder.read("normalise", "enrolments.jsonl", Enrolment)


def note_of(ruling: Ruling) -> str:
    """Say what became of one setting of the institution's, for ops; the report says it to the registrar."""
    said = {
        Standing.IN_FORCE: "as the institution has set it",
        Standing.EXPIRED: f"as in the catalogue: the setting expired on {ruling.expires}",
        Standing.EXCEEDED: "as in the catalogue: more rows than the setting's ceiling",
    }
    return f"{ruling.rule}: {said[ruling.standing]}; {ruling.rows} of {ruling.of} rows in breach"


def suites_folder() -> Path:
    """Return the folder of suites; raises FixConfig when the folder of suites is not configured."""
    folder = os.environ.get(EXPECTATIONS_VARIABLE, "")
    if not folder:
        raise FixConfig(
            "Looking up the quality rules",
            f"the environment variable {EXPECTATIONS_VARIABLE} is not set",
            "Set it to the project's expectations/ folder on every worker.",
        )
    return Path(folder)
