"""UAI, the code of an establishment: seven digits and their key letter.

Source: SIFA instructions (23 letters, without I, O and Q); the key is the number modulo 23. A right key does not prove that
the establishment exists: the registry answers 404 for that.
"""

import re

KEY_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
SHAPE = re.compile(r"\d{7}[A-HJ-NPR-Z]")


def uai_key(digits: str) -> str:
    """Return the key letter of the seven `digits`."""
    return KEY_LETTERS[int(digits) % 23]


def is_valid_uai(text: str) -> bool:
    """Whether `text` is seven ASCII digits and the letter that belongs to them."""
    return text.isascii() and SHAPE.fullmatch(text) is not None and uai_key(text[:7]) == text[7]
