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


class Differences:
    """What is wrong with a run, as it is found: of each kind how many rows, and the first of them."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, list[Place]]] = {}

    def add(self, what: str, places: Iterable[Place]) -> None:
        """Note rows, each once; nothing when there are none."""
        for place in places:
            count, first = self._found.get(what, (0, []))
            first.append(place)
            if len(first) > 2 * NAMED_ROWS:
                first = sorted(first)[:NAMED_ROWS]
            self._found[what] = (count + 1, first)

    def __iter__(self) -> Iterator[Difference]:
        """Yield a difference for each kind, in the order in which they were found first."""
        for what, (count, first) in self._found.items():
            yield Difference(what, count, tuple(sorted(first)[:NAMED_ROWS]))


def name(what: str, places: Iterable[Place]) -> Iterator[Difference]:
    """Yield a difference that names `places`, each once in order; nothing when there are none."""
    found = Differences()
    found.add(what, sorted(set(places)))
    yield from found


def compare(found: Differences, before: Iterable[Place], after: Iterable[Place], *, one: str, other: str) -> None:
    """Note the differences between two lists of places that must hold the same rows, each exactly once."""
    left, right = Counter(before), Counter(after)
    found.add(f"more than once in {one}", (place for place, count in left.items() if count > 1))
    found.add(f"more than once in {other}", (place for place, count in right.items() if count > 1))
    found.add(f"in {one}, missing from {other}", left.keys() - right.keys())
    found.add(f"in {other}, missing from {one}", right.keys() - left.keys())
