"""Texts that certainly are one student's number: of a family whose key is known, with the right key, and no filler."""

import re

from supdata.records.ine import Family, family, has_right_key, is_placeholder

KEYED = frozenset({Family.RNIE, Family.BEA, Family.BASE36})
#: Other fields that a school maps, where a number has been seen to slip into.
OTHER_FIELDS = ("sisId", "diplome", "niveauDiplome", "codeCommune", "dateNaissance", "cursus", "uai")

_SHORT = re.compile(r"[0-9A-Z]{6,10}", re.ASCII)


def is_certain(text: str) -> bool:
    """Whether the key of `text` speaks for it."""
    return family(text) in KEYED and has_right_key(text) and not is_placeholder(text)


def with_zeros(text: str) -> str:
    """Return the INE that `text` was before a spreadsheet took its zeros, "" when that cannot be said.

    The key must fit, since a number may also have lost a character elsewhere. Digits alone are not taken for one: ten of them
    are a BEA number without its letter just as well, and one in ten fits the key of a university number by chance.
    """
    if not _SHORT.fullmatch(text) or text.isdigit():
        return ""
    whole = text.zfill(11)
    return whole if is_certain(whole) else ""


def ine_in(text: str) -> str:
    """Return the INE that `text` certainly is, by its key, or ""; digits alone are not taken for one: MEF codes have eleven."""
    one = re.sub(r"\s", "", text).upper()
    return one if is_certain(one) and not one.isdigit() else ""
