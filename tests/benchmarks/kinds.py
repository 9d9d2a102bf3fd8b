"""What a kind of mistake is: how it arises, the lines served because of it, how they must end and what should be said."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from benchmarks.corpus import Lot, Values

Make = Callable[[Values, Random], tuple[Values, ...]]
Change = Callable[[str], str]
Fits = Callable[[Values, Lot], bool]


class Ending(StrEnum):
    """How a line must end."""

    REJECTED = "rejected"
    WARNED = "warned"
    HELD = "held"
    DUPLICATE = "duplicate"
    #: Mended before it is judged, or no mistake at all: valid, and no rule may speak.
    VALID = "valid"
    #: Wrong, and nothing in the file shows it: `why` says why.
    UNSEEN = "unseen"


@dataclass(frozen=True)
class Kind:
    """One kind of mistake.

    Attributes:
        name: What the table shows.
        arises: How real exports come to hold it.
        make: Turns a right row into the lines served in its place; it must change something.
        ending: How these lines must end.
        rules: The rules of which one must name it.
        beside: Rules that may speak besides, being true of these lines too.
        suggests: The fields whose true value can be computed from the line, and should be suggested.
        first: How the first line must end where it ends otherwise than the others.
        fits: Which rows of which school it can befall.
        why: For a kind that cannot be decided, what would be needed.
    """

    name: str
    arises: str
    make: Make
    ending: Ending
    rules: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    first: Ending | None = None
    fits: Fits = lambda _row, _lot: True
    why: str = ""

    def endings(self, lines: int) -> tuple[Ending, ...]:
        """Return how each of `lines` lines must end."""
        return (self.first or self.ending, *[self.ending] * (lines - 1))


def put(**changes: str) -> Make:
    """Return a mistake that puts fixed values."""
    return lambda row, _: (row | changes,)


def change(field: str, by: Change) -> Make:
    """Return a mistake that changes one field."""
    return lambda row, _: (row | {field: by(row[field])},)


def drawn(field: str, by: Callable[[str, Random], str]) -> Make:
    """Return a mistake that changes one field at random."""
    return lambda row, draw: (row | {field: by(row[field], draw)},)


def copied(**sources: str) -> Make:
    """Return a mistake that fills fields from other fields of the row: `ine="sisId"` puts the student number in the INE."""
    return lambda row, _: (row | {field: row[source] for field, source in sources.items()},)


def beside(**changes: str) -> Make:
    """Return a mistake that serves a second line, which differs by `changes`."""
    return lambda row, _: (row, row | changes)


def where(field: str, holds: Callable[[str], bool]) -> Fits:
    """Return a condition on one field."""
    return lambda row, _: holds(row[field])
