"""Repairs that are certain: what spreadsheets and exports put around a value, and letter case where it means nothing."""

import re
from collections.abc import Collection

#: Formula wrapping by which spreadsheets are kept from eating leading zeros: ="0123456789A".
WRAPPED = re.compile(r'="((?:[^"]|"")*)"')
#: What stands around a value and is no part of it: marks that no screen shows, and every blank that Unicode has.
AROUND = (
    "\ufeff\u200b\u200c\u200d\u2060\x00"
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
INE_CHARACTERS = re.compile(r"[0-9A-Z]{11}")
SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return `text` without formula wrapping, and without blanks (no-break spaces too) and invisible marks around it."""
    if text.isalnum():  # nothing but letters and digits: most values
        return text
    trimmed = text.strip(AROUND)
    wrapped = WRAPPED.fullmatch(trimmed) if trimmed.startswith("=") else None
    return wrapped[1].replace('""', '"').strip(AROUND) if wrapped else trimmed


def upper(text: str) -> str:
    """Return a code in upper case; letters outside ASCII are left alone, for some grow into two."""
    return text.upper() if text.isascii() else text


def clean_ine(text: str) -> str:
    """Return an INE in upper case, without the blanks that group its digits if that leaves eleven characters.

    A number of ten characters stays at ten: which zero a spreadsheet ate, or which key was not exported, is a guess.
    """
    if len(text) == 11 and text.isascii() and text.isalnum():  # nearly always
        return text.upper()
    joined = upper(SPACES.sub("", text))
    return joined if INE_CHARACTERS.fullmatch(joined) else upper(text)


def known_word(text: str, words: Collection[str]) -> str:
    """Return the one of `words` that `text` is but for letter case; any other text as it is."""
    return next((word for word in words if word.casefold() == text.casefold()), text)
