"""How many rows stand in each state after a run."""

import msgspec


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """One number per state; see `supdata.records.states` for the equations between them.

    `created`, `updated` and `closed` split `accepted`. `postponed` are those of `held` that wait for the end of a window, and
    not for a person. `superseded` are those of `ambiguous` and `not_attempted` that a later run has sent since: what became of
    them is that run's. `departed` counts enrolments the registry knows and the source no longer holds; those to be closed are
    among them. `left_out` are rows of the source that its own system gives for no enrolment: they are not among those read.
    `looked_up` are accepted or unchanged enrolments that were looked up in the registry at the end of the run, `missing` those
    of them that it did not show and that the next run sends again.
    """

    read: int = 0
    unreadable: int = 0
    duplicate: int = 0
    rejected: int = 0
    provisional: int = 0
    valid: int = 0
    unchanged: int = 0
    to_create: int = 0
    to_update: int = 0
    to_close: int = 0
    accepted: int = 0
    created: int = 0
    updated: int = 0
    closed: int = 0
    refused: int = 0
    unknown_student: int = 0
    ambiguous: int = 0
    held: int = 0
    postponed: int = 0
    not_attempted: int = 0
    superseded: int = 0
    departed: int = 0
    looked_up: int = 0
    missing: int = 0
    left_out: int = 0
