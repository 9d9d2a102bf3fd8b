"""Rows as an institution's system gave them, before anything is understood."""

import msgspec


class RawRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the source, reduced to the mapped columns: what is not mapped never gets this far.

    `row` is the number a registrar sees when opening the file (the header is row 1 of a CSV file), or the position from 1
    in an API's or a query's answer. `source` names the file, the endpoint or the query.
    """

    source: str
    row: int
    values: dict[str, str]


class UnreadableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that could not be read as a row; `reason` is a sentence without any value of the row."""

    source: str
    row: int
    reason: str


class LeftOutRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the school's system gives for no enrolment (or for none yet: `held`); `reason` is COLUMN=value as listed."""

    source: str
    row: int
    values: dict[str, str]
    reason: str
    held: bool


class ReadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read to its end: where it was, its size in bytes, when it was last written (Unix seconds), its hash."""

    name: str
    path: str
    size: int
    modified: int
    sha256: str
