"""Institution files into institutions: one file read, every fault found in one go."""

import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from supdata.config.checks import check
from supdata.config.document import Document, read_document
from supdata.config.explaining import explain
from supdata.config.faults import Fault, InvalidInstitution
from supdata.config.models import Institution
from supdata.config.presets import with_preset
from supdata.config.query_file import check_query_file, with_query
from supdata.config.rule_checks import KnownRule, check_expiry
from supdata.errors import FixConfig

_SUFFIXES = (".yaml", ".yml")


def find_institution_files(folder: Path) -> list[Path]:
    """Return the institution files of `folder`, sorted by name; see `institution_file_names`."""
    return [folder / name for name in institution_file_names(folder)]


def institution_file_names(folder: Path) -> list[str]:
    """Return the names of the institution files of `folder`, sorted; as texts, since each start of a task looks through all.

    A `.yml` file is among them: `load_institution` then says that its name is wrong, where leaving it out would lose the
    school without a word. Hidden files, such as an editor's, are left out.

    Raises:
        FixConfig: the folder does not exist, which must not read as "no institution".
    """
    if not folder.is_dir():
        raise FixConfig(
            f"Looking for institution files in {folder}", "there is no such folder", "Give the folder that holds them."
        )
    return sorted(name for name in os.listdir(folder) if name.endswith(_SUFFIXES) and not name.startswith("."))  # noqa: PTH208


def load_institution(path: Path, known_rules: Mapping[str, KnownRule] | None = None) -> Institution:
    """Read one institution file, named for its UAI: `0751717J.yaml`.

    Args:
        path: The file.
        known_rules: All quality rules by id, to name an unknown one by its line; None leaves that to validation.

    Raises:
        InvalidInstitution: with all that is wrong in the file, or with its name.
    """
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInstitution(file, [Fault(file, 1, 1, "", f"cannot be read: {error.strerror}")]) from error
    document = with_preset(read_document(content, file))
    checked = [*check(document, known_rules), *check_query_file(document, path.parent)]
    return with_query(_validate(document, checked, [*_name_faults(document, path)]), path.parent)


def expired_settings(path: Path, on: date) -> tuple[Fault, ...]:
    """Return what no longer holds in an institution file on the day `on`, by its line; none of it makes the file wrong.

    A file that cannot be read has none: what is wrong with it is for `load_institution` to say.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return ()
    return tuple(check_expiry(read_document(content, str(path)), on))


def parse_institution(content: bytes, file: str = "institution.yaml") -> Institution:
    """Read an institution from bytes that are in no file of their own; `file` only names them in messages.

    Raises:
        InvalidInstitution: with all that is wrong in it.
    """
    document = with_preset(read_document(content, file))
    return _validate(document, [*check(document)], [])


def _validate(document: Document, checked: list[Fault], name_faults: list[Fault]) -> Institution:
    """Return the institution, or raise with all faults; where two speak of one place the earlier in this order is kept."""
    faults = [*document.faults, *checked]
    institution: Institution | None = None
    try:
        institution = Institution.model_validate(document.data)
    except ValidationError as error:
        if document.data is not None or not faults:  # of what could not be parsed, nothing is known to be missing
            faults.extend(explain(error, document, Institution))
    faults.extend(name_faults)
    if faults or institution is None:
        raise InvalidInstitution(document.file, _in_order(faults))
    return institution


def _name_faults(document: Document, path: Path) -> Iterator[Fault]:
    uai = document.at("uai")
    if isinstance(uai, str) and path.name != f"{uai.strip()}.yaml":
        yield document.fault(("uai",), f"the file is named {path.name}: an institution's file is named for its UAI")


def _in_order(faults: list[Fault]) -> list[Fault]:
    """Sort by line and keep one fault per place in the file: the first found is the cause of what follows."""
    first = {(fault.where, fault.line): fault for fault in reversed(faults)}
    return sorted(first.values(), key=lambda fault: (fault.line, fault.column, fault.where))
