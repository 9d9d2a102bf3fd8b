"""The INE that was meant, where one only can have been."""

import re
from collections.abc import Collection, Iterator

from supdata.records.enrolment import Enrolment
from supdata.records.ine import RNIE_LETTERS, Family, family, rnie_key
from supdata.validate.certain_ine import OTHER_FIELDS, ine_in, is_certain, with_zeros

DIGITS = "0123456789"
#: Characters that look alike, or that a reader of scanned papers takes for each other.
LOOKALIKES = str.maketrans("OQILSBZ", "0011582")
#: Letters of other alphabets that a screen shows alike: Cyrillic and Greek.
HOMOGLYPHS = str.maketrans("АВСЕНКМРТХΑΒΕΗΚΜΝΡΤΧΖ", "ABCEHKMPTXABEHKMNPTXZ")
#: A number of the RNIE that lacks its last letter.
_LACKS_A_LETTER = re.compile(r"[0-9]{9}[A-HJK]")
#: A number of the RNIE that lacks one of its digits.
_LACKS_A_DIGIT = re.compile(r"[0-9]{8}[A-HJK]{2}")


def only(candidates: Iterator[str] | Collection[str]) -> str:
    """Return the candidate when all are the same one, "" when there is none or a choice."""
    different = set(candidates)
    return different.pop() if len(different) == 1 else ""


def elsewhere(enrolment: Enrolment) -> str:
    """Return the INE that stands in another column of the row."""
    return only([found for name in OTHER_FIELDS if (found := ine_in(getattr(enrolment, name)))])


def elsewhere_by_shape(enrolment: Enrolment) -> str:
    """Return what stands in another column and is an INE by its shape alone, where the row's own column holds none.

    Four digits, A or D, five digits and a letter are no other number of a school's: these families have no key to ask.
    """
    others = (getattr(enrolment, name).strip().upper() for name in OTHER_FIELDS)
    return only(one for one in others if family(one) in {Family.APPRENTICE, Family.PROVISIONAL})


def zeros_restored(text: str) -> str:
    """Return the INE with its zeros back, unless it may lack something else.

    Not a university number, whose one digit of key fits too often by chance, nor what can be an RNIE number without its last
    letter.
    """
    whole = with_zeros(text)
    other = _LACKS_A_LETTER.fullmatch(text) and _with_its_letters(text)
    return whole if family(whole) in {Family.RNIE, Family.BEA} and not other else ""


def reshaped(text: str) -> str:
    """Return the INE that `text` is but for zeros, dots and dashes, look-alikes, or one character too many or too few."""
    bare = re.sub(r"[\W_]", "", text.removeprefix("INE")).upper().translate(HOMOGLYPHS)
    if _LACKS_A_LETTER.fullmatch(bare) and not with_zeros(bare):
        return _with_its_letters(bare)
    certain = [one for one in _reshapings(bare) if is_certain(one)]
    return zeros_restored(bare) or only(_without_a_double(bare, certain)) or only(certain)


def _without_a_double(bare: str, certain: Collection[str]) -> list[str]:
    """Return those of `certain` that are a character too many short of `bare`, one that repeats its neighbour.

    A key struck twice is a far more common slip than any other character too many.
    """
    doubled = {bare[:place] + bare[place + 1 :] for place in range(1, len(bare)) if bare[place] == bare[place - 1]}
    return [one for one in certain if one in doubled]


def _with_its_letters(text: str) -> str:
    """Return nine digits of the RNIE with their two letters, when the one letter that is there is the first of them."""
    whole = text[:9] + rnie_key(text[:9])
    return whole if whole.startswith(text) else ""


def _reshapings(bare: str) -> Iterator[str]:
    if len(bare) == 11:
        yield bare
        yield from _unmistaken(bare)
    elif len(bare) == 22 and bare[:11] == bare[11:]:
        yield bare[:11]
    elif len(bare) == 12:
        yield from (bare[:place] + bare[place + 1 :] for place in range(12))
    elif _LACKS_A_DIGIT.fullmatch(bare):
        yield from (bare[:place] + digit + bare[place:] for place in range(9) for digit in DIGITS)


def _unmistaken(text: str) -> Iterator[str]:
    """Yield `text` with digits for the letters they look like, where families of digits have them."""
    for width in (9, 10):
        yield text[:width].translate(LOOKALIKES) + text[width:].replace("I", "J")  # no key has an I


def corrected(text: str) -> str:
    """Return the only INE with a right key that is one wrong character, or two neighbours exchanged, away from `text`.

    Two letters of key leave one often enough; one letter never does: among a hundred slips four fit by chance.
    """
    if family(text) is not Family.RNIE:
        return ""
    return only(one for one in (*_exchanged(text), *_replaced(text)) if one != text and is_certain(one))


def _exchanged(text: str) -> Iterator[str]:
    for place in range(10):
        yield text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _replaced(text: str) -> Iterator[str]:
    for place, symbols in enumerate([DIGITS] * 9 + [RNIE_LETTERS] * 2):
        yield from (text[:place] + symbol + text[place + 1 :] for symbol in symbols)


def misspelt(text: str, known: Collection[str]) -> str:
    """Return the one of `known`, the right numbers with the same birth date, that `text` is a slip away from."""
    return only(one for one in known if is_a_slip(text, one))


def is_a_slip(one: str, other: str) -> bool:
    """Whether two numbers of one length differ by one character, or by two neighbours exchanged."""
    places = [place for place in range(len(one)) if one[place] != other[place : place + 1]]
    if len(one) != len(other) or len(places) not in {1, 2}:
        return False
    first, last = places[0], places[-1]
    return first == last or (last == first + 1 and one[first] == other[last] and one[last] == other[first])
