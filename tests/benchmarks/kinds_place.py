"""Mistakes in the commune and in the establishment."""

from collections.abc import Mapping
from functools import lru_cache
from random import Random

from benchmarks.corpus import Lot, Values
from benchmarks.kinds import Ending, Fits, Kind, Make, change, put
from supdata.records.commune import CommuneClass, load_communes
from supdata.records.uai import KEY_LETTERS, uai_key

REJECTED, WARNED, VALID, UNSEEN = Ending.REJECTED, Ending.WARNED, Ending.VALID, Ending.UNSEEN
COMMUNE, UAI = ("codeCommune",), ("uai",)
KNOWN, UAI_FORMAT, UAI_KEY = ("COMMUNE-KNOWN",), ("UAI-FORMAT",), ("UAI-KEY",)
#: A real-looking establishment with a right key, which none of the schools may declare for.
SOMEBODY_ELSE = "0881269B"


def _holding(*kinds: str, emit: str = "") -> Fits:
    """Return the condition that the school's commune column holds one of `kinds`, and that `emit` is what is sent."""
    return lambda _, lot: lot.institution.commune.column_holds in kinds and emit in {"", lot.institution.commune.emit}


@lru_cache(maxsize=1)
def _former_by_present() -> Mapping[str, str]:
    """Return a former code for each commune that took over another one and no more than its own code leads to."""
    table = load_communes()
    return {
        present[0]: former
        for former, present in sorted(table.successors_by_former.items())
        if len(present) == 1 and table.classify(former) is CommuneClass.FORMER
    }


def _as_before_the_merger(row: Values, _: Random) -> tuple[Values, ...]:
    return (row | {"codeCommune": _former_by_present()[row["codeCommune"]]},)


def _took_over_another(row: Values, lot: Lot) -> bool:
    return _holding("insee")(row, lot) and row["codeCommune"] in _former_by_present()


@lru_cache(maxsize=1)
def _with_several_postal_codes() -> tuple[str, ...]:
    table = load_communes()
    codes = (code for code, postal in table.postal_by_insee.items() if len(postal) > 1)
    return tuple(sorted(code for code in codes if table.classify(code) is CommuneClass.INSEE))


@lru_cache(maxsize=1)
def _of_two_places() -> tuple[str, ...]:
    table = load_communes()
    return tuple(sorted(code for code in table.postal_by_insee if table.classify(code) is CommuneClass.BOTH_DIFFERENT))


def _one_of(codes: object) -> Make:
    """Return a mistake that puts one of the codes that the function `codes` gives."""

    def make(row: Values, draw: Random) -> tuple[Values, ...]:
        return (row | {"codeCommune": draw.choice(codes())},)  # type: ignore[operator]  # a cached function

    return make


def _only_postal(code: str) -> bool:
    return load_communes().classify(code) is CommuneClass.POSTAL


def _only_insee(code: str) -> bool:
    return load_communes().classify(code) is CommuneClass.INSEE


def _as_insee(row: Values, _: Random) -> tuple[Values, ...]:
    """Put the INSEE code of the place: of the only commune that the postal code covers."""
    return (row | {"codeCommune": load_communes().insee_codes(row["codeCommune"])[0]},)


def _as_postal(row: Values, _: Random) -> tuple[Values, ...]:
    return (row | {"codeCommune": load_communes().postal_codes(row["codeCommune"])[0]},)


def _postal_of_one_commune(row: Values, lot: Lot) -> bool:
    insee = load_communes().insee_codes(row["codeCommune"])
    return (
        _holding("postal")(row, lot)
        and len(insee) == 1
        and _only_insee(insee[0])
        and load_communes().postal_codes(insee[0]) == (row["codeCommune"],)
    )


def _insee_of_a_lone_postal_code(row: Values, lot: Lot) -> bool:
    postal = load_communes().postal_codes(row["codeCommune"])
    alone = len(postal) == 1 and len(load_communes().insee_codes(postal[0])) == 1
    return _holding("insee")(row, lot) and alone and _only_postal(postal[0])


def _starts_with_zero(row: Values, _: Lot) -> bool:
    return row["codeCommune"].startswith("0")


def _swapped(uai: str) -> str:
    return f"{uai[:4]}{uai[5]}{uai[4]}{uai[6:]}"


def _of_somewhere(row: Values, _: Random) -> tuple[Values, ...]:
    digits = f"0{int(row['uai'][1:7]) + 1:06d}"
    return (row | {"uai": digits + uai_key(digits)},)


