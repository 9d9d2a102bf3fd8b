"""For how long an installation keeps what runs leave behind."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Periods:
    """How many days each kind of thing is kept; only the first two hold students' numbers and birth dates.

    `folders` are run folders, `reports` the page and the rows to correct in them; `trail` is what was sent and answered, what
    is known of enrolments that have ended, and what was corrected; `history` the figures of runs, and who has confirmed them.
    """

    folders: int = 30
    reports: int = 90
    trail: int = 400
    history: int = 1100
