"""Mistakes in the student number.

Only what can have been meant by one number alone should be suggested: a wrong character in a number with a key of one letter or
digit leaves several numbers that fit, and ten digits may have lost a zero in front, a letter or a digit at the end.
"""

from random import Random

from benchmarks.corpus import Lot, Values
from benchmarks.kinds import Change, Ending, Fits, Kind, Make, change, copied, drawn, put
from supdata.records.ine import BEA_LETTERS, RNIE_LETTERS, Family, family, has_right_key
from supdata.sandbox.schools.made_ine import ALPHABET, make_ine

DIGITS = "0123456789"
FORMAT, PLACEHOLDER, ABSENT = ("INE-FORMAT",), ("INE-PLACEHOLDER",), ("INE-ABSENT",)
FLOAT = ("INE-FLOAT",)
#: Ten digits may have lost a zero in front or a letter at the end: then no more can be said than that the shape is wrong.
LOST = ("INE-LOST-ZERO", "INE-FORMAT")
#: The value found in the other column is an INE only where its key says so: a family without a known key says nothing.
ELSEWHERE_RULES = ("INE-ELSEWHERE", "INE-FORMAT")
KEYS = {Family.BEA: ("INE-KEY-BEA",), Family.BASE36: ("INE-KEY-BASE36",), Family.RNIE: ("INE-KEY-RNIE",)}
#: What is true besides where many students are given one number that has the shape of a family.
SHARED = ("INE-TWO-BIRTHS", "KEY-CONFLICT")
#: The families whose key is computed: where only one reading of a damaged number fits, that is the number.
KEYED = tuple(KEYS)


def of(*families: Family) -> Fits:
    """Return the condition that the row's number is of one of `families`."""
    return lambda row, _: family(row["ine"]) in families


def _both(*conditions: Fits) -> Fits:
    return lambda row, lot: all(condition(row, lot) for condition in conditions)


def _shown_by(by: Change, *families: Family) -> Fits:
    """Return the condition that a change shows in the key: it gives another number, of the same family, with a wrong key."""

    def fits(row: Values, _: Lot) -> bool:
        wrong = by(row["ine"])
        return family(row["ine"]) in families and family(wrong) is family(row["ine"]) and not has_right_key(wrong)

    return fits


def _next_of(symbols: str) -> Change:
    return lambda text: text[:-1] + symbols[(symbols.index(text[-1]) + 1) % len(symbols)]


def _swapped(place: int) -> Change:
    return lambda text: text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _other(place: int, by: int, symbols: str = DIGITS) -> Change:
    """Change the character at `place` into the one `by` further in `symbols`; a character not of these stays."""

    def turned(text: str) -> str:
        if text[place] not in symbols:
            return text
        return text[:place] + symbols[(symbols.index(text[place]) + by) % len(symbols)] + text[place + 1 :]

    return turned


def _scientific(ine: str) -> str:
    return f"{int(ine[:10]):.4E}".replace(".", ",")


def _filler(text: str) -> Make:
    return put(ine=text)


def _like(figures: str, letters: str) -> Change:
    """Replace the last of `figures` in the first nine characters by the letter it is mistaken for."""
    pairs = dict(zip(figures, letters, strict=True))

    def mistaken(ine: str) -> str:
        place = max((i for i in range(9) if ine[i] in pairs), default=-1)
        return ine if place < 0 else ine[:place] + pairs[ine[place]] + ine[place + 1 :]

    return mistaken


def _provisional(row: Values, draw: Random) -> tuple[Values, ...]:
    return (row | {"ine": make_ine(Family.PROVISIONAL, draw)},)


def _new(name: Family) -> Make:
    return lambda row, draw: (row | {"ine": make_ine(name, draw)},)


def _changes(by: Change) -> Fits:
    return lambda row, _: by(row["ine"]) != row["ine"]


REJECTED, WARNED, VALID = Ending.REJECTED, Ending.WARNED, Ending.VALID
RNIE, BEA, BASE36, APPRENTICE = Family.RNIE, Family.BEA, Family.BASE36, Family.APPRENTICE
INE = ("ine",)

