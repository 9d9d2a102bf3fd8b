"""What the record of POSTs says: which bodies came again, and whether whoever sent them could know that they need not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos.recorded import CAME, LATER, STARTED, UNTOLD, name_of

#: A line by itself, written between the nights: what was refused may be asked for again.
NIGHT_OVER = "night-over"


@dataclass
class Calls:
    """All POSTs of one body.

    Attributes:
        again_in_doubt: Those that came after one of which the sender could not know whether it was written.
        needless: Those that came after the sender had been told an end, or while another of them was under way.
    """

    again_in_doubt: int = 0
    needless: int = 0
    _doubt: bool = False
    _under_way: int = 0
    _told: int = 0

    def came(self) -> None:
        """Note a call."""
        if self._told or self._under_way:
            self.needless += 1
        elif self._doubt:
            self.again_in_doubt += 1
        self._under_way += 1

    def told(self, status: int, *, later: bool) -> None:
        """Note an answer: an end, a doubt, or a request to come again, which says that nothing was written."""
        self._under_way -= 1
        if 200 <= status < 500 and status not in {408, 429}:
            self._told = status
        elif status != 429 and not (status == 503 and later):
            self._doubt = True

    def untold(self) -> None:
        """Note that whoever sent a call had gone when its answer was there."""
        self._under_way -= 1
        self._doubt = True

    def cut_off(self) -> None:
        """Note that nobody is told any more of what is under way."""
        self._doubt, self._under_way = self._doubt or self._under_way > 0, 0

    def night_over(self) -> None:
        """Forget a refusal: by the next night a student may be known."""
        if self._told != 200:
            self._told = 0


@dataclass(frozen=True)
class Posts:
    """Every POST of a scenario."""

    total: int
    by_body: dict[str, Calls] = field(repr=False)

    @property
    def needless(self) -> int:
        """How many came although the sender could know that they need not."""
        return sum(calls.needless for calls in self.by_body.values())

    def again_in_doubt(self, body: bytes) -> int:
        """Return how often a body came again because nobody had been told what became of it before."""
        calls = self.by_body.get(name_of(body))
        return calls.again_in_doubt if calls is not None else 0


def read_posts(file: Path) -> Posts:
    """Read a record of POSTs."""
    with file.open() as lines:
        return replay(line.split() for line in lines)


def replay(lines: Iterable[list[str]]) -> Posts:
    """Go through the words of each line of a record."""
    by_body: dict[str, Calls] = {}
    total = 0
    for words in lines:
        match words:
            case [event]:
                for calls in by_body.values():
                    calls.cut_off() if event == STARTED else calls.night_over()
            case [name, event, *answer]:
                total += event == CAME
                _note(by_body.setdefault(name, Calls()), event, answer)
    return Posts(total, by_body)


def _note(calls: Calls, event: str, answer: Sequence[str]) -> None:
    if event == CAME:
        calls.came()
    elif event == UNTOLD:
        calls.untold()
    else:
        calls.told(int(answer[0]), later=LATER in answer)
