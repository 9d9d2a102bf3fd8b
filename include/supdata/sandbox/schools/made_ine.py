"""Made student numbers with right keys, which no real student can have.

Each family is given digits that are never issued: RNIE numbers begin with the school year of immatriculation, so 90 to 99 is
free until 2090; BEA numbers begin with the académie, and there is no académie 00; universities number their own students
after a code of theirs, and none is 0ZZZZ.
"""

from enum import StrEnum
from random import Random

from supdata.records.uai import KEY_LETTERS

#: The ten letters that stand for the digits 0 to 9 in the key of an RNIE number.
RNIE_DIGITS = "ABCDEFGHJK"
BASE36_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Family(StrEnum):
    """The shapes a student number comes in."""

    RNIE = "rnie"
    BEA = "bea"
    BASE36 = "base36"
    APPRENTICE = "apprentice"
    PROVISIONAL = "provisional"


def make_ine(family: Family, draw: Random) -> str:
    """Return a made number of `family`: 11 characters, its key right where the family's key is known."""
    match family:
        case Family.RNIE:
            return with_rnie_key(f"9{draw.randrange(10**8):08d}")
        case Family.BEA:
            return with_bea_key(f"00{draw.randrange(10, 24):02d}{draw.randrange(10**6):06d}")
        case Family.BASE36:
            order = "".join(draw.choice(BASE36_DIGITS) for _ in range(4))
            return with_base36_key(f"0ZZZZ{draw.choice('RSTUV')}{order}")
        case Family.APPRENTICE:
            return f"9{draw.randrange(1000):03d}A{draw.randrange(10**5):05d}{draw.choice(KEY_LETTERS)}"
        case Family.PROVISIONAL:
            return f"9{draw.randrange(1000):03d}D{draw.randrange(10**5):05d}{draw.choice(KEY_LETTERS)}"


def with_rnie_key(digits: str) -> str:
    """Return the nine `digits` and their key: 97 minus the number modulo 97, its two digits as letters."""
    key = 97 - int(digits) % 97
    return digits + RNIE_DIGITS[key // 10] + RNIE_DIGITS[key % 10]


def with_bea_key(digits: str) -> str:
    """Return the ten `digits` and their key letter: the number modulo 23."""
    return digits + KEY_LETTERS[int(digits) % 23]


def with_base36_key(text: str) -> str:
    """Return the ten characters and their key digit: the number they write in base 36, modulo 10."""
    return text + str(int(text, 36) % 10)
