"""The mistakes real exports have, each with a name, how it arises, the rule that must name it and how its lines must end.

How often each is made is written beside each school, in `profiles`. Sources: what export tools and spreadsheets are known to do
to student numbers and dates, and what the registry's contract says it refuses.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from supdata.records.ine import BEA_LETTERS, RNIE_LETTERS, Family
from supdata.records.uai import KEY_LETTERS
from supdata.sandbox.schools.entries import Damage, Ending, Entry, Site
from supdata.sandbox.schools.made_ine import make_ine

Make = Callable[[Entry, Random], tuple[Entry, ...]]
DIGITS = "0123456789"
NO_BREAK_SPACE = "\u00a0"
#: A real-looking establishment with a right key, which none of the three schools may declare for.
SOMEBODY_ELSE = "0332870R"


@dataclass(frozen=True)
class Mistake:
    """One kind of mistake.

    `make` turns a right entry into the lines the school serves instead; `endings` says how each of them must end, in order.
    `rules` are the rules that must name it, none where no rule can know. `fits` says which entries it can befall.
    `in_directory` is False when the national directory does not know the student either.
    """

    name: str
    arises: str
    make: Make
    endings: tuple[Ending, ...]
    rules: tuple[str, ...] = ()
    fits: Callable[[Entry], bool] = lambda _: True
    in_directory: bool = True


def _of(family: Family) -> Callable[[Entry], bool]:
    return lambda entry: entry.student.family is family


def _born_on_a_day_that_reads_as_a_month(entry: Entry) -> bool:
    return entry.student.birth.day <= 12 and entry.student.birth.day != entry.student.birth.month


def _changed(**changes: str | Site | Damage) -> Make:
    return lambda entry, _: (replace(entry, **changes),)  # type: ignore[arg-type]  # fields are named where it is called


def _ine(change: Callable[[str], str]) -> Make:
    return lambda entry, _: (replace(entry, ine=change(entry.ine)),)


def _birth(change: Callable[[date], str]) -> Make:
    return lambda entry, _: (replace(entry, birth=change(entry.student.birth)),)


def _next_of(symbols: str) -> Callable[[str], str]:
    """Change the last character into the one that follows it in `symbols`: always another one."""
    return lambda text: text[:-1] + symbols[(symbols.index(text[-1]) + 1) % len(symbols)]


def _as_number(ine: str) -> str:
    return f"{int(ine[:10]):.4E}".replace(".", ",") + ine[10:]


def _provisional(entry: Entry, draw: Random) -> tuple[Entry, ...]:
    return (replace(entry, ine=make_ine(Family.PROVISIONAL, draw)),)


def _other_uai_key(entry: Entry, _: Random) -> tuple[Entry, ...]:
    return (replace(entry, uai=_next_of(KEY_LETTERS)(entry.uai)),)


def _twice(entry: Entry, _: Random) -> tuple[Entry, ...]:
    return (entry, entry)


def _two_regimes(entry: Entry, _: Random) -> tuple[Entry, ...]:
    return (entry, replace(entry, regime="RF2" if entry.regime == "RF4" else "RF4"))


def _two_files(entry: Entry, _: Random) -> tuple[Entry, ...]:
    """A student whose file was opened twice: another number in the school's system, another birth date."""
    born = entry.student.birth
    again = replace(
        entry, number=entry.number + 500_000, birth=born.replace(year=born.year - 1, day=min(born.day, 28)).isoformat()
    )
    return (entry, again)


def _misspelt_twin(entry: Entry, _: Random) -> tuple[Entry, ...]:
    """A student whose file was opened twice, the second time with a slip in the number."""
    letters = RNIE_LETTERS if entry.student.family is Family.RNIE else BEA_LETTERS
    return (entry, replace(entry, number=entry.number + 500_000, ine=_next_of(letters)(entry.ine)))


def _two_diplomas(entry: Entry, _: Random) -> tuple[Entry, ...]:
    return (entry, replace(entry, diploma=_next_of(DIGITS)(entry.diploma)))


ONE_REJECTED = (Ending.REJECTED,)
ONE_ACCEPTED = (Ending.ACCEPTED,)
ONE_UNKNOWN = (Ending.UNKNOWN_STUDENT,)
ONE_UNREADABLE = (Ending.UNREADABLE,)

MENDED = (
    Mistake("ine_in_lower_case", "typed by hand", _ine(str.lower), ONE_ACCEPTED),
    Mistake(
        "ine_between_spaces",
        "pasted from a web page, with its no-break space",
        _ine(lambda ine: f" {ine}{NO_BREAK_SPACE}"),
        ONE_ACCEPTED,
    ),
    Mistake("ine_as_formula", "written so that a spreadsheet keeps its zeros", _ine(lambda ine: f'="{ine}"'), ONE_ACCEPTED),
    Mistake(
        "birth_with_time",
        "midnight in Paris, which is the day before in UTC",
        _birth(lambda born: f"{born.isoformat()}T00:00:00+01:00"),
        ONE_ACCEPTED,
    ),
    Mistake("two_diplomas", "no mistake: one student, two diplomas, two enrolments", _two_diplomas, ONE_ACCEPTED * 2),
)

