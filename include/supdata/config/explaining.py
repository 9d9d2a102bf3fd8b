"""Pydantic's errors in the words of an institution file: which line, what is expected, the nearest valid word."""

import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from typing_extensions import TypeIs

from supdata.config.columns import ColumnMapping
from supdata.config.document import Document, Path, dotted
from supdata.config.faults import Fault, nearest_to

#: What pydantic appends to the path of an error about a key itself.
_KEY = "[key]"
_LONGEST_SHOWN = 40
_SECRET = re.compile(r"passw|secret|token|api_?key|login|^user", re.IGNORECASE)
_SECTION = "must be a section: keys and values, indented below it"
_DATE = "must be a real date, written 2026-09-01"

_EXPECTED: Mapping[str, str] = {
    "list_type": "must be a list, such as [first, second]",
    "dict_type": _SECTION,
    "model_type": _SECTION,
    "model_attributes_type": _SECTION,
    "string_type": "must be one text value",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "too_short": "must have at least {min_length} item(s)",
    "too_long": "must have at most {max_length} item(s)",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} character(s)",
}
#: The model's patterns, said in words; by the name of the field, or of the list it stands in.
_PATTERNS = {
    "contact": "must be an e-mail address",
    "registrars": "must be a login: up to 80 letters, digits and . _ @ + -",
}


