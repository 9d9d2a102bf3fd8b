"""Made student numbers with right keys, which no real student can have.

Each family is given digits that are never issued: RNIE numbers begin with the school year of immatriculation, so 90 to 99 is
free until 2090; BEA numbers begin with the académie, and there is no académie 00; universities number their own students
after a code of theirs, and none is 0ZZZZ.
"""

from random import Random

from supdata.records.ine import BEA_LETTERS, Family, base36_key, bea_key, rnie_key

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def make_ine(family: Family, draw: Random) -> str:
    """Return a made number of `family`: 11 characters, its key right where the family's key is known.

    Raises ValueError for Family.UNKNOWN.
    """
    match family:
        case Family.RNIE:
            return with_rnie_key(f"9{draw.randrange(10**8):08d}")
        case Family.BEA:
            return with_bea_key(f"00{draw.randrange(10, 24):02d}{draw.randrange(10**6):06d}")
        case Family.BASE36:
            order = "".join(draw.choice(ALPHABET) for _ in range(4))
            return with_base36_key(f"0ZZZZ{draw.choice('RSTUV')}{order}")
        case Family.APPRENTICE:
            return f"9{draw.randrange(1000):03d}A{draw.randrange(10**5):05d}{draw.choice(BEA_LETTERS)}"
        case Family.PROVISIONAL:
            return f"9{draw.randrange(1000):03d}D{draw.randrange(10**5):05d}{draw.choice(BEA_LETTERS)}"
        case Family.UNKNOWN:
            raise ValueError("a number of no family cannot be made")


def with_rnie_key(digits: str) -> str:
    """Return the nine `digits` and the two letters that are their key."""
    return digits + rnie_key(digits)


def with_bea_key(digits: str) -> str:
    """Return the ten `digits` and the letter that is their key."""
    return digits + bea_key(digits)


def with_base36_key(characters: str) -> str:
    """Return the ten `characters` and the digit that is their key."""
    return characters + base36_key(characters)
