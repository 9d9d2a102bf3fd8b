"""What is to be sent to the registry, and what became of it."""

import msgspec

from supdata.records.states import Action, Outcome


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One record to send: its wire body, and the keyed hashes by which the ledger knows it.

    `key` is the HMAC of the natural key and `content` that of the body, both 32 hexadecimal digits. `birth` (an HMAC too),
    `statut` and `regime` (canonical) are what the ledger keeps once the registry has accepted the body.
    """

    source: str
    row: int
    sisId: str
    key: str
    content: str
    action: Action
    body: dict[str, str]
    birth: str = ""
    statut: str = ""
    regime: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A valid row that needs no sending, with the ledger key it answers to."""

    source: str
    row: int
    key: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one planned record.

    `status` is the HTTP status, 0 when no answer came. `words` are the registry's own, with every INE, birth date and key
    taken out. `id_inscription` is set for accepted records only.
    """

    source: str
    row: int
    key: str
    action: Action
    outcome: Outcome
    status: int = 0
    id_inscription: str = ""
    words: str = ""


class Departed(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment the registry knows that the source no longer holds; `seen_run` and `seen_row` tell where it last stood.

    `reason` is what the source says of it where its row is still there but left out (COLUMN=value), "" where it is not.
    """

    key: str
    seen_run: str
    seen_source: str
    seen_row: int
    reason: str = ""
