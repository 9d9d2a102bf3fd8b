"""Whether the registry holds an enrolment as it was declared, by what a read service shows of the student.

Two answers that something may be built on, and a third for everything that proves neither. Sources: DOMAIN 2, the OpenAPI
document of API Particulier v3. What is shown has no number, no moment and no diploma: a row counts as proof only where
nothing else that was ever declared could be that row.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from supdata.records.commune import CommuneTable, load_communes
from supdata.records.declared import Declared, Other
from supdata.registry.shown import Shown


class Presence(StrEnum):
    """What looking up one enrolment has shown."""

    PRESENT = "present"
    ABSENT = "absent"
    #: What is shown may be this enrolment or another one, or this one told otherwise.
    UNTOLD = "untold"


def presence(shown: Iterable[Shown], declared: Declared, others: Sequence[Other] = ()) -> Presence:
    """Judge one enrolment by all that is shown of its student.

    `others` are all other declarations that may stand at its place. It is present when a row equals it and none of them looks
    the same; absent when no row equals it and `others` account for every row at its place.
    """
    here = [row for row in shown if _same_place(row, declared)]
    equal = [row for row in here if not differences(row, declared)]
    if equal:
        return Presence.UNTOLD if any(_looks_like(one, declared) for one in others) else Presence.PRESENT
    return Presence.ABSENT if len(here) <= len(others) else Presence.UNTOLD


def is_shown(shown: Iterable[Shown], declared: Declared) -> bool:
    """Whether any row equals what was declared: enough to confirm what the registry has said itself that it took."""
    return any(_same_place(row, declared) and not differences(row, declared) for row in shown)


def told_otherwise(shown: Iterable[Shown], declared: Declared) -> tuple[str, ...]:
    """Return the fields in which the nearest row at the enrolment's place differs; none when there is no row."""
    found = [differences(row, declared) for row in shown if _same_place(row, declared)]
    return min(found, key=lambda fields: (len(fields), fields), default=())


def differences(row: Shown, declared: Declared) -> tuple[str, ...]:
    """Return the registry's names of the fields that `row` shows otherwise; what either side does not know says nothing."""
    pairs = (
        ("uai", row.uai.upper(), declared.uai.upper()),
        ("dateDebutInscription", row.start, declared.start),
        ("dateFinInscription", row.end, declared.end),
        ("statut", row.statut, declared.statut or row.statut),
        ("regime", row.regime or declared.regime, declared.regime or row.regime),
    )
    found = [name for name, is_shown, was_declared in pairs if is_shown != was_declared]
    return (*found,) if same_commune(row.commune, declared.commune) else (*found, "codeCommune")


def same_commune(one: str, other: str, table: CommuneTable | None = None) -> bool:
    """Whether two codes can be of one commune: the registry may show an INSEE code where a postal code was declared.

    A code that is in no table (CEDEX, abroad) may be of any commune.
    """
    if not one or not other or one == other:
        return True
    table = table or load_communes()
    first, second = _communes(one, table), _communes(other, table)
    return not first or not second or bool(first & second)


def _communes(code: str, table: CommuneTable) -> set[str]:
    """Return every commune that a code can stand for, by INSEE code, in either reading."""
    insee = {code} if table.is_insee(code) else set[str]()
    return insee | set(table.insee_codes(code)) | set(table.successors(code))


def _same_place(row: Shown, declared: Declared) -> bool:
    """Whether `row` may be at the declared establishment from the declared day; what it does not show may be anything."""
    return row.uai.upper() in {"", declared.uai.upper()} and row.start in {"", declared.start}


def _looks_like(other: Other, declared: Declared) -> bool:
    pairs = ((other.end, declared.end), (other.statut, declared.statut), (other.regime, declared.regime))
    return all(not one or not two or one == two for one, two in pairs)
