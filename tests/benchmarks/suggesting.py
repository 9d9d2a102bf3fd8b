"""The values that the product suggests for one row."""

from collections.abc import Mapping

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement


def suggested(enrolment: Enrolment, judgement: Judgement, institution: Institution) -> Mapping[str, tuple[str, ...]]:
    """Return the suggested values of each field of a row."""
    return {}
