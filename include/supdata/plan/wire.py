"""The body the registry receives for one enrolment (contract `BodySchema`, v4: every value is a string)."""

from collections.abc import Mapping
from typing import Any

from supdata.config.models import Institution
from supdata.errors import CallUs
from supdata.ledger.fingerprint import Fingerprint
from supdata.records.enrolment import Enrolment
from supdata.records.shipment import Planned
from supdata.records.states import Action

#: Not sent when empty: the contract describes them as "par défaut : non renseigné".
OPTIONAL = ("cursus", "diplome", "niveauDiplome")


def make_body(enrolment: Enrolment, institution: Institution) -> dict[str, str]:
    """Return the wire body of a valid enrolment, in the institution's codes.

    Raises CallUs when a field has no wire form: the rules should have rejected the row.
    """
    codes = institution.registry.codes
    commune = enrolment.communePostal if institution.commune.emit == "postal" else enrolment.communeInsee
    body = {
        "ine": enrolment.ine,
        "dateNaissance": enrolment.dateNaissance,
        "dateDebutInscription": enrolment.dateDebutInscription,
        "dateFinInscription": enrolment.dateFinInscription,
        "statut": _code(codes.statut, enrolment.statut),
        "regime": _code(codes.regime, enrolment.regime),
        "codeCommune": commune,
        "uai": enrolment.uai,
    }
    for name, value in body.items():
        if not value:
            raise CallUs(
                f"Writing row {enrolment.row} of {enrolment.source} for the registry",
                f"`{name}` has no wire form, though the row was judged valid",
                "Keep the run folder and report it: a rule is missing.",
            )
    return body | {name: value for name in OPTIONAL if (value := getattr(enrolment, name))}


def as_planned(
    enrolment: Enrolment, key: str, institution: Institution, fingerprint: Fingerprint, action: Action, *, content: str = ""
) -> Planned:
    """Return the record by which a valid enrolment, of the ledger key `key`, is declared; raises what `make_body` raises.

    `content` is that of its body where it is known already.
    """
    body = make_body(enrolment, institution)
    return Planned(
        source=enrolment.source,
        row=enrolment.row,
        sisId=enrolment.sisId,
        key=key,
        content=content or fingerprint.content(body),
        action=action,
        body=body,
        birth=fingerprint.birth(key, enrolment.dateNaissance),
        statut=enrolment.statut,
        regime=enrolment.regime,
    )


def _code(codes: Mapping[Any, str], value: str) -> str:
    """Return the code of a canonical value, "" when there is none."""
    return codes.get(value, "")
