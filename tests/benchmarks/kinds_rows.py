"""Mistakes in whole rows: repeated, contradictory, shifted, not students at all; and students with two files."""

from random import Random

from benchmarks.corpus import COLUMNS, Values
from benchmarks.kinds import Change, Ending, Fits, Kind, Make, beside
from supdata.records.ine import Family, family

REJECTED, DUPLICATE, VALID, UNSEEN = Ending.REJECTED, Ending.DUPLICATE, Ending.VALID, Ending.UNSEEN
CONFLICT = ("KEY-CONFLICT",)
INE_RULES = ("INE-FORMAT", "INE-ABSENT", "INE-PLACEHOLDER", "INE-ELSEWHERE")
#: What is true besides of a row that is no enrolment.
ALL_WRONG = (
    *INE_RULES,
    "BIRTH-ABSENT",
    "BIRTH-REAL",
    "BIRTH-PLAUSIBLE",
    "START-REAL",
    "END-REAL",
    "DATES-ORDER",
    "DATES-SPAN",
    "DATES-YEAR",
    "STATUT-KNOWN",
    "REGIME-KNOWN",
    "CURSUS-KNOWN",
    "COMMUNE-KNOWN",
    "COMMUNE-FORMER",
    "COMMUNE-EMIT",
    "UAI-FORMAT",
)


def _twice(row: Values, _: Random) -> tuple[Values, ...]:
    return (row, row)


def _other_number_of_the_school(row: Values, _: Random) -> tuple[Values, ...]:
    return (row, row | {"sisId": f"9{row['sisId']}"})


def _shifted(row: Values, _: Random) -> tuple[Values, ...]:
    values = list(row.values())
    return (dict(zip(COLUMNS, ["", *values[:-1]], strict=True)),)


def _header(_row: Values, _: Random) -> tuple[Values, ...]:
    return ({name: name for name in COLUMNS},)


def _empty(_row: Values, _: Random) -> tuple[Values, ...]:
    return (dict.fromkeys(COLUMNS, ""),)


def _total(_row: Values, _: Random) -> tuple[Values, ...]:
    return (dict.fromkeys(COLUMNS, "") | {"sisId": "TOTAL", "ine": "5000"},)


def _other_regime(row: Values, _: Random) -> tuple[Values, ...]:
    return (row, row | {"regime": "RF2" if row["regime"] == "RF4" else "RF4"})


def _other_statut(row: Values, _: Random) -> tuple[Values, ...]:
    return (row, row | {"statut": "admis" if row["statut"] == "inscrit" else "inscrit"})


def _second_file(by: Change) -> Make:
    """Return a mistake that opens a second file for the student, under a number mistyped by `by`."""
    return lambda row, _: (row, row | {"ine": by(row["ine"]), "sisId": f"9{row['sisId']}"})


def _fits(by: Change, name: Family) -> Fits:
    return lambda row, _: family(row["ine"]) is name and by(row["ine"]) != row["ine"]


def _of_known_key(name: str, by: Change) -> Kind:
    """Return the kind where the key tells which of the two numbers is the right one."""
    arises = "the number mistyped in a second file; its key tells which is right"
    return Kind(name, arises, _second_file(by), REJECTED, ("INE-TYPO",), first=VALID, fits=_fits(by, Family.RNIE))


def _of_unknown_key(name: str, by: Change) -> Kind:
    """Return the kind where nothing tells which of the two numbers is the right one: both lines are warned of."""
    arises = "the number mistyped in a second file; no key tells which is right"
    return Kind(name, arises, _second_file(by), Ending.WARNED, ("INE-NEAR",), fits=_fits(by, Family.APPRENTICE))


def _transposed(ine: str) -> str:
    return f"{ine[:6]}{ine[7]}{ine[6]}{ine[8:]}"


def _one_off(ine: str) -> str:
    return f"{ine[:7]}{(int(ine[7]) + 1) % 10}{ine[8:]}"


ROW_KINDS = (
    Kind("line_twice", "one line per stage of one diploma", _twice, DUPLICATE, first=VALID),
    Kind("line_three_times", "an export run thrice", lambda row, _: (row, row, row), DUPLICATE, first=VALID),
    Kind("line_under_two_numbers", "the student has two files, alike", _other_number_of_the_school, DUPLICATE, first=VALID),
    Kind("two_regimes", "changed during the year, the first line kept", _other_regime, REJECTED, CONFLICT),
    Kind("two_statuts", "admitted, then enrolled, the first line kept", _other_statut, REJECTED, CONFLICT),
    Kind(
        "two_ends",
        "left early, the first line kept",
        beside(dateFinInscription="2027-07-15"),
        REJECTED,
        CONFLICT,
        fits=lambda row, _: row["dateFinInscription"] > "2027-07-15",
    ),
    Kind("two_levels", "moved up, the first line kept", beside(niveauDiplome="04"), REJECTED, CONFLICT),
    Kind(
        "cancelled_then_enrolled",
        "no mistake: came back",
        beside(statut="annule"),
        REJECTED,
        ("STATUT-CANCELLED",),
        first=VALID,
    ),
    Kind("columns_shifted", "a separator too many", _shifted, REJECTED, INE_RULES, beside=ALL_WRONG),
    Kind("header_repeated", "files joined end to end", _header, REJECTED, INE_RULES, beside=ALL_WRONG),
    Kind("row_empty", "blank lines at the end", _empty, REJECTED, ("INE-ABSENT",), beside=ALL_WRONG),
    Kind("row_of_totals", "a spreadsheet's last line", _total, REJECTED, INE_RULES, beside=ALL_WRONG),
    Kind("two_diplomas", "no mistake: two enrolments", beside(diplome="9900009"), VALID),
    _of_known_key("second_file_transposed", _transposed),
    _of_known_key("second_file_one_off", _one_off),
    _of_unknown_key("second_file_transposed_apprentice", _transposed),
    _of_unknown_key("second_file_one_off_apprentice", _one_off),
)
