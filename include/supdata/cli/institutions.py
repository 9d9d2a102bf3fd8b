"""The institution that a command was given: by its UAI, or by the path of its file."""

from pathlib import Path

from supdata.config.faults import nearest_to
from supdata.config.loading import find_institution_files, parse_institution
from supdata.config.models import Institution
from supdata.config.query_file import with_query
from supdata.errors import FixConfig
from supdata.records.uai import is_valid_uai

INSTITUTIONS = Path("dags/institutions")


def institution_at(given: str, folder: Path = INSTITUTIONS) -> Institution:
    """Return the institution that `given` names: a UAI, whose file is in `folder`, or the path of a file of any name.

    Raises FixConfig when there is no such file, InvalidInstitution with all that is wrong in it.
    """
    path = folder / f"{given}.yaml" if is_valid_uai(given) else Path(given)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FixConfig(f"Reading the institution file {path}", str(error.strerror), _remedy(given, folder)) from error
    return with_query(parse_institution(content, str(path)), path.parent)


def _remedy(given: str, folder: Path) -> str:
    known = [path.stem for path in find_institution_files(folder)] if folder.is_dir() else []
    near = nearest_to(given, known)
    return f"Did you mean {near}?" if near else f"Give the path of a file, or a UAI of {folder}: {', '.join(known) or 'none'}."
