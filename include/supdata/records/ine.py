"""INE, a student's national number: its families of shapes, and the key each family carries.

Shapes: the validator of Santé Psy Étudiant (betagouv/sante-psy, 2025-09); API Particulier takes the same five. Keys: BEA and
base 36 as eCandidat checks them (EsupPortail/esup-ecandidat, `MethodUtils`). The RNIE key has no public document: the rule
below was derived from published samples and fits all seven of them, hence a warning where the others reject. How the letter
of apprentices and of provisional numbers enters their key is not known: only their shape is checked.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

BEA_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
RNIE_LETTERS = "ABCDEFGHJK"


class Family(StrEnum):
    """The families of INE; UNKNOWN is anything that has the shape of none."""

    RNIE = "rnie"
    BEA = "bea"
    BASE36 = "base36"
    APPRENTICE = "apprentice"
    PROVISIONAL = "provisional"
    UNKNOWN = "unknown"


#: The shape of each family, upper case, to be matched on the whole text; no text has two of them.
SHAPES: Mapping[Family, str] = MappingProxyType(
    {
        Family.RNIE: "[0-9]{9}[A-HJK]{2}",
        Family.BEA: "[0-9]{10}[A-HJ-NPR-Z]",
        Family.BASE36: "[0-9A-Z]{10}[0-9]",
        Family.APPRENTICE: "[0-9]{4}A[0-9]{5}[A-HJ-NPR-Z]",
        Family.PROVISIONAL: "[0-9]{4}D[0-9]{5}[A-HJ-NPR-Z]",
    }
)

#: What stands where a system insists on a number that nobody has: words, dots and dashes, one character ten times over, and
#: what programs write for a value that is not there (NaN, #N/A, #REF!).
PLACEHOLDER = (
    "(?i:INCONNUE?|AUCUN|N[EÉ]ANT|ABSENT|VIDE|NULL|NAN|<NA>|N/?A|#[A-Z/0]+[!?]?|NC|NR|SANS( INE)?|EN COURS|[EÉ]TRANGER)"
    r"|[-?.0]+|([0-9A-Za-z])\2{9}[0-9A-Za-z]?"
)

_SHAPES = tuple((family, re.compile(shape)) for family, shape in SHAPES.items())
_PLACEHOLDER = re.compile(PLACEHOLDER)


def family(text: str) -> Family:
    """Return the family whose shape the whole of `text` has; case counts, since normalisation gives upper case."""
    return next((name for name, shape in _SHAPES if shape.fullmatch(text)), Family.UNKNOWN)


def bea_key(digits: str) -> str:
    """Return the key letter of the first ten digits of a BEA number: the number modulo 23."""
    return BEA_LETTERS[int(digits) % 23]


def base36_key(characters: str) -> str:
    """Return the key digit of the first ten characters of a university number: its base-36 value modulo 10."""
    return str(int(characters, 36) % 10)


def rnie_key(digits: str) -> str:
    """Return the two key letters of the first nine digits of an RNIE number.

    The key is 97 - n mod 97 (1 to 97), its two decimal digits written with A=0 to K=9, without I.
    """
    tens, units = divmod(97 - int(digits) % 97, 10)
    return RNIE_LETTERS[tens] + RNIE_LETTERS[units]


def has_right_key(text: str) -> bool:
    """Whether the key of `text` is the one its family's rule gives; families without a known rule pass, no family fails."""
    match family(text):
        case Family.RNIE:
            return rnie_key(text[:9]) == text[9:]
        case Family.BEA:
            return bea_key(text[:10]) == text[10]
        case Family.BASE36:
            return base36_key(text[:10]) == text[10]
        case Family.APPRENTICE | Family.PROVISIONAL:
            return True
        case Family.UNKNOWN:
            return False


def is_placeholder(text: str) -> bool:
    """Whether `text` is a word or a filler (0000000000A, INCONNU) put where the number should be."""
    return _PLACEHOLDER.fullmatch(text) is not None