def explain(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterator[Fault]:
    """Yield a fault for each of pydantic's errors about `document`, which was read as a `model`."""
    for detail in error.errors(include_url=False):
        yield _explain_one(detail, document, model)


def _explain_one(detail: ErrorDetails, document: Document, model: type[BaseModel]) -> Fault:
    path = path_of(detail["loc"], model)
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(path, document, model)
        case "missing":
            return document.fault(path, "is missing", key=True)
        case "union_tag_not_found":
            name, words = _tag_choices(detail)
            return document.fault((*path, name), f"is missing: one of {', '.join(words)}", key=True)
        case "union_tag_invalid":
            name, words = _tag_choices(detail)
            return _wrong_word((*path, name), str(detail["ctx"]["tag"]), words, document)
        case "literal_error":
            words = _quoted(str(detail["ctx"]["expected"]))
            return _wrong_word(path, detail["input"], words, document, key=detail["loc"][-1] == _KEY)
        case _:
            return document.fault(path, _message(detail, path))


def _message(detail: ErrorDetails, path: Path) -> str:
    found, kind = detail["input"], detail["type"]
    if found is None:
        return "is empty: give it a value, or remove the line"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "string_pattern_mismatch":
        known = (_PATTERNS[part] for part in map(str, reversed(path)) if part in _PATTERNS)
        text = next(known, f"must match {detail['ctx']['pattern']}")
    elif kind in _EXPECTED:
        text = _EXPECTED[kind].format(**detail.get("ctx", {}))
    else:
        text = detail["msg"].replace("Input should be", "must be")
    return text + _shown(found)


def _shown(found: object) -> str:
    return f"; found `{found[:_LONGEST_SHOWN]}`" if isinstance(found, str) and found.strip() else ""


def _wrong_word(path: Path, found: object, words: list[str], document: Document, *, key: bool = False) -> Fault:
    message = f"must be one of {', '.join(words)}{_shown(found)}"
    if found is None:
        message = f"is empty: one of {', '.join(words)}"
    return document.fault(path, message, nearest=nearest_to(str(found), words), key=key)


def _tag_choices(detail: ErrorDetails) -> tuple[str, list[str]]:
    """Return the name of the key that chooses a kind, and the kinds there are."""
    name = str(detail["ctx"]["discriminator"]).strip("'")
    expected = detail["ctx"].get("expected_tags")
    return name, _quoted(str(expected)) if expected else _KINDS_BY_KEY[name]


#: Pydantic does not list the kinds when the choosing key is absent.
_KINDS_BY_KEY = {"kind": ["sftp", "rest", "database"], "method": ["login", "token", "oauth2", "basic", "bearer", "key"]}


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _unknown_key(path: Path, document: Document, model: type[BaseModel]) -> Fault:
    name = str(path[-1])
    section = document.at(*path[:-1])
    present = set(section) if isinstance(section, dict) else set()
    keys = _keys_of(shape_at(path[:-1], document, model))
    if name in keys:  # the shorthand `column` beside `columns`
        return document.fault(path, "give either `column` or `columns`", key=True)
    nearest = nearest_to(name, [key for key in keys if key not in present]) or _home_of(name, model)
    message = "unknown key"
    if _SECRET.search(name):
        message += ": a login or a secret belongs to the Airflow connection, never to this file"
    elif not nearest:
        message += f"; the keys here are {', '.join(keys)}"
    return document.fault(path, message, nearest=nearest, key=True)


def _keys_of(shape: object) -> list[str]:
    if not _is_model(shape):
        return []
    return [*shape.model_fields, "column"] if shape is ColumnMapping else list(shape.model_fields)


def _home_of(name: str, model: type[BaseModel]) -> str:
    """Return the full path of a key that stands in the wrong section, "" when it belongs nowhere or in several places."""
    homes = {dotted(path) for path in _paths_named(name, model, ())}
    return homes.pop() if len(homes) == 1 else ""


def _paths_named(name: str, model: type[BaseModel], above: Path) -> Iterator[Path]:
    for key, info in model.model_fields.items():
        if key == name:
            yield (*above, key)
        for section in _models_in(_bare(info.annotation)):
            yield from _paths_named(name, section, (*above, key))


def _models_in(shape: object) -> list[type[BaseModel]]:
    candidates = [_bare(candidate) for candidate in (get_args(shape) if _is_union(shape) else (shape,))]
    return [candidate for candidate in candidates if _is_model(candidate)]


def path_of(loc: tuple[int | str, ...], model: type[BaseModel]) -> Path:
    """Return the path in the file of an error's location: without the kinds and marks that pydantic adds to it."""
    path: list[int | str] = []
    shape: object = model
    for part in loc:
        if _is_union(shape):
            shape = _kinds(shape)[str(part)]
        elif part != _KEY:
            path.append(part)
            shape = _inside(shape, part)
    return tuple(path)


def shape_at(path: Path, document: Document, model: type[BaseModel]) -> object:
    """Return the type that the model gives to the value at `path`, choosing kinds as the document does."""
    shape: object = model
    for depth in range(len(path) + 1):
        if _is_union(shape):
            section = document.at(*path[:depth])
            words = section.values() if isinstance(section, dict) else ()
            kinds = _kinds(shape)
            shape = next((kinds[word] for word in words if isinstance(word, str) and word in kinds), _default_kind(kinds))
        if depth < len(path):
            shape = _inside(shape, path[depth])
    return shape


def _inside(shape: object, part: str | int) -> object:
    if _is_model(shape):
        info = shape.model_fields.get(str(part))
        return _bare(info.annotation) if info else None
    arguments = get_args(shape)
    return _bare(arguments[-1]) if arguments and get_origin(shape) in (list, dict) else None


def _bare(annotation: Any) -> object:
    """Return a type without its annotations, and without the None it may also be."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if _is_union(annotation):
        kept = [argument for argument in get_args(annotation) if argument is not type(None)]
        return _bare(kept[0]) if len(kept) == 1 else annotation
    return annotation


def _kinds(union: object) -> dict[str, object]:
    """Return the models of a tagged union by their tag, which is the first field of each."""
    found: dict[str, object] = {}
    for member in get_args(union):
        tag = _bare(_tag_of(member).annotation)
        if get_origin(tag) is Literal:
            found[str(get_args(tag)[0])] = member
    return found


def _default_kind(kinds: Mapping[str, object]) -> object:
    """Return the kind that is meant where the section names none: the one whose tag has a default."""
    return next((kind for kind in kinds.values() if not _tag_of(kind).is_required()), None)


def _tag_of(kind: object) -> FieldInfo:
    if not _is_model(kind):
        raise TypeError(f"{kind} is no model")
    return next(iter(kind.model_fields.values()))


def _is_union(shape: object) -> bool:
    return get_origin(shape) in (Union, types.UnionType)


def _is_model(shape: object) -> TypeIs[type[BaseModel]]:
    return isinstance(shape, type) and issubclass(shape, BaseModel)
