"""Repairs that are certain: what spreadsheets and exports put around a value, and letter case where it means nothing."""

import re
from collections.abc import Collection

#: Formula wrapping by which spreadsheets are kept from eating leading zeros: ="0123456789A".
WRAPPED = re.compile(r'="((?:[^"]|"")*)"')
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\x00"  # marks that no screen shows
INE_CHARACTERS = re.compile(r"[0-9A-Z]{11}")
SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return `text` without formula wrapping, and without blanks (no-break spaces too) and invisible marks around it."""
    trimmed = _trim(text)
    wrapped = WRAPPED.fullmatch(trimmed)
    return _trim(wrapped[1].replace('""', '"')) if wrapped else trimmed


def upper(text: str) -> str:
    """Return a code in upper case; letters outside ASCII are left alone, for some grow into two."""
    return text.upper() if text.isascii() else text


def clean_ine(text: str) -> str:
    """Return an INE in upper case, without the blanks that group its digits if that leaves eleven characters.

    A number of ten characters stays at ten: which zero a spreadsheet ate, or which key was not exported, is a guess.
    """
    joined = upper(SPACES.sub("", text))
    return joined if INE_CHARACTERS.fullmatch(joined) else upper(text)


def known_word(text: str, words: Collection[str]) -> str:
    """Return the one of `words` that `text` is but for letter case; any other text as it is."""
    return next((word for word in words if word.casefold() == text.casefold()), text)


def _trim(text: str) -> str:
    previous = None
    while text != previous:  # a mark may stand between blanks
        previous, text = text, text.strip().strip(INVISIBLE)
    return text
