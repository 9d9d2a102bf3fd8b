"""An enrolment as far as a read service of the registry can show it: the facts that are compared, and no others."""

from collections.abc import Mapping

import msgspec


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What was declared of one enrolment; `statut` and `regime` are canonical (`inscrit`, `RF2`), "" where not known.

    `commune` is an INSEE or a postal code. Nothing here identifies a student: whom to ask for goes apart.
    """

    uai: str
    start: str
    end: str
    statut: str = ""
    regime: str = ""
    commune: str = ""


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Another declaration that may stand in the registry at the same establishment, student and start.

    An earlier content of the same enrolment, or the same student's enrolment for another diploma: no read service shows
    diplomas, so such a one cannot be told from the one that is looked for. "" where the ledger does not know.
    """

    end: str
    statut: str = ""
    regime: str = ""


def declared_by(body: Mapping[str, str], *, statut: str, regime: str) -> Declared:
    """Return what the wire body `body` declares; `statut` and `regime` as they are before they become the registry's codes."""
    return Declared(
        uai=body.get("uai", ""),
        start=body.get("dateDebutInscription", ""),
        end=body.get("dateFinInscription", ""),
        statut=statut,
        regime=regime,
        commune=body.get("codeCommune", ""),
    )
