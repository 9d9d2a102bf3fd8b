"""`judge` as the benchmarks call it: the project's own suite, on one day."""

from datetime import date

from benchmarks.paths import SUITE
from supdata.config.models import Institution
from supdata.records.judgement import Judgement
from supdata.validate.judging import Enrolments, judge

DAY = date(2026, 11, 2)


def judged(enrolments: Enrolments, institution: Institution) -> list[Judgement]:
    """Return one judgement per enrolment, sorted by source and row."""
    return judge(enrolments, institution, SUITE, DAY).judgements