ABSENCES = (
    Kind("ine_absent", "a newcomer not registered yet", put(ine=""), REJECTED, ABSENT),
    Kind("ine_blank", "blanks and a no-break space", put(ine=" \u00a0 "), REJECTED, ABSENT),
    Kind("ine_word_unknown", "typed to get past a form", _filler("INCONNU"), REJECTED, PLACEHOLDER),
    Kind("ine_word_in_progress", "typed while waiting for INES", _filler("EN COURS"), REJECTED, PLACEHOLDER),
    Kind("ine_word_null", "a database's NULL written out", _filler("NULL"), REJECTED, PLACEHOLDER),
    Kind("ine_not_a_number", "NaN, written by a data-frame library", _filler("nan"), REJECTED, PLACEHOLDER),
    Kind("ine_excel_error", "a failed look-up formula", _filler("#N/A"), REJECTED, PLACEHOLDER),
    Kind("ine_zeros", "a filler", _filler("00000000000"), REJECTED, PLACEHOLDER),
    Kind("ine_nines", "a filler with a letter", _filler("9999999999Z"), REJECTED, PLACEHOLDER),
    Kind("ine_dashes", "a filler", _filler("-----------"), REJECTED, PLACEHOLDER),
    Kind("ine_crosses", "a filler", _filler("XXXXXXXXXXX"), REJECTED, PLACEHOLDER),
    Kind("ine_count_up", "a filler", _filler("1234567890A"), REJECTED, ("INE-PLACEHOLDER", "INE-KEY-BEA"), SHARED),
)

ELSEWHERE = (
    Kind("ine_is_student_number", "the wrong column was mapped", copied(ine="sisId"), REJECTED, FORMAT),
    Kind(
        "ine_and_student_number_swapped",
        "two columns changed places",
        copied(ine="sisId", sisId="ine"),
        REJECTED,
        ELSEWHERE_RULES,
        suggests=INE,
    ),
    Kind(
        "ine_and_birth_swapped",
        "two columns changed places",
        copied(ine="dateNaissance", dateNaissance="ine"),
        REJECTED,
        ELSEWHERE_RULES,
        beside=("BIRTH-REAL",),
        suggests=("ine", "dateNaissance"),
    ),
    Kind(
        "ine_and_diploma_swapped",
        "two columns changed places",
        copied(ine="diplome", diplome="ine"),
        REJECTED,
        ELSEWHERE_RULES,
        suggests=INE,
        fits=lambda row, _: len(row["diplome"]) == 7,
    ),
    Kind("ine_is_social_number", "thirteen digits of the NIR", _filler("2040375056789"), REJECTED, FORMAT),
    Kind("ine_is_telephone", "ten digits", _filler("0612345678"), REJECTED, FORMAT),
    Kind(
        "ine_is_telephone_abroad",
        "eleven digits have the shape of a university number; the key tells",
        _filler("33612345678"),
        REJECTED,
        ("INE-KEY-BASE36",),
        beside=SHARED,
    ),
    Kind("ine_is_email", "the wrong column was mapped", _filler("eleve@essai.example"), REJECTED, FORMAT),
    Kind("ine_is_name", "the wrong column was mapped", _filler("Martin Dupont"), REJECTED, FORMAT),
)

