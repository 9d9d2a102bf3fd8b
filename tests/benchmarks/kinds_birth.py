"""Mistakes in the birth date."""

from datetime import date
from random import Random

from benchmarks.corpus import Lot, Values
from benchmarks.kinds import Change, Ending, Kind, Make, change, copied, drawn, put

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
REAL, ABSENT, PLAUSIBLE = ("BIRTH-REAL",), ("BIRTH-ABSENT",), ("BIRTH-PLAUSIBLE",)
REJECTED, VALID, UNSEEN = Ending.REJECTED, Ending.VALID, Ending.UNSEEN
BIRTH = ("dateNaissance",)
FIELD = "dateNaissance"
EXCEL_DAY_ZERO = date(1899, 12, 30)


def _written(form: str) -> Change:
    """Write an ISO date otherwise, by strftime's codes."""
    return lambda iso: date.fromisoformat(iso).strftime(form)


def _in_words(iso: str) -> str:
    born = date.fromisoformat(iso)
    return f"{born.day} {MONTHS[born.month - 1]} {born.year}"


def _as_serial(iso: str) -> str:
    return str((date.fromisoformat(iso) - EXCEL_DAY_ZERO).days)


def _in_year(year: int) -> Change:
    return lambda iso: f"{year}-{'02-28' if iso[5:] == '02-29' else iso[5:]}"


def _years_later(years: int) -> Change:
    return lambda iso: _in_year(int(iso[:4]) + years)(iso)


def _swapped(iso: str) -> str:
    return f"{iso[:4]}-{iso[8:]}-{iso[5:7]}"


def _late_day(row: Values, _: Lot) -> bool:
    return int(row[FIELD][8:]) > 12


def _early_day(row: Values, _: Lot) -> bool:
    return int(row[FIELD][8:]) <= 12 and row[FIELD][8:] != row[FIELD][5:7]


def _young(row: Values, _: Lot) -> bool:
    return row[FIELD] >= "2000"


def _two_births(by: Change) -> Make:
    """Return a mistake that serves the student a second time, under another number of the school and born on another day."""
    return lambda row, _: (row, row | {FIELD: by(row[FIELD]), "sisId": f"9{row['sisId']}"})


def _day_after(iso: str, _: Random) -> str:
    return date.fromordinal(date.fromisoformat(iso).toordinal() + 1).isoformat()


