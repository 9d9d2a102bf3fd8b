"""Presets: what is known of a student information system, under what an institution file says of its own.

A preset is a file in `presets/`, written like an institution file. What the institution writes counts before it, key by key:
a section is merged, a list replaced; a section of another kind (`kind`, `type`, `method`, `by`) replaces the preset's whole,
and so does another origin of a column. `niveauDiplome: ~` takes a column of the preset away, and so does a column of `states`.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path as File
from typing import Literal, get_args

from supdata.config.document import Data, Document, Path, Place, read_document
from supdata.config.faults import nearest_to

PresetName = Literal["apogee-csv", "apogee-oracle", "pegase", "scodoc", "siecle", "sifa", "aimaira"]
PRESETS: tuple[str, ...] = get_args(PresetName)

_FOLDER = File(__file__).parent / "presets"
#: Keys by which a section says which of several it is.
_KINDS = ("kind", "type", "method", "by")
#: Keys that say where a column's values come from: one of them leaves no room for another.
_ORIGINS = frozenset({"column", "columns", "first_of", "constant", "year"})
#: The same for the rows of a database.
_QUERIES = frozenset({"query", "query_file", "table"})
#: Origins that give a value as it is to be: how the preset's columns were to be read says nothing about it.
_GIVEN = frozenset({"constant", "year"})


def with_preset(document: Document) -> Document:
    """Return `document` with what its `preset` says where it says nothing itself; unchanged where it names none.

    Places stay those of the institution file. A preset that does not exist is a fault.
    """
    name = document.at("preset")
    if not isinstance(document.data, dict) or not isinstance(name, str):
        return document
    if name.strip() not in PRESETS:
        message = f"must be one of {', '.join(PRESETS)}; found `{name[:40]}`"
        document.faults.append(document.fault(("preset",), message, nearest=nearest_to(name, PRESETS)))
        return document
    values = dict(document.values)
    own = _spelt_out(document.data, values)
    data = _merged(own, preset_data(name.strip()))
    return replace(document, data=data, values=values, preset=name.strip())


@cache
def preset_data(name: str) -> Mapping[str, Data]:
    """Return what the preset `name` says."""
    document = read_document((_FOLDER / f"{name}.yaml").read_bytes(), f"preset {name}")
    assert isinstance(document.data, dict), f"{name} is no mapping"  # noqa: S101 - narrows the type; a test reads all of them
    return _spelt_out(document.data, {})


def _spelt_out(data: Mapping[str, Data], values: dict[Path, Place]) -> dict[str, Data]:
    """Return an institution's data with the short forms of its columns written out, so that they can be merged."""
    columns = data.get("columns")
    if not isinstance(columns, dict):
        return dict(data)
    return {**data, "columns": {name: _mapping(name, found, values) for name, found in columns.items()}}


def _mapping(name: str, found: Data, values: dict[Path, Place]) -> Data:
    if not isinstance(found, str | list):
        return found
    key = "column" if isinstance(found, str) else "columns"
    path: Path = ("columns", name)
    for at in [place for place in values if place[:2] == path]:
        values[*path, key, *at[2:]] = values[at]
    return {key: found}


def _merged(own: Mapping[str, Data], preset: Mapping[str, Data], path: Path = ()) -> dict[str, Data]:
    """Return `own` over `preset`, in the order of the preset and then of what is only in `own`."""
    below = dict(preset)
    if _is_another_kind(own, preset):
        below = {}
    elif len(path) == 2 and path[0] == "columns" and _ORIGINS & own.keys():
        below = {} if _GIVEN & own.keys() else {key: found for key, found in preset.items() if key not in _ORIGINS}
    elif path == ("source",) and _QUERIES & own.keys():
        below = {key: found for key, found in preset.items() if key not in _QUERIES}
    merged: dict[str, Data] = {**below, **own}
    for key, found in own.items():
        beneath = below.get(key)
        if isinstance(found, dict) and isinstance(beneath, dict):
            merged[key] = _merged(found, beneath, (*path, key))
        elif found is None and path in {("columns",), ("states",)} and key in below:
            del merged[key]
    return merged


def _is_another_kind(own: Mapping[str, Data], preset: Mapping[str, Data]) -> bool:
    return any(own[key] != preset[key] for key in _KINDS if key in own and key in preset)
