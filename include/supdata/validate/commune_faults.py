"""What is wrong with a commune code, given what its column holds and where the institution itself stands; "" for nothing."""

from collections.abc import Iterator

from supdata.config.models import Commune
from supdata.records.commune import CommuneClass, CommuneTable

UNKNOWN, CEDEX, FOREIGN, LOST_ZERO, KIND = "unknown", "cedex", "foreign", "lost_zero", "kind"
FORMER, AMBIGUOUS, OVERSEAS = "former", "ambiguous", "overseas"
#: With these a code still says what is to be sent.
HARMLESS = frozenset({"", AMBIGUOUS, OVERSEAS})

#: INSEE prefixes of the collectivities overseas that are no département: most are outside what the registry covers.
COLLECTIVITIES = ("975", "977", "978", "984", "986", "987", "988", "989")
MONACO = "98000"
#: First two characters of the postal codes of France, Corsica as 20; all but the collectivities begin so.
_DEPARTMENTS = frozenset({*(f"{number:02d}" for number in range(1, 96)), "97"})


def commune_fault(code: str, commune: Commune, table: CommuneTable) -> str:
    """Return what is wrong with `code`."""
    kind = table.classify(code)
    if kind is CommuneClass.UNKNOWN:
        return _fault_of_unknown(code, table)
    if kind is CommuneClass.FORMER:
        return KIND if commune.column_holds == "postal" else FORMER
    if (kind, commune.column_holds) in {(CommuneClass.INSEE, "postal"), (CommuneClass.POSTAL, "insee")}:
        return KIND
    if kind is CommuneClass.BOTH_DIFFERENT and commune.column_holds == "either" and not _is_own(code, commune):
        return AMBIGUOUS
    return OVERSEAS if _is_overseas(code, commune, table) else ""


def _fault_of_unknown(code: str, table: CommuneTable) -> str:
    """Tell apart what is in no table: by its shape alone, so that a CEDEX code is a probable one."""
    if len(code) == 4 and code.isdigit() and table.classify(f"0{code}") is not CommuneClass.UNKNOWN:
        return LOST_ZERO
    if len(code) != 5 or not (code.isascii() and code.isdigit()):
        return UNKNOWN
    if code.startswith("99") or code == MONACO:
        return FOREIGN
    # The codes of La Poste's bags follow their département; a round number is more often a slip than a bag.
    return CEDEX if code[:2] in _DEPARTMENTS and not code.endswith("00") else UNKNOWN


def _is_own(code: str, commune: Commune) -> bool:
    return any(code in {own.insee, own.postal} for own in commune.own)


def _is_overseas(code: str, commune: Commune, table: CommuneTable) -> bool:
    """Whether every reading of `code` leads to a collectivity that the institution does not itself stand in."""
    at_home = {own.insee[:3] for own in commune.own}
    found = {insee[:3] for insee in _read_as_insee(code, commune, table)}
    return bool(found) and found <= set(COLLECTIVITIES) - at_home


def _read_as_insee(code: str, commune: Commune, table: CommuneTable) -> Iterator[str]:
    if commune.column_holds != "postal" and table.is_insee(code):
        yield code
    if commune.column_holds != "insee" and table.is_postal(code):
        yield from table.insee_codes(code)
