"""What becomes of an enrolment that was declared and is no longer in the source."""

import datetime as dt
from typing import Literal

from pydantic import Field

from supdata.config.section import Section


class DepartedClose(Section):
    """With which end an enrolment is closed: the registry deletes nothing, what was declared is sent again with this end.

    It is never later than the end that was declared, nor earlier than the enrolment's beginning.
    """

    end: Literal["last-seen", "run-date", "fixed"] = Field(
        "last-seen",
        description="last-seen: the day of the last run whose source held it; run-date: that of the first whose source did "
        "not; fixed: the day `date`.",
    )
    date: dt.date | None = Field(None, description="The last day of what is closed, under `end: fixed`.")
