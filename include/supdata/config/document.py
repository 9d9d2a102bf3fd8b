"""A YAML file as text and places: where each key and each value stands, and every scalar as it was written.

YAML would turn `01` into 1, `no` into False and `2026-09-01` into a date. Whether a value is text or a number is for the
model to say, so scalars stay text here (an empty one or `~` is None). The tree is built from parser events rather than by
PyYAML's composer: the composer recurses in C, and a file of forty thousand brackets ends the whole process with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from supdata.config.faults import Fault

Data: TypeAlias = "str | list[Data] | dict[str, Data] | None"
Path: TypeAlias = tuple[str | int, ...]

#: An institution file is a page or two; anything far beyond is another kind of file.
LARGEST_BYTES = 1_000_000
DEEPEST = 20

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # without libyaml the same events come more slowly
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TEXT_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")  # YAML 1.1, 5.1 Character Set

#: What a parser's complaint most often comes from, by a part of its text.
_HINTS = {
    "cannot start any token": "quote a value that starts with @, ` or %",
    "alphabetic or numeric character": "quote a value that starts with * or &",
    "mapping values are not allowed": "quote a value that holds a colon and a space, or mend the indentation",
    "could not find expected ':'": "write `key: value`, with a space after the colon",
    "expected <block end>": "mend the indentation",
    "did not find expected key": "mend the indentation, or an unclosed quote above",
    "end of stream": "close the quote",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


START = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says: its `data`, where each key and value stands, and what was already wrong with its YAML.

    `preset` names what has filled in the data that stands nowhere in the file, "" where nothing has.
    """

    file: str
    data: Data = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    preset: str = ""

    def at(self, *path: str | int) -> Data:
        """Return what stands at `path`, None where nothing does."""
        found = self.data
        for part in path:
            if isinstance(found, dict) and isinstance(part, str):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Return where the value at `path` stands, or its key; the nearest part of the file when there is none.

        A section is shown by its key: its value begins on the line below.
        """
        places = self.keys if key or isinstance(self.at(*path), dict | list) else self.values
        for length in range(len(path), 0, -1):
            found = places.get(path[:length]) or self.keys.get(path[:length]) or self.values.get(path[:length])
            if found is not None:
                return found
        return START

    def fault(self, path: Path, message: str, *, nearest: str = "", key: bool = False) -> Fault:
        """Return a fault of the value at `path`, or of its key."""
        place = self.place(path, key=key)
        if self.preset and path not in self.values and self.at(*path) is not None:
            message += f" (this is the preset {self.preset}'s)"
        return Fault(self.file, place.line, place.column, dotted(path), message, nearest)


def dotted(path: Path) -> str:
    """Write a path as people do: `columns.ine.columns[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def read_document(content: bytes, file: str) -> Document:
    """Read the bytes of one YAML file; what is not YAML, or not text, is among the document's `faults`."""
    document = Document(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _refused(document, Place(line, 1), "is not UTF-8: save the file in that encoding")
    if len(content) > LARGEST_BYTES:
        return _refused(document, START, f"is larger than {LARGEST_BYTES:,} bytes: this is no institution file")
    if stray := _NOT_TEXT.search(text):
        return _refused(document, _place_of_index(text, stray.start()), "holds a control character: remove it")
    return _compose(text, document)


def _refused(document: Document, place: Place, message: str) -> Document:
    document.faults.append(Fault(document.file, place.line, place.column, "", message))
    return document


def _place_of_index(text: str, index: int) -> Place:
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _compose(text: str, document: Document) -> Document:
    try:
        # Asked for one by one until None: `yaml.parse` asks twice for each, which a thousand files notice.
        data = _Composer(document, iter(_LOADER(text).get_event, None)).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else START
        return _refused(Document(document.file), place, _syntax_message(error, _line(text, place)))
    except _TooDeepError as error:
        return _refused(Document(document.file), error.place, f"is nested deeper than {DEEPEST} levels")
    return Document(document.file, data, document.keys, document.values, document.faults)


def _line(text: str, place: Place) -> str:
    lines = text.split("\n")
    return lines[place.line - 1] if place.line <= len(lines) else ""


def _syntax_message(error: yaml.MarkedYAMLError, line: str) -> str:
    problem = error.problem or "the file is not valid YAML"
    begun = f" ({error.context}, from line {error.context_mark.line + 1})" if error.context and error.context_mark else ""
    hints = [hint for part, hint in _HINTS.items() if part in problem]
    if line[: len(line) - len(line.lstrip())].count("\t"):
        hints.insert(0, "indent with spaces, not with a tab")
    return f"YAML: {problem}{begun}" + (f"; {hints[0]}" if hints else "")


class _TooDeepError(Exception):
    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


class _Composer:
    """Builds the data from parser events, and notes where everything stands."""

    def __init__(self, document: Document, events: Iterator[yaml.Event]) -> None:
        self._document = document
        self._events = events

    def compose(self) -> Data:
        """Return the data of the one document in the file, None when there is none."""
        data: Data = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 1:
                    data = self.node(next(self._events), ())
                else:
                    self._note(event, (), "a second document starts here: one file is one institution")
        return data

    def node(self, event: yaml.Event, path: Path) -> Data:
        """Return the value that `event` begins, and note where it stands."""
        if len(path) > DEEPEST:
            raise _TooDeepError(_place(event))
        self._document.values[path] = _place(event)
        if getattr(event, "anchor", None) is not None:
            self._note(event, path, "anchors and aliases (& and *) are not read: write the value out, or quote it")
        elif getattr(event, "tag", None) not in _TEXT_TAGS:
            self._note(event, path, "tags (!) are not read: write the value alone, or quote it")
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(path)
            case yaml.SequenceStartEvent():
                return self._sequence(path)
            case yaml.ScalarEvent():
                return None if event.implicit[0] and event.value in _NULLS else str(event.value)
            case _:  # an alias, noted above
                return None

    def _mapping(self, path: Path) -> Data:
        found: dict[str, Data] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._note(event, path, "a key must be plain text; quote a value that starts with { or [")
                self._pass_over(event, path)
                self._pass_over(next(self._events), path)
                continue
            key = str(event.value)
            here = (*path, key)
            if key in found:
                self._note(event, here, f"this key is already on line {self._document.keys[here].line}: keep one")
                self._pass_over(next(self._events), here)
                continue
            self._document.keys[here] = _place(event)
            found[key] = self.node(next(self._events), here)
        return found

    def _sequence(self, path: Path) -> Data:
        found: list[Data] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self.node(event, (*path, len(found))))
        return found

    def _pass_over(self, event: yaml.Event, path: Path) -> None:
        """Read a node that is not kept; nothing below it is noted."""
        _Composer(Document(self._document.file), self._events).node(event, path)

    def _note(self, event: yaml.Event, path: Path, message: str) -> None:
        place = _place(event)
        self._document.faults.append(Fault(self._document.file, place.line, place.column, dotted(path), message))


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else START
