"""What a commune code says of the two codes the registry's contract mixes up: INSEE (COG) and postal.

3,058 five-digit values are both, nearly always of different communes, and most postal codes cover several communes. So each
of the two codes is filled only when it follows from what was found, or when the institution has told where it stands.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, NamedTuple, Protocol

from supdata.config.models import OwnCommune
from supdata.errors import FixConfig

ColumnHolds = Literal["postal", "insee", "either"]


class CommuneLookup(Protocol):
    """The table of communes, as far as it is needed here."""

    def is_insee(self, code: str, /) -> bool:
        """Whether `code` is the INSEE code of a commune."""

    def is_postal(self, code: str, /) -> bool:
        """Whether `code` is the postal code of a commune."""

    def postal_codes(self, insee: str, /) -> tuple[str, ...]:
        """Return the postal codes of a commune."""

    def insee_codes(self, postal: str, /) -> tuple[str, ...]:
        """Return the INSEE codes of the communes that a postal code covers."""


class CommuneCodes(NamedTuple):
    """Both codes of a commune; "" where it cannot be known."""

    insee: str
    postal: str


def commune_reader(
    communes: CommuneLookup, column_holds: ColumnHolds, own: Sequence[OwnCommune] = ()
) -> Callable[[str], CommuneCodes]:
    """Return the function that completes a code, found in a column that holds postal codes, INSEE codes, or either.

    A code of one of the institution's own communes is that commune's, whatever else it could be.

    Raises FixConfig when the two codes of an own commune do not belong together.
    """
    kinds = {
        "insee": column_holds in {"insee", "either"},
        "postal": column_holds in {"postal", "either"},
    }
    _refuse_strangers(communes, own)

    @cache
    def read(code: str) -> CommuneCodes:
        at_home = {
            CommuneCodes(one.insee, one.postal)
            for one in own
            if (kinds["insee"] and code == one.insee) or (kinds["postal"] and code == one.postal)
        }
        return at_home.pop() if len(at_home) == 1 else from_table(code)

    def from_table(code: str) -> CommuneCodes:
        readings = []
        if kinds["insee"] and communes.is_insee(code):
            readings.append(CommuneCodes(code, _only(communes.postal_codes(code))))
        if kinds["postal"] and communes.is_postal(code):
            readings.append(CommuneCodes(_only(communes.insee_codes(code)), code))
        insee = _only(tuple({reading.insee for reading in readings}))
        if kinds["postal"] and insee and code in communes.postal_codes(insee):
            return CommuneCodes(insee, code)  # right by either reading, were there other postal codes or not
        return CommuneCodes(insee, _only(tuple({reading.postal for reading in readings})))

    return read


def _refuse_strangers(communes: CommuneLookup, own: Sequence[OwnCommune]) -> None:
    for one in own:
        if one.postal not in communes.postal_codes(one.insee):
            found = f"{one.postal} is no postal code of the commune {one.insee}"
            raise FixConfig("Reading `commune.own`", found, "Give a commune's INSEE code and one of its postal codes.")


def _only(codes: tuple[str, ...]) -> str:
    """Return the code when there is no other; choosing among several would be a guess."""
    return codes[0] if len(codes) == 1 else ""