SPREADSHEETS = (
    Kind(
        "ine_lost_one_zero",
        "a spreadsheet dropped the zero in front",
        change("ine", lambda ine: ine[1:]),
        REJECTED,
        LOST,
        suggests=INE,
        fits=lambda row, _: row["ine"].startswith("0") and family(row["ine"]) is BEA,
    ),
    Kind(
        "ine_lost_two_zeros",
        "the ten characters are a number in the school's system",
        change("ine", lambda ine: ine[2:]),
        REJECTED,
        LOST,
        suggests=INE,
        fits=lambda row, _: row["ine"].startswith("00") and family(row["ine"]) is BEA,
    ),
    Kind(
        "ine_base36_lost_zero",
        "a spreadsheet dropped the zero in front; one digit of key does not prove it",
        change("ine", lambda ine: ine[1:]),
        REJECTED,
        LOST,
        fits=lambda row, _: row["ine"].startswith("0") and family(row["ine"]) is BASE36,
    ),
    Kind(
        "ine_as_float",
        "a column of digits read as decimal numbers",
        change("ine", lambda ine: f"{int(ine)}.0"),
        REJECTED,
        FLOAT,
        fits=lambda row, _: row["ine"].isdigit(),
    ),
    Kind("ine_scientific", "a spreadsheet's notation", change("ine", _scientific), REJECTED, FLOAT, fits=of(BEA)),
    Kind(
        "ine_scientific_of_letters",
        "12345E6789 taken for a power of ten",
        _filler("1,2345E+6793"),
        REJECTED,
        FLOAT,
    ),
    Kind("ine_apostrophe", "a spreadsheet's mark of text", change("ine", "'{}".format), REJECTED, FORMAT, suggests=INE),
    Kind("ine_formula", "written so that a spreadsheet keeps its zeros", change("ine", '="{}"'.format), VALID),
    Kind("ine_lower_case", "typed by hand", change("ine", str.lower), VALID, fits=_changes(str.lower)),
    Kind("ine_blanks_around", "pasted from a web page", change("ine", " {}\u00a0".format), VALID),
    Kind("ine_blanks_inside", "grouped to be read aloud", change("ine", lambda n: f"{n[:4]} {n[4:7]} {n[7:]}"), VALID),
    Kind(
        "ine_hyphens_inside",
        "grouped to be read aloud",
        change("ine", lambda n: f"{n[:4]}-{n[4:7]}-{n[7:]}"),
        REJECTED,
        FORMAT,
        suggests=INE,
    ),
    Kind("ine_label_before", "copied with its label", change("ine", "INE: {}".format), REJECTED, FORMAT, suggests=INE),
)

CUT = (
    Kind(
        "ine_key_not_exported",
        "Apogée keeps it in a column of its own",
        change("ine", lambda ine: ine[:10]),
        REJECTED,
        LOST,
        fits=of(BEA, BASE36),
    ),
    Kind(
        "ine_last_letter_lost",
        "a field of ten characters, split as for the other families",
        change("ine", lambda ine: ine[:10]),
        REJECTED,
        LOST,
        suggests=INE,
        fits=of(RNIE),
    ),
    Kind("ine_both_letters_lost", "the digits alone", change("ine", lambda i: i[:9]), REJECTED, FORMAT, fits=of(RNIE)),
    Kind(
        "ine_character_missing",
        "typed by hand",
        change("ine", lambda ine: ine[:5] + ine[6:]),
        REJECTED,
        LOST,
        fits=of(*KEYED),
    ),
    Kind(
        "ine_character_doubled",
        "typed by hand",
        change("ine", lambda ine: ine[:5] + ine[4:]),
        REJECTED,
        FORMAT,
        suggests=INE,
        fits=of(*KEYED),
    ),
    Kind("ine_key_doubled", "key joined twice", change("ine", lambda i: i + i[-1]), REJECTED, FORMAT, (), INE, fits=of(*KEYED)),
    Kind("ine_twice", "two columns joined that hold the same", change("ine", lambda i: i + i), REJECTED, FORMAT, (), INE),
    Kind(
        "ine_letter_for_digit",
        "O for 0, I for 1, S for 5, B for 8",
        change("ine", _like("0158", "OISB")),
        REJECTED,
        FORMAT,
        suggests=INE,
        fits=_both(of(RNIE, BEA), _changes(_like("0158", "OISB"))),
    ),
    Kind(
        "ine_cyrillic_letter",
        "copied from a text in another alphabet",
        change("ine", lambda ine: ine[:10] + ine[10].translate({65: 0x410, 69: 0x415, 66: 0x412, 67: 0x421, 72: 0x41D})),
        REJECTED,
        FORMAT,
        suggests=INE,
        fits=lambda row, _: row["ine"][10] in "AEBCH",
    ),
    Kind(
        "ine_rnie_letter_i",
        "I for J, a letter no key has",
        change("ine", lambda ine: ine.replace("J", "I")),
        REJECTED,
        FORMAT,
        suggests=INE,
        fits=lambda row, _: family(row["ine"]) is RNIE and "J" in row["ine"],
    ),
)

