"""Whether the column mapping of an institution file can give values that the stages behind it know."""

from collections.abc import Iterable, Iterator, Mapping

from supdata.config.columns import NOT_KNOWN
from supdata.config.document import Data, Document, Path
from supdata.config.faults import Fault, nearest_to
from supdata.config.iso_date import is_iso_date

#: The canonical words of a field: a value map must lead to one of them, or no row of it would ever pass.
CANONICAL: Mapping[str, tuple[str, ...]] = {
    "statut": ("admis", "inscrit", "annule"),
    "regime": ("RF1", "RF2", "RF3", "RF4", "RF5", "RF6", "RF7"),
}
DATE_FIELDS = ("dateNaissance", "dateDebutInscription", "dateFinInscription")
#: The formats that normalisation knows (`supdata.normalise.dates.FORMATS`, which a test holds equal to these).
DATE_FORMATS = ("AAAA-MM-JJ", "ISO", "JJ/MM/AAAA", "JJ-MM-AAAA", "JJ.MM.AAAA", "AAAA/MM/JJ", "JJMMAAAA", "AAAAMMJJ")


def check_columns(document: Document) -> Iterator[Fault]:
    """Yield the faults of the `columns` section that its types do not show."""
    columns = document.at("columns")
    for name, mapping in columns.items() if isinstance(columns, dict) else ():
        path: Path = ("columns", name)
        yield from _column_names(document, path, mapping)
        if isinstance(mapping, dict):
            yield from _words(document, path, mapping)
            yield from _dates(document, path, mapping)


def _column_names(document: Document, path: Path, mapping: Data) -> Iterator[Fault]:
    for where, text in named_columns(path, mapping):
        if isinstance(text, str) and not text.strip():
            yield document.fault(where, "is an empty column name")


def named_columns(path: Path, mapping: Data) -> Iterable[tuple[Path, Data]]:
    """Return the source columns that the mapping at `path` names, each with where it stands."""
    if isinstance(mapping, list):
        return _listed(path, mapping)
    if not isinstance(mapping, dict):
        return [(path, mapping)]
    listed = [one for key in ("columns", "first_of") for one in _listed((*path, key), mapping.get(key))]
    return [((*path, "column"), mapping.get("column")), *listed]


def _listed(path: Path, columns: Data) -> list[tuple[Path, Data]]:
    return [((*path, index), text) for index, text in enumerate(columns)] if isinstance(columns, list) else []


def _words(document: Document, path: Path, mapping: Mapping[str, Data]) -> Iterator[Fault]:
    words = CANONICAL.get(str(path[-1]))
    if words is None:
        return
    value_map, constant = mapping.get("map"), mapping.get("constant")
    translated = value_map if isinstance(value_map, dict) else {}
    values: dict[Path, Data] = {(*path, "map", key): text for key, text in translated.items()}
    if constant not in translated and constant != NOT_KNOWN:  # a constant is translated by the map like any other value
        values[*path, "constant"] = constant
    for where, text in values.items():
        if isinstance(text, str) and text.strip() not in words:
            message = f"must be one of {', '.join(words)}; found `{text[:40]}`"
            yield document.fault(where, message, nearest=nearest_to(text, words))


def _dates(document: Document, path: Path, mapping: Mapping[str, Data]) -> Iterator[Fault]:
    formats = mapping.get("dates")
    if formats and path[-1] not in DATE_FIELDS:
        yield document.fault((*path, "dates"), f"only a date has formats: {', '.join(DATE_FIELDS)}", key=True)
        return
    if mapping.get("year") and path[-1] not in DATE_FIELDS:
        yield document.fault((*path, "year"), f"only a date can be the year's: {', '.join(DATE_FIELDS)}", key=True)
    constant = mapping.get("constant")
    if path[-1] in DATE_FIELDS and isinstance(constant, str) and not (is_iso_date(constant) or constant == NOT_KNOWN):
        yield document.fault((*path, "constant"), f"must be a real date, written 2026-09-01; found `{constant[:20]}`")
    for index, text in enumerate(formats if isinstance(formats, list) else ()):
        if isinstance(text, str) and text.strip() not in DATE_FORMATS:
            message = f"is no date format; there are {', '.join(DATE_FORMATS)}; found `{text[:40]}`"
            yield document.fault((*path, "dates", index), message, nearest=nearest_to(text.strip(), DATE_FORMATS))