REJECTED = (
    Mistake("ine_absent", "a newcomer not registered yet", _ine(lambda _: ""), ONE_REJECTED, ("INE-ABSENT",)),
    Mistake(
        "ine_lost_zeros",
        "opened and saved in a spreadsheet, which drops zeros in front",
        _ine(lambda ine: ine.lstrip("0")),
        ONE_REJECTED,
        ("INE-LOST-ZERO",),
        fits=_of(Family.BEA),
    ),
    Mistake(
        "ine_as_number",
        "a spreadsheet's scientific notation",
        _ine(_as_number),
        ONE_REJECTED,
        ("INE-FLOAT",),
        fits=_of(Family.BEA),
    ),
    Mistake("ine_bea_wrong_key", "typed by hand", _ine(_next_of(BEA_LETTERS)), ONE_REJECTED, ("INE-KEY-BEA",), _of(Family.BEA)),
    Mistake(
        "ine_base36_wrong_key",
        "typed by hand",
        _ine(_next_of(DIGITS)),
        ONE_REJECTED,
        ("INE-KEY-BASE36",),
        _of(Family.BASE36),
    ),
    Mistake("ine_placeholder", "typed to get past a form", _ine(lambda _: "0000000000A"), ONE_REJECTED, ("INE-PLACEHOLDER",)),
    Mistake("birth_default", "left as the form had it", _birth(lambda _: "1900-01-01"), ONE_REJECTED, ("BIRTH-DEFAULT",)),
    Mistake(
        "birth_is_enrolment",
        "one date typed twice",
        lambda entry, _: (replace(entry, birth=entry.start),),
        ONE_REJECTED,
        ("BIRTH-ENROLMENT",),
    ),
    Mistake("birth_absent", "never asked", _birth(lambda _: ""), ONE_REJECTED, ("BIRTH-ABSENT",)),
    Mistake("birth_impossible", "typed by hand", _birth(lambda born: f"{born.year}-02-30"), ONE_REJECTED, ("BIRTH-REAL",)),
    Mistake(
        "birth_two_digit_year",
        "a spreadsheet's short date",
        _birth(lambda born: born.isoformat()[2:]),
        ONE_REJECTED,
        ("BIRTH-REAL",),
    ),
    Mistake(
        "birth_of_a_child",
        "the year of the paperwork in place of the year of birth",
        _birth(lambda born: f"2025{born.replace(day=min(born.day, 28)).isoformat()[4:]}"),
        ONE_REJECTED,
        ("BIRTH-PLAUSIBLE",),
    ),
    Mistake("statut_unfinished", "a file being created", _changed(statut="unfinished"), ONE_REJECTED, ("STATUT-KNOWN",)),
    Mistake("statut_cancelled", "a student who gave up", _changed(statut="annule"), ONE_REJECTED, ("STATUT-CANCELLED",)),
    Mistake("regime_unknown", "a code of the school's own", _changed(regime="none"), ONE_REJECTED, ("REGIME-KNOWN",)),
    Mistake("commune_unknown", "a site without a commune", _changed(site=Site.NOWHERE), ONE_REJECTED, ("COMMUNE-KNOWN",)),
    Mistake("commune_cedex", "the address on the letterhead", _changed(site=Site.NOWHERE), ONE_REJECTED, ("COMMUNE-CEDEX",)),
    Mistake("commune_foreign", "the student's birthplace", _changed(site=Site.NOWHERE), ONE_REJECTED, ("COMMUNE-FOREIGN",)),
    Mistake("uai_wrong_key", "typed by hand", _other_uai_key, ONE_REJECTED, ("UAI-KEY",)),
    Mistake("uai_of_another", "a partner's student", _changed(uai=SOMEBODY_ELSE), ONE_REJECTED, ("UAI-OWNER",)),
    Mistake(
        "dates_out_of_order",
        "left before having arrived: the leaving date of the year before",
        _changed(end="2026-06-30"),
        ONE_REJECTED,
        ("DATES-ORDER",),
    ),
    Mistake("two_regimes", "changed during the year, the first line kept", _two_regimes, ONE_REJECTED * 2, ("KEY-CONFLICT",)),
    Mistake("two_files", "the student's file was opened twice", _two_files, ONE_REJECTED * 2, ("INE-TWO-BIRTHS",)),
)

UNREADABLE = (
    Mistake("semicolon_in_name", "a semicolon where values are not quoted", _changed(damage=Damage.RAGGED), ONE_UNREADABLE),
    Mistake("byte_of_no_character", "two encodings in one database", _changed(damage=Damage.UNDECODABLE), ONE_UNREADABLE),
    Mistake("row_not_an_object", "a null where a row is due", _changed(damage=Damage.NOT_AN_OBJECT), ONE_UNREADABLE),
)

SET_ASIDE = (
    Mistake("line_twice", "one line per stage of the same diploma", _twice, (Ending.ACCEPTED, Ending.DUPLICATE)),
    Mistake(
        "misspelt_twin",
        "the student's file was opened twice, with a slip",
        _misspelt_twin,
        (Ending.ACCEPTED, Ending.REJECTED),
        fits=lambda entry: entry.student.family in {Family.RNIE, Family.BEA},
    ),
    Mistake("ine_provisional", "a student from abroad", _provisional, (Ending.PROVISIONAL,), ("INE-PROVISIONAL",)),
)

#: What no rejecting rule can know: the registry itself says no.
FOR_THE_REGISTRY = (
    Mistake(
        "not_in_directory", "the directory has not registered the student yet", _changed(), ONE_UNKNOWN, in_directory=False
    ),
    Mistake(
        "birth_day_and_month_swapped",
        "read as an American date",
        _birth(lambda born: f"{born.year}-{born.day:02d}-{born.month:02d}"),
        ONE_UNKNOWN,
        fits=_born_on_a_day_that_reads_as_a_month,
    ),
    Mistake(
        "ine_rnie_wrong_key",
        "typed by hand; the key's rule is not official, so we only warn",
        _ine(_next_of(RNIE_LETTERS)),
        ONE_UNKNOWN,
        ("INE-KEY-RNIE",),
        _of(Family.RNIE),
    ),
)

MISTAKES = {kind.name: kind for kinds in (MENDED, REJECTED, UNREADABLE, SET_ASIDE, FOR_THE_REGISTRY) for kind in kinds}
