"""An XML document into rows: the elements at one path, one at a time, and nothing of the document kept.

A column is a path of elements below the record (`SCOLARITE/CODE_MEF`), an attribute (`@ELEVE_ID`, `ADRESSE/@TYPE`), or, with a
slash before it, a path from the root: a value of the document's head that counts for every row (`/BEE_ELEVES/PARAMETRES/UAJ`).
Namespaces are left out of all names. A document type is refused, and with it every entity that could grow or reach out.
"""

import io
from collections.abc import Collection, Iterator, Sequence
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from supdata.config.formats import XmlFormat
from supdata.errors import FixConfig
from supdata.extract.documents import Fields, cut_short, not_well_formed
from supdata.extract.header import missing_columns
from supdata.extract.streams import RawStream, Readable
from supdata.records.rows import RawRow, UnreadableRow

DEEPEST = 100
_CUT = (3, 5)  # expat's codes for "no element found" and "unclosed token": the text stops too early

Path = tuple[str, ...]


def read_xml(
    stream: Readable, source: str, layout: XmlFormat, wanted: Sequence[str], optional: Collection[str] = ()
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the records of `stream` with their `wanted` columns, numbered from 1 in the document's order.

    An element that a record does not have is empty text; one that it has more than once makes it unreadable.

    Raises FixConfig when nothing is there that could hold records, FixSource when the document is not well-formed, declares a
    document type, lacks a value of its head before the first record, or when no record has a wanted column; TryLater when it
    ends before its end.
    """
    attempted = f"Reading {source}"
    head = _Head(wanted)
    within = [(name, _steps(name)) for name in wanted if not name.startswith("/")]
    fields = Fields([name for name, _ in within], optional)
    row = 0
    for row, record in enumerate(_records(stream, layout, head, attempted), start=1):
        if row == 1:
            head.check(attempted)
        found = {name: _texts(record, steps) for name, steps in within}
        fields.saw((name for name, texts in found.items() if texts), _names(record) if fields.curious else ())
        if many := [name for name, texts in found.items() if len(texts) > 1]:
            yield UnreadableRow(source=source, row=row, reason=f"Le champ {many[0]} contient plusieurs valeurs.")
        else:
            values = {name: texts[0] if texts else "" for name, texts in found.items()}
            yield RawRow(source=source, row=row, values={**values, **head.values})
    fields.check(attempted)


class _Head:
    """The values from the root that are wanted, as far as they were met."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._paths = {_steps(name): name for name in wanted if name.startswith("/")}
        self.values: dict[str, str] = {}

    def meet(self, path: Path, text: str | None) -> None:
        """Keep the text at `path` if it is wanted; the first one counts."""
        name = self._paths.get(path)
        if name is not None:
            self.values.setdefault(name, text or "")

    def check(self, attempted: str) -> None:
        """Raise FixSource when a wanted value was not met before the first record."""
        if missing := [name for name in self._paths.values() if name not in self.values]:
            raise missing_columns(missing, (), attempted=attempted)


def _steps(name: str) -> Path:
    return tuple(name.strip("/").split("/"))


def _records(stream: Readable, layout: XmlFormat, head: _Head, attempted: str) -> Iterator[Element]:
    """Yield each record; what is not in one is forgotten as soon as it ends."""
    place = _Place(_steps(layout.record), head)
    try:
        for event, element in iterparse(io.BufferedReader(RawStream(stream)), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                place.enter(element, attempted)
            else:
                if place.is_record:
                    yield element
                place.leave(element)
    except DefusedXmlException:
        raise not_well_formed(attempted, "it declares a document type or entities, which no export of students needs") from None
    except ParseError as error:
        raise _malformed(error, attempted) from None
    except (LookupError, ValueError):  # an encoding that Python does not know, or that has several bytes a character
        raise not_well_formed(attempted, "it declares an encoding that cannot be read") from None
    place.check(attempted)


class _Place:
    """Where in the document the parser is, and how near it has come to the records."""

    def __init__(self, target: Path, head: _Head) -> None:
        self._target, self._head = [*target], head
        self._path: list[str] = []
        self._above: list[Element] = []
        self._reached = 0

    @property
    def is_record(self) -> bool:
        """Whether the element that ends is a record."""
        return self._path == self._target

    def enter(self, element: Element, attempted: str) -> None:
        """Note that `element` begins; its namespace is left out."""
        element.tag = element.tag.rpartition("}")[2]
        self._path.append(element.tag)
        self._above.append(element)
        if len(self._path) > DEEPEST:
            raise not_well_formed(attempted, f"its elements are nested deeper than {DEEPEST} levels")
        if self._path == self._target[: len(self._path)]:
            self._reached = max(self._reached, len(self._path))
        for name, text in element.attrib.items():
            self._head.meet((*self._path, f"@{name.rpartition('}')[2]}"), text)

    def leave(self, element: Element) -> None:
        """Note that `element` ends, and forget it unless it is part of a record."""
        if not self._is_within():
            self._head.meet(tuple(self._path), element.text)
        self._path.pop()
        self._above.pop()
        if self._above and not self._is_within():
            self._above[-1].remove(element)

    def _is_within(self) -> bool:
        return self._path[: len(self._target)] == self._target

    def check(self, attempted: str) -> None:
        """Raise FixConfig when there was nothing that could hold records: an export of nobody still has that."""
        if self._reached < len(self._target) - 1:
            within = f"in {'/'.join(self._target[: self._reached])}" if self._reached else "at its root"
            found = f"it has no element {self._target[self._reached]} {within}"
            raise FixConfig(attempted, found, "Correct `source.format.record` in the institution file.")


def _malformed(error: ParseError, attempted: str) -> Exception:
    if error.code in _CUT:
        return cut_short(attempted)
    line, _ = error.position
    return not_well_formed(attempted, f"it is not well-formed XML, on line {line}")


def _texts(record: Element, steps: Path) -> list[str]:
    """Return the texts at a path below `record`; an element that holds elements counts as several."""
    elements = [record]
    for step in steps:
        if step.startswith("@"):
            return [text for one in elements for name, text in one.attrib.items() if name.rpartition("}")[2] == step[1:]]
        elements = [child for one in elements for child in one if child.tag == step]
    return [text for one in elements for text in ([one.text or ""] if len(one) == 0 else ["", ""])]


def _names(record: Element) -> Iterator[str]:
    yield from (f"@{name}" for name in record.attrib)
    for child in record:
        yield from (f"{child.tag}/{name}" for name in _names(child)) if len(child) else (child.tag,)
