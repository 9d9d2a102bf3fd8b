"""What the types of a file's format cannot say: encodings that Python knows, and columns that the file can have at all."""

from collections.abc import Callable, Collection, Iterator
from encodings.aliases import aliases

from supdata.config.column_checks import named_columns
from supdata.config.document import Document, Path
from supdata.config.faults import Fault, nearest_to

#: Named first when an encoding is not known: the ones schools use.
COMMON_ENCODINGS = ("utf-8-sig", "utf-8", "cp1252", "iso-8859-1", "iso-8859-15", "utf-16", "cp850", "mac_roman")
_FORMAT: Path = ("source", "format")
_NO = frozenset({"false", "no", "off", "n", "f", "0"})  # what pydantic takes for false


def _encoding(document: Document) -> Iterator[Fault]:
    path: Path = (*_FORMAT, "encoding")
    encoding = document.at(*path)
    if isinstance(encoding, str) and not _is_text_encoding(encoding.strip()):
        nearest = nearest_to(encoding.strip(), COMMON_ENCODINGS) or nearest_to(
            encoding.strip(), filter(_is_text_encoding, aliases)
        )
        message = f"is no text encoding; usual ones are {', '.join(COMMON_ENCODINGS)}; found `{encoding[:40]}`"
        yield document.fault(path, message, nearest=nearest)


def _is_text_encoding(name: str) -> bool:
    try:
        "a".encode(name)
    except (LookupError, ValueError):  # unknown; not between text and bytes (base64); not a name at all
        return False
    return True


def _delimiter(document: Document) -> Iterator[Fault]:
    delimiter = document.at(*_FORMAT, "delimiter")
    if isinstance(delimiter, str) and delimiter in {'"', "\r", "\n"}:
        yield document.fault((*_FORMAT, "delimiter"), "cannot be a quote or the end of a line")


def _columns(document: Document) -> Iterator[Fault]:
    """Without a header it is the institution file that names the columns: a mapped one must be among them."""
    fields, names = document.at(*_FORMAT, "fields"), document.at(*_FORMAT, "names")
    if document.at(*_FORMAT, "type") == "fixed":
        yield from _unnamed(document, fields, "fields") if isinstance(fields, dict) else ()
    elif str(document.at(*_FORMAT, "header")).strip().lower() in _NO:
        if isinstance(names, list) and names:
            yield from _unnamed(document, [name for name in names if isinstance(name, str)], "names")
        else:
            yield from _no_positions(document)


def _unnamed(document: Document, known: Collection[str], key: str) -> Iterator[Fault]:
    for where, name in _mapped(document):
        if name not in known:
            message = f"is not among the columns of `source.format.{key}`; found `{name[:40]}`"
            yield document.fault(where, message, nearest=nearest_to(name, known))


def _no_positions(document: Document) -> Iterator[Fault]:
    for where, name in _mapped(document):
        if not (name.isascii() and name.isdigit() and int(name) > 0):
            message = "must be a position such as 3, for the file has neither a header nor `source.format.names`"
            yield document.fault(where, f"{message}; found `{name[:40]}`")


def _mapped(document: Document) -> Iterator[tuple[Path, str]]:
    columns = document.at("columns")
    for field, mapping in columns.items() if isinstance(columns, dict) else ():
        for where, name in named_columns(("columns", field), mapping):
            if isinstance(name, str) and name.strip():
                yield where, name.strip()


FORMAT_CHECKS: tuple[Callable[[Document], Iterator[Fault]], ...] = (_encoding, _delimiter, _columns)
