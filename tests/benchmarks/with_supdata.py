"""The product itself: all its rules."""

from collections import Counter
from collections.abc import Sequence

from benchmarks.lots_of_rows import institution
from benchmarks.paths import SUITE
from builders import an_enrolment
from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.validate.judging import judge


class WithSupdata:
    """`judge`, as the validate stage calls it."""

    def warm_up(self) -> None:
        """Judge one row: that imports Great Expectations and reads the table of communes."""
        judge([an_enrolment()], institution(), SUITE)

    def judge(self, enrolments: Sequence[Enrolment], school: Institution) -> list[Judgement]:
        """Judge; a judgement holds its reasons."""
        return judge(enrolments, school, SUITE)

    def count(self, answer: list[Judgement]) -> Counter[str]:
        """Count the reasons by rule."""
        return Counter(reason.rule for one in answer for reason in one.reasons)