TYPED = (
    Kind(
        "ine_bea_wrong_letter",
        "typed by hand",
        change("ine", _next_of(BEA_LETTERS)),
        REJECTED,
        KEYS[BEA],
        fits=of(BEA),
    ),
    Kind("ine_bea_wrong_digit", "typed by hand", change("ine", _other(6, 3)), REJECTED, KEYS[BEA], fits=of(BEA)),
    Kind(
        "ine_bea_transposed",
        "typed by hand",
        change("ine", _swapped(6)),
        REJECTED,
        KEYS[BEA],
        fits=_shown_by(_swapped(6), BEA),
    ),
    Kind(
        "ine_rnie_wrong_letter",
        "typed by hand",
        change("ine", _next_of(RNIE_LETTERS)),
        WARNED,
        KEYS[RNIE],
        fits=of(RNIE),
    ),
    Kind("ine_rnie_wrong_digit", "typed by hand", change("ine", _other(4, 7)), WARNED, KEYS[RNIE], fits=of(RNIE)),
    Kind(
        "ine_rnie_transposed",
        "typed by hand",
        change("ine", _swapped(3)),
        WARNED,
        KEYS[RNIE],
        fits=_shown_by(_swapped(3), RNIE),
    ),
    Kind(
        "ine_rnie_letters_transposed",
        "typed by hand",
        change("ine", _swapped(9)),
        WARNED,
        KEYS[RNIE],
        fits=_shown_by(_swapped(9), RNIE),
    ),
    Kind(
        "ine_base36_wrong_digit_key",
        "typed by hand",
        change("ine", _next_of(DIGITS)),
        REJECTED,
        KEYS[BASE36],
        fits=of(BASE36),
    ),
    Kind(
        "ine_base36_wrong_character",
        "typed by hand",
        change("ine", _other(8, 3, ALPHABET)),
        REJECTED,
        KEYS[BASE36],
        fits=_shown_by(_other(8, 3, ALPHABET), BASE36),
    ),
    Kind(
        "ine_base36_zero_for_o",
        "the letter O read as a zero",
        change("ine", lambda ine: ine.replace("O", "0")),
        REJECTED,
        KEYS[BASE36],
        fits=_shown_by(lambda ine: ine.replace("O", "0"), BASE36),
    ),
    Kind(
        "ine_base36_transposed_at_the_key",
        "typed by hand",
        change("ine", _swapped(9)),
        REJECTED,
        KEYS[BASE36],
        fits=_shown_by(_swapped(9), BASE36),
    ),
    Kind("ine_provisional", "a student from abroad", _provisional, Ending.HELD, ("INE-PROVISIONAL",), fits=of(*KEYED)),
)

UNSEEN = (
    Kind(
        "ine_base36_transposed",
        "typed by hand",
        change("ine", _swapped(7)),
        Ending.UNSEEN,
        fits=lambda row, _: family(row["ine"]) is BASE36 and row["ine"][7] != row["ine"][8],
        why="the key weighs the first nine characters alike: their order does not enter it",
    ),
    Kind(
        "ine_base36_same_key",
        "typed by hand: a character five further",
        change("ine", _other(8, 5, ALPHABET)),
        Ending.UNSEEN,
        fits=lambda row, _: family(row["ine"]) is BASE36 and row["ine"][8] in ALPHABET[:31],
        why="the key is a value modulo 10 that counts each character six times: five more is thirty more",
    ),
    Kind(
        "ine_apprentice_wrong_letter",
        "typed by hand",
        drawn("ine", lambda ine, draw: ine[:-1] + draw.choice(BEA_LETTERS.replace(ine[-1], ""))),
        Ending.UNSEEN,
        fits=of(APPRENTICE),
        why="how the letter A enters the key is not public: only the shape is checked",
    ),
    Kind(
        "ine_of_somebody_else",
        "the file of another student was taken",
        _new(RNIE),
        Ending.UNSEEN,
        why="a right number of a student who is not in the file: the registry answers 404",
    ),
)

INE_KINDS = (*ABSENCES, *ELSEWHERE, *SPREADSHEETS, *CUT, *TYPED, *UNSEEN)
