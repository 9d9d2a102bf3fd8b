"""What a school's registrar knows and has confirmed, as the ledger keeps it; no value of a student is in either."""

from datetime import datetime

import msgspec


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the registrar was last told by e-mail.

    `state` is a hash of it, `open_since` since when there is something to correct (None when there is nothing), `reminders` how
    many e-mails have said the same again.
    """

    state: str
    at: datetime
    open_since: datetime | None
    reminders: int = 0


class SignOff(msgspec.Struct, frozen=True, kw_only=True):
    """A registrar's word that a run has declared what it should: of which `batch` (RunSummary), by whom (a login), when."""

    uai: str
    run_id: str
    batch: str
    author: str
    at: datetime
