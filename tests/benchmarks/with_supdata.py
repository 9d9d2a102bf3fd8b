"""The product itself: all its rules."""

from collections import Counter
from io import BytesIO
from pathlib import Path

import msgspec

from benchmarks.judged import judged
from builders import an_enrolment
from supdata.config.models import Institution
from supdata.records.judgement import Judgement


class WithSupdata:
    """`judge`, as the validate stage calls it."""

    def warm_up(self, school: Institution) -> None:
        """Judge one row, as from a file: that imports Great Expectations and polars, and reads the table of communes."""
        judged(BytesIO(msgspec.json.encode(an_enrolment()) + b"\n"), school)

    def judge(self, path: Path, school: Institution) -> list[Judgement]:
        """Judge; a judgement holds its reasons."""
        with path.open("rb") as stream:
            return judged(stream, school)

    def count(self, answer: list[Judgement]) -> Counter[str]:
        """Count the reasons by rule."""
        return Counter(reason.rule for one in answer for reason in one.reasons)
