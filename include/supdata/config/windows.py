"""Times in which a school sends less than usual, or nothing."""

import datetime as dt
from typing import Literal

from pydantic import Field

from supdata.config.section import Section


class Window(Section):
    """Days, hours or both in which little or nothing is sent, where the school is; what waits goes with the first run after.

    Without days it counts every day, without hours the whole day. A run belongs to the moment it was due, however late it is.
    """

    first: dt.date | None = Field(None, description="The first day, included.")
    last: dt.date | None = Field(None, description="The last day, included.")
    hours: str | None = Field(
        None, description='From and until, local time: "08:00-18:00"; "22:00-06:00" ends the next morning.'
    )
    send: Literal["nothing", "additions"] = Field(
        "nothing", description="nothing: no record leaves; additions: new enrolments go, changes and closings wait."
    )
    reason: str = Field("", description="Why; shown in the run and to the registrar.")
    author: str = Field("", description="Who has asked for it.")
