"""Differences between two sets of rows that must be the same, each row counted once."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

Place = tuple[str, int]

#: How many places a difference names: the count says how many there are, the files hold them all.
NAMED_ROWS = 20


class Difference(msgspec.Struct, frozen=True):
    """One way in which the balance does not close: what is wrong, for how many rows, and where the first of them are."""

    what: str
    count: int = 0
    rows: tuple[Place, ...] = ()

    def __str__(self) -> str:
        if not self.rows:
            return self.what
        named = ", ".join(f"{source} row {row}" for source, row in self.rows)
        return f"{self.what}: {self.count} ({named}{', …' if self.count > len(self.rows) else ''})"


def name(what: str, places: Iterable[Place]) -> Iterator[Difference]:
    """Yield a difference that names `places`, each once in order; nothing when there are none."""
    sorted_places = sorted(set(places))
    if sorted_places:
        yield Difference(what, len(sorted_places), tuple(sorted_places[:NAMED_ROWS]))


def compare(before: Iterable[Place], after: Iterable[Place], *, one: str, other: str) -> Iterator[Difference]:
    """Yield the differences between two lists of places that must hold the same rows, each exactly once."""
    left, right = Counter(before), Counter(after)
    yield from name(f"more than once in {one}", (place for place, count in left.items() if count > 1))
    yield from name(f"more than once in {other}", (place for place, count in right.items() if count > 1))
    yield from name(f"in {one}, missing from {other}", left.keys() - right.keys())
    yield from name(f"in {other}, missing from {one}", right.keys() - left.keys())
