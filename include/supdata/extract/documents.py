"""What rows of XML and JSON have in common: they name their own fields, and leave out what they have no value for."""

from collections.abc import Collection, Iterable, Sequence

from supdata.errors import FixSource, TryLater
from supdata.extract.header import missing_columns

ENOUGH_ROWS = 20  # a field that this many rows do not have is misspelt; fewer rows may all just lack it


class Fields:
    """Which of the wanted fields any row has had; those of which one is enough may well be absent from them all."""

    def __init__(self, wanted: Sequence[str], optional: Collection[str]) -> None:
        self._wanted = wanted
        self._unseen = {*wanted} - {*optional}
        self._names: set[str] = set()
        self._rows = 0

    @property
    def curious(self) -> bool:
        """Whether a row's own field names are still of interest, for a message that names what is there."""
        return self._rows < ENOUGH_ROWS

    def saw(self, present: Iterable[str], names: Iterable[str] = ()) -> None:
        """Note that one row had the fields `present`, and may have had others, `names`."""
        self._rows += 1
        if self._unseen:
            self._unseen.difference_update(present)
        self._names.update(names)

    def check(self, attempted: str) -> None:
        """Raise FixSource when enough rows were seen, and none had one of the wanted fields."""
        if self._unseen and self._rows >= ENOUGH_ROWS:
            missing = [name for name in self._wanted if name in self._unseen]
            raise missing_columns(missing, sorted(self._names), attempted=attempted)


def cut_short(attempted: str) -> TryLater:
    """Return the error of a document that stops in its middle."""
    found = "the document ends before its end, as if its upload were under way"
    return TryLater(attempted, found, "It is tried again; if it stays so, ask the school to export it again.")


def not_well_formed(attempted: str, what: str) -> FixSource:
    """Return the error of a document that is not what it should be."""
    return FixSource(attempted, what, "Compare `source.format` with the file, or ask the school to export it again.")
