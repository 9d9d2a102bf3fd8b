"""Find the wanted columns among those that a source has."""

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from supdata.errors import FixSource

INVISIBLE = "\ufeff\u200b\x00"  # byte order mark, zero-width space, NUL: seen around names and values, never part of them


def locate(wanted: Sequence[str], found: Sequence[str], *, attempted: str) -> list[int]:
    """Return the position of each of the `wanted` columns in `found`, in the order of `wanted`.

    Names are compared without surrounding blanks, and as they are written otherwise.

    Raises FixSource when a wanted column is missing (all of them are named, each with the nearest name found), or is there
    twice: choosing one would be a guess. Two columns of one name that nobody wants are no concern.
    """
    names = [clean_name(name) for name in found]
    counted = Counter(names)
    if missing := [name for name in wanted if counted[name] == 0]:
        raise missing_columns(missing, names, attempted=attempted)
    if twice := [name for name in wanted if counted[name] > 1]:
        remedy = "Ask the school to name each column of its export once."
        raise FixSource(attempted, f"{_listed(twice)} is the name of more than one column", remedy)
    return [names.index(name) for name in wanted]


def missing_columns(missing: Sequence[str], found: Iterable[str], *, attempted: str) -> FixSource:
    """Return the error that names the `missing` columns, with the nearest of those `found`."""
    nearest = {name.casefold(): name for name in found if _is_quotable(name)}
    named = []
    for name in missing:
        near = get_close_matches(name.casefold(), nearest, n=1, cutoff=0.6)
        named.append(f"`{name}`" + (f" (is it `{nearest[near[0]]}`?)" if near else ""))
    remedy = "Correct `columns` in the institution file, or ask the school to put the column back."
    return FixSource(attempted, f"it has no column {', '.join(named)}", remedy)


def _is_quotable(name: str) -> bool:
    """Whether `name` can be shown: in a file without a header it is a value, and an INE or a date has digits."""
    return 0 < len(name) <= 60 and sum(character.isdigit() for character in name) < 4


def clean_name(name: str) -> str:
    """Return a column's name without the blanks and marks around it."""
    return name.strip(INVISIBLE).strip()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
