"""What the ledger says and what it is told: the values that pass in and out of it."""

from datetime import datetime

import msgspec

from supdata.records.states import Outcome


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What was declared of a student that a later source is compared with; "" where it is not known.

    `birth` is a keyed hash, see `Fingerprint.birth`. `statut` (`admis`, `inscrit`) and `regime` (`RF1` to `RF7`) are as they
    are, and canonical: another wire code for the same regime is no other regime.
    """

    birth: str = ""
    statut: str = ""
    regime: str = ""


#: Nothing was declared, or by a version that did not keep it.
UNKNOWN_FACTS = Facts()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one enrolment that was ever sent.

    `content` and `state` are those of the last attempt, `accepted_content` is what the registry last accepted ("" for
    nothing yet). `doubt` says that something was sent since which the registry may or may not have kept. `status` and
    `words` are the last answer's. `next_due` is set for what was refused and for unknown students: not before that moment,
    unless something changes. `attempts` counts how often this very content was sent. `rules` is the version of the rules
    that the last attempt had passed, and `accepted` what was declared when the registry last accepted. `replay` says that
    somebody has asked, for a reason that is kept, for it to be sent again whatever its state.
    """

    key: str
    content: str
    state: Outcome
    accepted_content: str = ""
    doubt: bool = False
    status: int = 0
    words: str = ""
    attempts: int = 0
    next_due: datetime | None = None
    rules: str = ""
    accepted: Facts = UNKNOWN_FACTS
    replay: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment that the registry has accepted and that was not closed, and where the source last held it.

    `seen_at` is the moment of that run, and `absent_since` that of the first whose source no longer held it; None where that is
    not known, as while it is there.
    """

    key: str
    seen_run: str
    seen_source: str
    seen_row: int
    seen_at: datetime | None = None
    absent_since: datetime | None = None


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one intent; NOT_ATTEMPTED takes the intent back, since the record never left."""

    intent: int
    outcome: Outcome
    status: int = 0
    id_inscription: str = ""
    words: str = ""
    next_due: datetime | None = None
