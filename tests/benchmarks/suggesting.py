"""The values that the product suggests for one row."""

from collections.abc import Callable, Iterable, Mapping

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.validate.suggesting import Suggester

#: The suggested values of a row, by the field that each is for.
Suggest = Callable[[Enrolment, Judgement], Mapping[str, set[str]]]


def suggestions(institution: Institution, file: Iterable[Enrolment]) -> Suggest:
    """Return the function that gives what the product suggests for each row of a file."""
    suggester = Suggester(institution, ((one.dateNaissance, one.ine) for one in file))

    def suggest(enrolment: Enrolment, judgement: Judgement) -> Mapping[str, set[str]]:
        offered: dict[str, set[str]] = {}
        for reason in judgement.reasons:
            value = suggester(enrolment, reason.rule)
            if value:
                offered.setdefault(reason.field, set()).add(value)
        return offered

    return suggest
