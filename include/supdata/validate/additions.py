"""The rules one institution adds to the catalogue: `expectations/institutions/<uai>.json`, read without Great Expectations.

    {"name": "0751717J", "expectations": [
      {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "diplome", "regex": "^[0-9]{7}$"},
       "meta": {"rule": "0751717J-DIPLOME", "field": "diplome", "severity": "warn", "title": "…", "explanation": "…",
                "fix": "…", "version": 1, "since": "2026-11-23"}}]}

A second expectation of the same rule carries its id alone: `"meta": {"rule": "0751717J-DIPLOME"}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec

from supdata.config.faults import Fault, InvalidInstitution, nearest_to
from supdata.records.enrolment import REGISTRY_FIELDS
from supdata.records.states import Severity
from supdata.validate.catalogue import RULES
from supdata.validate.rule import Rule
from supdata.validate.suite_file import Entry, Meta
from supdata.validate.vocabulary import COLUMN_ARGUMENTS, COLUMNS, EXPECTATIONS, PARAMETERS, REFUSED_ARGUMENTS

Words = Annotated[str, msgspec.Meta(pattern=r"\S")]


class OwnMeta(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an institution says of a rule of its own; English is optional here, since its registrar reads French."""

    rule: Words
    field: str
    severity: Literal["reject", "warn"]
    title: Words
    explanation: Words
    fix: Words
    version: Annotated[int, msgspec.Meta(ge=1)]
    since: date
    tolerance: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    source: str = "The institution's own"
    english: str = ""
    english_explanation: str = ""
    english_fix: str = ""


class OwnEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One expectation as it is written; `meta` is read apart, since only the first of a rule describes it."""

    type: str
    kwargs: dict[str, Any]
    meta: dict[str, Any]


class OwnSuite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: a name, which is the institution's UAI, and expectations in any order."""

    name: str
    expectations: list[OwnEntry]


@dataclass(frozen=True)
class Additions:
    """The expectations an institution adds, and the rules they check; none at all where it has no file."""

    entries: tuple[Entry, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))

    def with_catalogue(self) -> Mapping[str, Rule]:
        """Return every rule that counts for the institution, its own last."""
        return MappingProxyType({**RULES, **self.rules})


def additions_path(expectations: Path, uai: str) -> Path:
    """Return where the additions of an institution stand in the folder of suites."""
    return expectations / "institutions" / f"{uai}.json"


def read_additions(expectations: Path, uai: str) -> Additions:
    """Read what the institution `uai` adds to the catalogue, from the folder of suites.

    Raises InvalidInstitution, which is a FixConfig, with every fault of the file and the nearest valid words.
    """
    path = additions_path(expectations, uai)
    if not path.is_file():
        return Additions()
    suite, text = _decoded(path)
    reading = _Reading(str(path), text, uai)
    reading.name(suite.name)
    for number, entry in enumerate(suite.expectations, start=1):
        reading.entry(number, entry)
    if reading.faults:
        raise InvalidInstitution(str(path), sorted(reading.faults, key=lambda fault: fault.line))
    return Additions(tuple(reading.entries), MappingProxyType(reading.rules))


def _decoded(path: Path) -> tuple[OwnSuite, str]:
    try:
        text = path.read_bytes().decode()
        return msgspec.json.decode(text, type=OwnSuite), text
    except OSError as error:
        found = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        found = "is not UTF-8: save the file in that encoding"
    except msgspec.MsgspecError as error:
        found = str(error)
    raise InvalidInstitution(str(path), [Fault(str(path), 1, 1, "", found)])


