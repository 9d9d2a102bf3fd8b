"""Communes of France: which five-character values are INSEE codes, postal codes, both, or neither.

3,058 values are both, and for only 54 of them it is the same commune: 97133 is the postal code of Saint-Barthélemy and the
INSEE code of Vieux-Fort. A postal code covers up to 46 communes. Nothing here guesses: several answers stay several.
Source: `reference/README.md`.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

TABLE = Path(__file__).parent / "reference" / "communes.csv"

Codes = tuple[str, ...]


class CommuneClass(StrEnum):
    """What a five-character value can be read as."""

    INSEE = "insee"
    POSTAL = "postal"
    BOTH_SAME = "both_same"
    BOTH_DIFFERENT = "both_different"
    FORMER = "former"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CommuneTable:
    """The communes of one year: postal codes by INSEE code, the reverse, and where former INSEE codes went.

    The codes of Paris, Lyon and Marseille and those of their arrondissements are all INSEE codes.
    """

    postal_by_insee: Mapping[str, Codes]
    insee_by_postal: Mapping[str, Codes]
    successors_by_former: Mapping[str, Codes]

    def is_insee(self, code: str) -> bool:
        """Whether `code` is the INSEE code of a commune that exists, or of a municipal arrondissement."""
        return code in self.postal_by_insee

    def is_postal(self, code: str) -> bool:
        """Whether `code` is a postal code of some commune; CEDEX codes are not."""
        return code in self.insee_by_postal

    def postal_codes(self, insee: str) -> Codes:
        """Return the postal codes of a commune, sorted; none when `insee` is not a known code."""
        return self.postal_by_insee.get(insee, ())

    def insee_codes(self, postal: str) -> Codes:
        """Return the communes that a postal code covers, sorted; none when it is not a known one.

        Where a municipal arrondissement has the postal code, it alone is named: its city would say the same with less.
        """
        return self.insee_by_postal.get(postal, ())

    def successors(self, former: str) -> Codes:
        """Return the present code of the commune that took over a former INSEE code; none when it is not one."""
        return self.successors_by_former.get(former, ())

    def classify(self, code: str) -> CommuneClass:
        """Return what `code` can be read as; BOTH_DIFFERENT means that the two readings are two places."""
        if self.is_insee(code) and self.is_postal(code):
            same = code in self.postal_by_insee[code]
            return CommuneClass.BOTH_SAME if same else CommuneClass.BOTH_DIFFERENT
        if self.is_insee(code):
            return CommuneClass.INSEE
        if self.is_postal(code):
            return CommuneClass.POSTAL
        return CommuneClass.FORMER if code in self.successors_by_former else CommuneClass.UNKNOWN


def _reversed(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Codes]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, code in pairs:
        found[key].add(code)
    return MappingProxyType({key: tuple(sorted(codes)) for key, codes in found.items()})


def read_communes(table: Path) -> CommuneTable:
    """Read a table made by `reference/make_communes.py`."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    cities = {row["part_of"] for row in rows if row["part_of"]}
    return CommuneTable(
        postal_by_insee=MappingProxyType({row["insee"]: tuple(row["postal_codes"].split()) for row in rows}),
        insee_by_postal=_reversed(
            (p, row["insee"]) for row in rows if row["insee"] not in cities for p in row["postal_codes"].split()
        ),
        successors_by_former=_reversed((f, row["insee"]) for row in rows for f in row["former_codes"].split()),
    )


@lru_cache(maxsize=1)
def load_communes() -> CommuneTable:
    """Return the table that comes with the package, read once per process."""
    return read_communes(TABLE)