COMMUNE_KINDS = (
    Kind("commune_absent", "not filled in", put(codeCommune=""), REJECTED, KNOWN),
    Kind("commune_cedex", "a company's postal code", put(codeCommune="75634"), REJECTED, ("COMMUNE-CEDEX",)),
    Kind("commune_foreign", "INSEE's code of a country", put(codeCommune="99109"), REJECTED, ("COMMUNE-FOREIGN",)),
    Kind("commune_monaco", "a postal code that no commune has", put(codeCommune="98000"), REJECTED, ("COMMUNE-FOREIGN",)),
    Kind("commune_name", "the name in place of the code", put(codeCommune="NANTES"), REJECTED, KNOWN),
    Kind("commune_departement", "two digits", change("codeCommune", lambda c: c[:2]), REJECTED, KNOWN),
    Kind("commune_unknown", "typed by hand", put(codeCommune="00000"), REJECTED, KNOWN),
    Kind(
        "commune_lost_zero",
        "a spreadsheet dropped the zero in front",
        change("codeCommune", lambda code: code[1:]),
        REJECTED,
        ("COMMUNE-LOST-ZERO",),
        suggests=COMMUNE,
        fits=_starts_with_zero,
    ),
    Kind(
        "commune_as_float",
        "a column read as decimal numbers",
        change("codeCommune", "{}.0".format),
        REJECTED,
        KNOWN,
        suggests=COMMUNE,
        fits=lambda row, _: row["codeCommune"].isdigit(),
    ),
    Kind(
        "commune_letter_o",
        "O for 0",
        change("codeCommune", lambda code: code.replace("0", "O")),
        REJECTED,
        KNOWN,
        suggests=COMMUNE,
        fits=lambda row, _: "0" in row["codeCommune"],
    ),
    Kind(
        "commune_blank_inside",
        "typed by hand",
        change("codeCommune", lambda code: f"{code[:2]} {code[2:]}"),
        REJECTED,
        KNOWN,
        suggests=COMMUNE,
    ),
    Kind(
        "commune_former",
        "a commune that merged",
        _as_before_the_merger,
        REJECTED,
        ("COMMUNE-FORMER",),
        suggests=COMMUNE,
        fits=_took_over_another,
    ),
    Kind(
        "commune_insee_for_postal",
        "the other sort of code",
        _as_insee,
        REJECTED,
        ("COMMUNE-KIND",),
        suggests=COMMUNE,
        fits=_postal_of_one_commune,
    ),
    Kind(
        "commune_postal_for_insee",
        "the other sort of code",
        _as_postal,
        REJECTED,
        ("COMMUNE-KIND",),
        suggests=COMMUNE,
        fits=_insee_of_a_lone_postal_code,
    ),
    Kind(
        "commune_of_several_postal_codes",
        "an INSEE code where a postal code is to be sent",
        _one_of(_with_several_postal_codes),
        REJECTED,
        ("COMMUNE-EMIT",),
        beside=("COMMUNE-OVERSEAS",),
        fits=_holding("insee", "either", emit="postal"),
    ),
    Kind(
        "commune_of_two_places",
        "a postal code here, an INSEE code there, in a column of both",
        _one_of(_of_two_places),
        REJECTED,
        ("COMMUNE-AMBIGUOUS", "COMMUNE-EMIT"),
        beside=("COMMUNE-AMBIGUOUS", "COMMUNE-EMIT"),
        fits=_holding("either"),
    ),
    Kind(
        "commune_lower_case",
        "2a004",
        change("codeCommune", str.lower),
        VALID,
        fits=lambda row, _: row["codeCommune"][1] in "AB",
    ),
    Kind("commune_formula", "written so that a spreadsheet keeps its zeros", change("codeCommune", '="{}"'.format), VALID),
    Kind(
        "commune_of_residence",
        "the student's home, not the school's commune",
        put(codeCommune="59650"),
        UNSEEN,
        fits=_holding("postal"),
        why="a school may have sites anywhere; nothing in the row tells a site from a home",
    ),
)

UAI_KINDS = (
    Kind("uai_absent", "not filled in", put(uai=""), REJECTED, UAI_FORMAT),
    Kind("uai_lost_zero", "a spreadsheet dropped the zero", change("uai", lambda u: u[1:]), REJECTED, UAI_FORMAT, (), UAI),
    Kind("uai_without_letter", "the digits alone", change("uai", lambda u: u[:7]), REJECTED, UAI_FORMAT, suggests=UAI),
    Kind("uai_letter_o", "O for 0", change("uai", lambda u: "O" + u[1:]), REJECTED, UAI_FORMAT, suggests=UAI),
    Kind("uai_blank_inside", "typed by hand", change("uai", lambda u: f"{u[:7]} {u[7]}"), REJECTED, UAI_FORMAT, suggests=UAI),
    Kind("uai_is_siret", "another register's number", put(uai="19751717000019"), REJECTED, UAI_FORMAT),
    Kind("uai_is_name", "the wrong column was mapped", put(uai="UFR Sciences"), REJECTED, UAI_FORMAT),
    Kind(
        "uai_wrong_letter",
        "typed by hand",
        change("uai", lambda u: u[:7] + KEY_LETTERS[(KEY_LETTERS.index(u[7]) + 1) % 23]),
        REJECTED,
        UAI_KEY,
        suggests=UAI,
    ),
    Kind(
        "uai_transposed",
        "typed by hand",
        change("uai", _swapped),
        REJECTED,
        UAI_KEY,
        suggests=UAI,
        fits=lambda row, _: row["uai"][4] != row["uai"][5],
    ),
    Kind(
        "uai_wrong_digit",
        "typed by hand",
        change("uai", lambda u: f"{u[:3]}{(int(u[3]) + 4) % 10}{u[4:]}"),
        REJECTED,
        UAI_KEY,
        (),
        UAI,
    ),
    Kind("uai_of_a_partner", "a partner's student", put(uai=SOMEBODY_ELSE), REJECTED, ("UAI-OWNER",)),
    Kind("uai_of_a_neighbour", "the code of another site, never declared", _of_somewhere, REJECTED, ("UAI-OWNER",)),
    Kind("uai_lower_case", "typed by hand", change("uai", str.lower), VALID),
)

PLACE_KINDS = (*COMMUNE_KINDS, *UAI_KINDS)