class _Reading:
    """Goes through the entries of one file, and notes every fault with the line of the word it is about."""

    def __init__(self, file: str, text: str, uai: str) -> None:
        self._file, self._text, self._uai = file, text, uai
        self._start = 0
        self.faults: list[Fault] = []
        self.entries: list[Entry] = []
        self.rules: dict[str, Rule] = {}

    def name(self, name: str) -> None:
        """Hold the suite's name to the institution it is filed under."""
        if name != self._uai:
            self._note("name", name, f"must be the institution's UAI, {self._uai}", nearest="")

    def entry(self, number: int, entry: OwnEntry) -> None:
        """Take one expectation in, or note what is wrong with it."""
        self._start = max(self._text.find('"type"', self._start + 1), 0)
        rule = str(entry.meta.get("rule", ""))
        where = rule or f"expectations[{number - 1}]"
        self._type_and_columns(where, entry)
        if self._identified(where, rule):
            self._described(where, rule, entry.meta)
            self.entries.append(Entry(entry.type, entry.kwargs, Meta(rule)))

    def _type_and_columns(self, where: str, entry: OwnEntry) -> None:
        if entry.type not in EXPECTATIONS:
            message = f"{entry.type} is not among the expectations that name rows"
            self._note(where, entry.type, message, nearest=nearest_to(entry.type, EXPECTATIONS))
        for column in _columns(entry):
            if column not in COLUMNS:
                self._note(where, column, f"there is no column {column}", nearest=nearest_to(column, COLUMNS))
        self._arguments(where, entry)

    def _arguments(self, where: str, entry: OwnEntry) -> None:
        for name in sorted(REFUSED_ARGUMENTS & entry.kwargs.keys()):
            self._note(where, name, f"the argument {name} cannot be used here", nearest="")
        for needed in EXPECTATIONS.get(entry.type, ()):
            if not any(entry.kwargs.get(name) not in (None, "", []) for name in needed.split(" or ")):
                self._note(where, entry.type, f"{entry.type} needs {needed}", nearest="")
        for value in entry.kwargs.values():
            asked = value.get("$PARAMETER", PARAMETERS[0]) if isinstance(value, dict) else PARAMETERS[0]
            if asked not in PARAMETERS:
                self._note(where, str(asked), f"there is no parameter {asked}", nearest=nearest_to(str(asked), PARAMETERS))

    def _identified(self, where: str, rule: str) -> bool:
        if rule.startswith(f"{self._uai}-") and rule not in RULES:
            return True
        message = f"an institution's own has an id that begins with {self._uai}-"
        if rule in RULES:
            message = f"{rule} is a rule of the catalogue: {message}"
        self._note(where, rule, message, nearest="")
        return False

    def _described(self, where: str, rule: str, meta: Mapping[str, Any]) -> None:
        if rule in self.rules:
            if set(meta) != {"rule"}:
                self._note(where, rule, 'is described above: write its id alone, `"meta": {"rule": …}`', nearest="")
            return
        unknown = [key for key in meta if key not in OwnMeta.__struct_fields__]
        for key in unknown:
            self._note(where, key, f"unknown key {key} in meta", nearest=nearest_to(key, OwnMeta.__struct_fields__))
        if not unknown:
            self._convert(where, meta)

    def _convert(self, where: str, meta: Mapping[str, Any]) -> None:
        try:
            own = msgspec.convert(meta, OwnMeta)
        except msgspec.ValidationError as error:
            self._note(where, where, f"meta: {error}", nearest="")
            return
        if own.field not in ("", *REGISTRY_FIELDS):
            self._note(where, own.field, f"there is no field {own.field}", nearest=nearest_to(own.field, REGISTRY_FIELDS))
        facts = msgspec.structs.asdict(own)
        self.rules[own.rule] = Rule(id=facts.pop("rule"), severity=Severity(facts.pop("severity")), **facts)

    def _note(self, where: str, word: str, message: str, *, nearest: str) -> None:
        """Note a fault, at the line of its entry that holds the word it is about, or where the entry begins."""
        place = max(self._text.find(f'"{word}"', self._start), self._start)
        line = self._text.count("\n", 0, place) + 1
        self.faults.append(Fault(self._file, line, 1, where, message, nearest))


def _columns(entry: OwnEntry) -> Iterator[str]:
    for name in COLUMN_ARGUMENTS:
        given = entry.kwargs.get(name)
        yield from [str(one) for one in given] if isinstance(given, list) else [given] if isinstance(given, str) else []
