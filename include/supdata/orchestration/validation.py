"""The validate stage: judgements of all enrolments, and the valid ones apart, into the run folder."""

import os
from collections import Counter
from pathlib import Path

from supdata.errors import FixConfig
from supdata.orchestration.run import Run
from supdata.records.enrolment import Enrolment
from supdata.records.states import Verdict
from supdata.validate.judging import judge

EXPECTATIONS_VARIABLE = "SUPDATA_EXPECTATIONS"


def judge_enrolments(run: Run) -> dict[str, int]:
    """Judge every enrolment and return how many got each verdict."""
    with run.stage("validate") as result:
        enrolments = list(run.folder.read("normalise", "enrolments.jsonl", Enrolment))
        judgements = judge(enrolments, run.institution, _suite())
        run.folder.write("validate", "judgements.jsonl", judgements)
        valid = {(one.source, one.row) for one in judgements if one.verdict is Verdict.VALID}
        in_order = sorted((e for e in enrolments if (e.source, e.row) in valid), key=lambda e: (e.source, e.row))
        run.folder.write("validate", "valid.jsonl", in_order)
        result.counts.update({str(verdict): 0 for verdict in Verdict} | Counter(str(one.verdict) for one in judgements))
        result.files += ["judgements.jsonl", "valid.jsonl"]
    return result.counts


def _suite() -> Path:
    """Return the suite file; raises FixConfig when the folder of suites is not configured."""
    folder = os.environ.get(EXPECTATIONS_VARIABLE, "")
    if not folder:
        raise FixConfig(
            "Looking up the quality rules",
            f"the environment variable {EXPECTATIONS_VARIABLE} is not set",
            "Set it to the project's expectations/ folder on every worker.",
        )
    return Path(folder) / "enrolment.json"
