"""What a body of `POST /api/inscription` must look like before the registry looks anybody up.

The contract names no required field and publishes neither codes nor lengths. Taken as required: the seven fields that an
acceptance repeats. Codes: the defaults of institution files. `inscrit` after `admis`, or the same call twice, is a new row.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from supdata.config.models import WireCodes

REQUIRED = ("ine", "dateNaissance", "dateDebutInscription", "dateFinInscription", "statut", "codeCommune", "uai")
OPTIONAL = ("regime", "cursus", "diplome", "niveauDiplome")
FIELDS = REQUIRED + OPTIONAL
STATUTS: Mapping[str, str] = {code: label for label, code in WireCodes().statut.items()}
REGIMES: Mapping[str, str] = {code: name for name, code in WireCodes().regime.items()}

#: The contract's own example, typing error included.
INE_FAULT = "le format ode l' INE n'est pas valide"


@dataclass(frozen=True)
class Declaration:
    """A body in good form: the text of each field, "" where an optional one is not given."""

    values: Mapping[str, str]

    @property
    def student(self) -> tuple[str, date]:
        """INE in upper case and birth date: by exactly this pair the directory finds a student."""
        return self.values["ine"].upper(), date.fromisoformat(self.values["dateNaissance"])

    @property
    def uai(self) -> str:
        """The establishment declared for."""
        return self.values["uai"]


def read_declaration(body: bytes) -> Declaration | str:
    """Return the declaration in `body`, or the words that name its first fault."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "le corps de la requête n'est pas du JSON"
    if not isinstance(document, dict):
        return "le corps de la requête n'est pas un objet JSON"
    values = {name: document.get(name, "") for name in FIELDS}
    fault = next((words for name, value in values.items() if (words := _fault(name, value))), "") or _order_fault(values)
    return fault or Declaration(values)


def _fault(name: str, value: object) -> str:
    if not isinstance(value, str):
        return f"le paramètre {name} n'est pas une chaîne de caractères"
    if not value and name in OPTIONAL:
        return ""
    if not value:
        return f"le paramètre {name} est absent"
    if FORMS[name](value):
        return ""
    return INE_FAULT if name == "ine" else f"le format du paramètre {name} n'est pas valide"


def _order_fault(values: Mapping[str, str]) -> str:
    in_order = values["dateDebutInscription"] <= values["dateFinInscription"]
    return "" if in_order else "dateFinInscription est antérieure à dateDebutInscription"


def _shaped(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def _is_date(value: str) -> bool:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


#: INE: the form that the read API takes. No key is checked: the directory decides.
FORMS: Mapping[str, Callable[[str], bool]] = {
    "ine": _shaped("[0-9A-Za-z]{11}"),
    "dateNaissance": _is_date,
    "dateDebutInscription": _is_date,
    "dateFinInscription": _is_date,
    "statut": STATUTS.__contains__,
    "regime": REGIMES.__contains__,
    "codeCommune": _shaped("[0-9][0-9AB][0-9]{3}"),
    "uai": _shaped("[0-9]{7}[A-Za-z]"),
    "cursus": _shaped("[LMD]"),
    "diplome": _shaped("[0-9A-Za-z]{1,20}"),
    "niveauDiplome": _shaped("[0-9A-Za-z]{1,2}"),
}
