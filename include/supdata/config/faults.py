"""What is wrong in an institution file: every fault at once, each with its line and the nearest valid word."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from supdata.errors import FixConfig


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend in one file.

    `line` and `column` count from 1. `where` is the dotted path of the key, `source.format.encoding`, and "" for the file
    as a whole. `nearest` is the valid word closest to what was found, "" when none comes near.
    """

    file: str
    line: int
    column: int
    where: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: "
        subject = f"{self.where}: " if self.where else ""
        question = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"{place}{subject}{self.message}{question}"


class InvalidInstitution(FixConfig):
    """An institution file that cannot be used; `faults` holds all that is wrong with it, in the order of its lines."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        super().__init__(
            f"Reading the institution file {file}",
            "\n".join([f"{len(faults)} fault(s)", *(f"  {fault}" for fault in faults), ""]),
            "Mend the lines above; `supdata check` says when all is well.",
        )
        self.file = file
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type["InvalidInstitution"], tuple[str, tuple[Fault, ...]]]:
        """Carry the faults, and not only the message, from one process to another."""
        return type(self), (self.file, self.faults)

    def __str__(self) -> str:
        return f"{self.attempted}: {self.found}{self.remedy}"


def nearest_to(found: str, valid: Iterable[str]) -> str:
    """Return the word of `valid` closest to `found`, whatever its case; "" when none comes near, or two come equally near."""
    by_folded = {word.casefold(): word for word in valid}
    folded = found.casefold()
    close = difflib.get_close_matches(folded, by_folded, n=2, cutoff=0.6)
    if len(close) == 2 and _likeness(close[0], folded) == _likeness(close[1], folded):
        return ""  # `RF9` is no nearer to RF1 than to RF7: a guess would be taken for an answer
    return by_folded[close[0]] if close else ""


def _likeness(word: str, found: str) -> float:
    return difflib.SequenceMatcher(None, word, found).ratio()
