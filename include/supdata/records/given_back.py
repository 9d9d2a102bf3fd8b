"""A correction that a registrar has given back, and the key of the line it was written in."""

import re
from datetime import datetime
from typing import NamedTuple

import msgspec

from supdata.records.enrolment import REGISTRY_FIELDS

#: Letters, digits and dashes: no spreadsheet takes it for a number, a date or a formula.
KEY = re.compile(r"([0-9]{7}[A-Z])-([a-zA-Z]+)-([0-9a-f]{16})-([0-9a-f]{12})", re.ASCII)


class LineKey(NamedTuple):
    """What a line speaks of: the school, the field, keyed hashes of what its row is known by and of what was found there."""

    uai: str
    field: str
    identity: str
    found: str


def key_of(uai: str, field: str, identity: str, found: str) -> str:
    """Write the key of a line."""
    return f"{uai}-{field}-{identity}-{found}"


def read_key(text: str) -> LineKey | None:
    """Read a key, None when it is none."""
    match = KEY.fullmatch(text.strip())
    if match is None or match[2] not in REGISTRY_FIELDS:
        return None
    return LineKey(*match.groups())


class GivenBack(msgspec.Struct, frozen=True, kw_only=True):
    """One value that a registrar has put right, by its line. Holds student data.

    `id` names it for good. `identity` and `found` are those of its key: it is for the row that is known by the one, as long as
    its `field` holds the other. `by`, `at`, `file` and `line` say who gave it back, when, and where it stood.
    """

    id: str
    field: str
    identity: str
    found: str
    value: str
    by: str
    at: datetime
    file: str
    line: int
