"""Puts what registrars have given back into the rows it is for, until the school's own system is right.

A correction is for the row that is known by its identity, as long as the corrected field still holds what was found there. Once
the source says the same as the correction, it is settled; once it says something else again, the correction is stale: somebody
has changed the value since, and nobody knows which of the two is meant. Neither is ever put in again.

A value may have been corrected twice, the second time from a list that showed the first correction: they are followed one after
the other. Of two corrections of the same value the one given last counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from supdata.records.given_back import GivenBack
from supdata.records.identity import identity_of

Place = tuple[str, int]


class Fate(StrEnum):
    """What became of a correction in one run."""

    APPLIED = "applied"
    SETTLED = "settled"  # the school's system says the same now
    STALE = "stale"  # it says something else than what was corrected
    OVERRULED = "overruled"  # the same value was corrected again later
    SHARED = "shared"  # two rows without a student number are known by the same: for which it is cannot be told
    UNSEEN = "unseen"  # no row is known by it


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one correction in one run, and where: who gave it, when, in which file and line. No value is in it."""

    id: str
    field: str
    fate: Fate
    rows: tuple[Place, ...]
    by: str
    at: str
    file: str
    line: int


@dataclass(frozen=True)
class Marks:
    """The keyed hashes by which a correction finds its row: of an identity, and of a value of one field of it."""

    identity: Callable[[tuple[str, ...]], str]
    value: Callable[[str, str, str], str]


@dataclass
class _Standing:
    given: GivenBack
    rows: list[Place] = field(default_factory=list)
    settled: bool = False
    stale: bool = False


class Corrector:
    """Puts corrections into the fields of rows, one row after the other, and remembers what became of each."""

    def __init__(
        self,
        given: Iterable[GivenBack],
        marks: Marks,
        understand: Mapping[str, Callable[[str], str]],
        shared: frozenset[str] = frozenset(),
    ) -> None:
        """Take the corrections in force.

        Args:
            given: The corrections, the one given last at the end.
            marks: How rows and values are known.
            understand: How a text of each field is read; a field without an entry is not mapped, and never corrected.
            shared: Identities that several rows without a student number have: corrections for them are left out.
        """
        self._marks, self._understand, self._shared = marks, understand, shared
        self._overruled: list[GivenBack] = []
        self._by_row: dict[str, dict[str, dict[str, _Standing]]] = defaultdict(lambda: defaultdict(dict))
        for one in given:
            of_field = self._by_row[one.identity][one.field]
            if one.found in of_field:
                self._overruled.append(of_field[one.found].given)
            of_field[one.found] = _Standing(one)
        self._unnumbered: dict[str, set[Place]] = defaultdict(set)

    def __call__(self, place: Place, fields: dict[str, str]) -> dict[str, str]:
        """Return the fields of the row at `place` with its corrections in."""
        if not self._by_row:
            return fields
        seen = set[str]()
        while (row := self._marks.identity(identity_of(fields))) not in seen:
            seen.add(row)
            if row not in self._by_row:
                break
            if not fields.get("sisId"):
                self._unnumbered[row].add(place)
            if row not in self._shared:
                fields = fields | {
                    name: self._corrected(row, name, fields, place) for name in self._by_row[row] if name in fields
                }
        return fields

    @property
    def shared(self) -> frozenset[str]:
        """Identities with corrections that turned out to be of several rows: what was put in by them must be taken back."""
        return frozenset(row for row, places in self._unnumbered.items() if len(places) > 1)

    def traces(self) -> list[Trace]:
        """Return what became of every correction, in the order of who gave what when."""
        standing = [one for fields in self._by_row.values() for found in fields.values() for one in found.values()]
        told = [(one.given, self._fate(one), tuple(sorted(one.rows))) for one in standing]
        told += [(one, Fate.OVERRULED, ()) for one in self._overruled]
        ordered = sorted(told, key=lambda one: (one[0].at, one[0].file, one[0].line, one[0].id))
        return [
            Trace(
                id=one.id, field=one.field, fate=fate, rows=rows, by=one.by, at=one.at.isoformat(), file=one.file, line=one.line
            )
            for one, fate, rows in ordered
        ]

    def _corrected(self, row: str, name: str, fields: Mapping[str, str], place: Place) -> str:
        """Return what `name` is corrected to, step by step; and note what the source says of the other corrections."""
        found, value = self._by_row[row][name], fields[name]
        passed = {self._marks.value(row, name, value)}
        steps = list[_Standing]()
        while (step := found.get(self._marks.value(row, name, value))) is not None and step not in steps:
            steps.append(step)
            value = self._understood(step.given)
            passed.add(self._marks.value(row, name, value))
        for step in steps:
            step.rows.append(place)
        for other in found.values():
            if other not in steps:
                self._note(other, row, name, fields[name], found)
        return value

    def _note(self, other: _Standing, row: str, name: str, value: str, found: Mapping[str, _Standing]) -> None:
        """Note that the row holds something else than what `other` corrected: what it would lead to, or neither."""
        ends, step = {self._understood(other.given)}, other
        while (following := found.get(self._marks.value(row, name, self._understood(step.given)))) is not None:
            if self._understood(following.given) in ends:
                break
            ends.add(self._understood(following.given))
            step = following
        if value in ends:
            other.settled = True
        else:
            other.stale = True

    def _understood(self, given: GivenBack) -> str:
        return self._understand[given.field](given.value) if given.field in self._understand else given.value

    def _fate(self, one: _Standing) -> Fate:
        if one.given.identity in self._shared:
            return Fate.SHARED
        if one.rows:
            return Fate.APPLIED
        if one.settled:
            return Fate.SETTLED
        return Fate.STALE if one.stale else Fate.UNSEEN
