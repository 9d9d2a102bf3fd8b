"""The states a row can end in: each row in exactly one, so that the balance can be checked.

read    = unreadable + duplicate + rejected + provisional + valid
valid   = unchanged + to_create + to_update
to send = to_create + to_update + to_close
        = accepted + refused + unknown_student + ambiguous + held + not_attempted
"""

from enum import StrEnum


class Verdict(StrEnum):
    """What validation says of one enrolment."""

    VALID = "valid"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    PROVISIONAL = "provisional"


class Action(StrEnum):
    """Why a record is to be sent: the registry was never told of it, was told something else, or its student has left.

    A closing is of no row of the source: what was declared is sent again with an earlier end.
    """

    CREATE = "create"
    UPDATE = "update"
    CLOSE = "close"


class Outcome(StrEnum):
    """What became of one record that was to be sent."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN_STUDENT = "unknown_student"
    AMBIGUOUS = "ambiguous"
    HELD = "held"
    NOT_ATTEMPTED = "not_attempted"


class Severity(StrEnum):
    """What a rule does to a row that breaks it."""

    REJECT = "reject"
    HOLD = "hold"
    WARN = "warn"