BIRTH_KINDS = (
    Kind("birth_absent", "never asked", put(dateNaissance=""), REJECTED, ABSENT),
    Kind("birth_blank", "blanks", put(dateNaissance="  "), REJECTED, ABSENT),
    Kind("birth_zeros", "a database's empty date", put(dateNaissance="00/00/0000"), REJECTED, ("BIRTH-REAL", "BIRTH-ABSENT")),
    Kind("birth_never_set", "a spreadsheet's first day", put(dateNaissance="01/01/1900"), REJECTED, ("BIRTH-DEFAULT",)),
    Kind("birth_30_february", "typed by hand", change(FIELD, lambda iso: f"{iso[:4]}-02-30"), REJECTED, REAL),
    Kind("birth_31_june", "typed by hand", change(FIELD, lambda iso: f"31/06/{iso[:4]}"), REJECTED, REAL),
    Kind("birth_29_february", "not a leap year", put(dateNaissance="2003-02-29"), REJECTED, REAL),
    Kind("birth_year_alone", "a form that asks no more", change(FIELD, lambda iso: iso[:4]), REJECTED, REAL),
    Kind("birth_two_digit_year", "a short date", change(FIELD, _written("%d/%m/%y")), REJECTED, REAL, (), BIRTH, fits=_young),
    Kind(
        "birth_month_and_day_swapped",
        "read as an American date: no such month",
        change(FIELD, _swapped),
        REJECTED,
        REAL,
        suggests=BIRTH,
        fits=_late_day,
    ),
    Kind(
        "birth_american",
        "month first: no such month",
        change(FIELD, _written("%m/%d/%Y")),
        REJECTED,
        REAL,
        (),
        BIRTH,
        fits=_late_day,
    ),
    Kind("birth_as_serial", "a spreadsheet's count of days", change(FIELD, _as_serial), REJECTED, REAL, suggests=BIRTH),
    Kind("birth_in_words", "typed by hand", change(FIELD, _in_words), REJECTED, REAL, suggests=BIRTH),
    Kind("birth_with_dots", "a format nobody declared", change(FIELD, _written("%d.%m.%Y")), REJECTED, REAL, suggests=BIRTH),
    Kind("birth_without_separators", "as SIFA has it", change(FIELD, _written("%d%m%Y")), REJECTED, REAL, suggests=BIRTH),
    Kind("birth_year_of_three_digits", "typed by hand", change(FIELD, lambda iso: iso[1:]), REJECTED, REAL),
    Kind("birth_french", "as French software writes it", change(FIELD, _written("%d/%m/%Y")), VALID),
    Kind("birth_at_midnight", "a date and time", change(FIELD, "{}T00:00:00".format), VALID),
    Kind("birth_midnight_in_paris", "with its zone", change(FIELD, "{}T00:00:00+02:00".format), VALID),
    Kind(
        "birth_is_start",
        "the wrong column was mapped",
        copied(dateNaissance="dateDebutInscription"),
        REJECTED,
        ("BIRTH-ENROLMENT",),
    ),
    Kind("birth_is_this_year", "the year of the paperwork", change(FIELD, _in_year(2026)), REJECTED, PLAUSIBLE),
    Kind(
        "birth_to_come",
        "two digits of year completed with 20",
        change(FIELD, _years_later(100)),
        REJECTED,
        PLAUSIBLE,
        suggests=BIRTH,
        fits=lambda row, _: "1950" < row[FIELD] < "1990",
    ),
    Kind(
        "birth_year_transposed",
        "2040 for 2004",
        change(FIELD, lambda iso: f"{iso[:2]}{iso[3]}{iso[2]}{iso[4:]}"),
        REJECTED,
        PLAUSIBLE,
        fits=lambda row, _: "2003" < row[FIELD] < "2010" and row[FIELD][5:] != "02-29",
    ),
    Kind(
        "birth_century_before",
        "two digits of year completed with 19",
        change(FIELD, _years_later(-100)),
        REJECTED,
        PLAUSIBLE,
        suggests=BIRTH,
        fits=_young,
    ),
    Kind("birth_year_zero_first", "0204 for 2004", change(FIELD, lambda i: f"0{i[0]}{i[2:]}"), REJECTED, PLAUSIBLE),
    Kind(
        "birth_1_january_1970",
        "a program's first second; students of 56 exist",
        put(dateNaissance="1970-01-01"),
        Ending.WARNED,
        ("BIRTH-SUSPECT",),
        fits=lambda row, _: row[FIELD] != "1970-01-01",
    ),
    Kind("birth_at_eleven", "ten years too late", change(FIELD, _in_year(2015)), Ending.WARNED, ("BIRTH-UNUSUAL",)),
    Kind("birth_at_a_hundred_and_five", "typed by hand", change(FIELD, _in_year(1921)), Ending.WARNED, ("BIRTH-UNUSUAL",)),
    Kind(
        "two_births",
        "a student's file was opened twice",
        _two_births(_years_later(-1)),
        REJECTED,
        ("INE-TWO-BIRTHS",),
        fits=lambda row, _: row[FIELD] > "1960",
    ),
    Kind(
        "two_births_swapped",
        "the second time read as an American date",
        _two_births(_swapped),
        REJECTED,
        ("INE-TWO-BIRTHS",),
        fits=_early_day,
    ),
    Kind(
        "birth_month_and_day_both_possible",
        "read as an American date",
        change(FIELD, _swapped),
        UNSEEN,
        fits=_early_day,
        why="both readings are days of the calendar; the registry answers 404, and the ledger shows a date that changed",
    ),
    Kind("birth_a_day_off", "converted to UTC", drawn(FIELD, _day_after), UNSEEN, why="any day is as likely as the next"),
)
