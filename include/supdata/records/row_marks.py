"""Which rows of a run stand in which lists, in a byte per row: as pairs, a million places take a hundred times that."""

from collections.abc import Iterator

Place = tuple[str, int]

#: Row numbers of a page are neighbours: a source counts its rows.
PAGE_BITS = 16
PAGE = 1 << PAGE_BITS


class RowMarks:
    """Up to eight marks for each row, each a power of two below 256."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, int], bytearray] = {}

    def __bool__(self) -> bool:
        """Whether any row has been marked."""
        return bool(self._pages)

    def add(self, mark: int, source: str, row: int) -> bool:
        """Mark a row; False when it has this mark already."""
        name = (source, row >> PAGE_BITS)
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = bytearray(PAGE)
        place = row & (PAGE - 1)
        if page[place] & mark:
            return False
        page[place] |= mark
        return True

    def has(self, mark: int, source: str, row: int) -> bool:
        """Whether a row has a mark."""
        page = self._pages.get((source, row >> PAGE_BITS))
        return page is not None and bool(page[row & (PAGE - 1)] & mark)

    def of(self, *wanted: tuple[int, int]) -> Iterator[Place]:
        """Yield the places of rows whose marks are among `wanted`, each a mask and what it must come to, in their order."""
        fits = bytes(any(marks & mask == right for mask, right in wanted) for marks in range(256))
        for (source, number), page in sorted(self._pages.items()):
            found = page.translate(fits)
            place = found.find(1)
            while place >= 0:
                yield source, (number << PAGE_BITS) + place
                place = found.find(1, place + 1)
