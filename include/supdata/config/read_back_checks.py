"""What the types of a read connection cannot say: whose data it is for."""

from collections.abc import Iterator

from supdata.config.document import Document, Path
from supdata.config.faults import Fault

SIRET_DIGITS = 14
#: La Poste's offices share its SIREN and have keys of another kind (INSEE): the sum of their digits divides by 5.
LA_POSTE = "356000000"


def check_read_back(document: Document) -> Iterator[Fault]:
    """Yield what is wrong with `registry.read.recipient`: missing where it is needed, idle elsewhere, or no SIRET."""
    path: Path = ("registry", "read")
    kind, recipient = document.at(*path, "kind"), document.at(*path, "recipient")
    if kind == "api-particulier-v3" and not recipient:
        yield document.fault((*path, "kind"), "needs `recipient` beside it, the SIRET of the administration that reads")
    elif kind == "supdata" and recipient:
        yield document.fault((*path, "recipient"), "is API Particulier's: `supdata` asks for none")
    elif isinstance(recipient, str) and recipient and not is_siret(recipient.strip()):
        yield document.fault((*path, "recipient"), "must be a SIRET: 14 digits, of which the last is a key")


def is_siret(text: str) -> bool:
    """Whether `text` is a SIRET with a right key (Luhn's, as INSEE describes it)."""
    if len(text) != SIRET_DIGITS or not (text.isascii() and text.isdigit()):
        return False
    digits = [int(one) for one in text]
    if text.startswith(LA_POSTE) and sum(digits) % 5 == 0:
        return True
    doubled = [2 * one if place % 2 == 0 else one for place, one in enumerate(digits)]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
