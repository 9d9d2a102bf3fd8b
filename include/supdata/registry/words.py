"""The registry's own words, without what must not leave the wire: its error bodies echo INE, birth date and key."""

import re
from collections.abc import Collection, Mapping

REMOVED = "[…]"
#: Long enough for any sentence of the registry, short enough for a cell of the registrar's table.
LONGEST = 300

#: Never kept, whoever it belongs to: what follows « token » or « clé », dates in any order, and what is long and holds digits.
_KEYS = re.compile(r"(\b(?:token|jeton|clé|key)\b\W{0,3})\S*\d\S*", re.IGNORECASE)
_ANYONES = re.compile(r"\d{4}\D\d{1,2}\D\d{1,2}|\d{1,2}\D\d{1,2}\D\d{4}|(?=\w*\d)\w{9,}")
_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def clean_words(text: str, *, sent: Mapping[str, str], secrets: Collection[str] = ()) -> str:
    """Return `text` on one line, cut to 300 characters, with INE, birth dates and keys replaced by `[…]`.

    Those of `sent` and the `secrets` are found however they are spaced or cased; anything that merely looks like an INE, a
    date or a key goes too. A UAI stays: which establishment is unknown is what the registrar needs to read.
    """
    text = " ".join(_CONTROLS.sub(" ", text).split())
    for value in (*secrets, *_personal(sent)):
        text = _spelled(value).sub(REMOVED, text)
    text = _ANYONES.sub(REMOVED, _KEYS.sub(rf"\1{REMOVED}", text))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _personal(sent: Mapping[str, str]) -> list[str]:
    """Return what identifies the student: the INE, and the birth date in the orders a person may write it."""
    birth = sent.get("dateNaissance", "")
    written = [birth, "".join(reversed(re.split(r"\D", birth)))] if birth else []
    return [value for value in (sent.get("ine", ""), *written) if value]


def _spelled(value: str) -> re.Pattern[str]:
    """Match `value` in either case, with any spaces or punctuation between its characters and none of its own."""
    characters = [re.escape(one) for one in value if one.isalnum()] or [re.escape(value)]
    return re.compile(r"[\W_]*".join(characters), re.IGNORECASE)
