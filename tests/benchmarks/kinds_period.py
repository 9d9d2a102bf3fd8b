"""Mistakes in the period, the status, the regime and the course."""

from benchmarks.kinds import Ending, Kind, change, copied, put

REJECTED, WARNED, VALID, UNSEEN = Ending.REJECTED, Ending.WARNED, Ending.VALID, Ending.UNSEEN
START, END = "dateDebutInscription", "dateFinInscription"
STATUT, REGIME = ("STATUT-KNOWN",), ("REGIME-KNOWN",)
YEAR = ("DATES-YEAR",)
LABELS = {
    "RF1": "formation initiale",
    "RF2": "formation initiale hors apprentissage",
    "RF4": "contrat d'apprentissage",
    "RF5": "formation continue",
    "RF7": "contrat de professionnalisation",
}
FULL_YEAR = {START: "2026-09-01"}


def _year_before(iso: str) -> str:
    return f"{int(iso[:4]) - 1}{iso[4:]}"


PERIOD_KINDS = (
    Kind("start_absent", "not filled in", put(dateDebutInscription=""), REJECTED, ("START-REAL",)),
    Kind("start_in_words", "typed by hand", put(dateDebutInscription="rentrée 2026"), REJECTED, ("START-REAL",)),
    Kind(
        "start_two_digit_year",
        "a short date",
        put(dateDebutInscription="01/09/26"),
        REJECTED,
        ("START-REAL",),
        suggests=(START,),
        fits=lambda row, _: row[START] == "2026-09-01",
    ),
    Kind(
        "start_31_september",
        "typed by hand",
        put(dateDebutInscription="31/09/2026"),
        REJECTED,
        ("START-REAL",),
    ),
    Kind("end_absent", "not filled in", put(dateFinInscription=""), REJECTED, ("END-REAL",)),
    Kind("end_31_june", "the last day of a month of thirty", put(dateFinInscription="2027-06-31"), REJECTED, ("END-REAL",)),
    Kind(
        "end_before_start",
        "the leaving date of the year before",
        put(dateFinInscription="2026-06-30"),
        REJECTED,
        ("DATES-ORDER",),
    ),
    Kind(
        "dates_swapped",
        "two columns changed places",
        copied(dateDebutInscription=END, dateFinInscription=START),
        REJECTED,
        ("DATES-ORDER",),
        fits=lambda row, _: row[START] < row[END],
    ),
    Kind("end_year_too_late", "typed by hand", put(dateFinInscription="2072-08-31"), WARNED, ("DATES-SPAN",), YEAR),
    Kind("end_two_years_on", "the end of the diploma", put(dateFinInscription="2029-08-31"), WARNED, ("DATES-SPAN",), YEAR),
    Kind(
        "year_before",
        "last year's export",
        lambda row, _: (row | {START: _year_before(row[START]), END: _year_before(row[END])},),
        WARNED,
        YEAR,
        fits=lambda row, _: row[START] == "2026-09-01",
    ),
    Kind("start_in_july", "the date of pre-registration", put(dateDebutInscription="2026-07-08"), WARNED, YEAR),
    Kind("start_french", "as French software writes it", change(START, lambda i: f"{i[8:]}/{i[5:7]}/{i[:4]}"), VALID),
    Kind("statut_absent", "not filled in", put(statut=""), REJECTED, STATUT),
    Kind("statut_unfinished", "a file being created (Apogée C)", put(statut="C"), REJECTED, STATUT),
    Kind("statut_number", "the registry's code, not ours", put(statut="2"), REJECTED, STATUT),
    Kind(
        "statut_feminine",
        "typed by hand",
        put(statut="inscrite"),
        REJECTED,
        STATUT,
        suggests=("statut",),
        fits=lambda row, _: row["statut"] == "inscrit",
    ),
    Kind(
        "statut_accented",
        "typed by hand",
        put(statut="Inscrït"),
        REJECTED,
        STATUT,
        fits=lambda row, _: row["statut"] == "inscrit",
    ),
    Kind("statut_cancelled", "a student who gave up", put(statut="annule"), REJECTED, ("STATUT-CANCELLED",)),
    Kind("statut_upper_case", "typed by hand", change("statut", str.upper), VALID),
    Kind(
        "statut_and_regime_swapped",
        "two columns changed places",
        copied(statut="regime", regime="statut"),
        REJECTED,
        STATUT,
        REGIME,
    ),
    Kind("regime_absent", "not filled in", put(regime=""), REJECTED, REGIME),
    Kind("regime_of_the_school", "a code of the school's own", put(regime="9"), REJECTED, REGIME),
    Kind("regime_eight", "there are seven", put(regime="RF8"), REJECTED, REGIME),
    Kind("regime_bcn", "the national code, not mapped", put(regime="10"), REJECTED, REGIME),
    Kind(
        "regime_label",
        "the label in place of the code",
        change("regime", lambda code: LABELS.get(code, code)),
        REJECTED,
        REGIME,
        suggests=("regime",),
        fits=lambda row, _: row["regime"] in LABELS,
    ),
    Kind(
        "regime_with_blank", "typed by hand", change("regime", lambda r: f"{r[:2]} {r[2:]}"), REJECTED, REGIME, (), ("regime",)
    ),
    Kind("regime_lower_case", "typed by hand", change("regime", str.lower), VALID),
    Kind(
        "regime_of_another_kind",
        "the regime of the year before",
        change("regime", lambda code: "RF4" if code == "RF2" else "RF2"),
        UNSEEN,
        why="the seven regimes are all possible for any student; the ledger shows the one that changed",
    ),
    Kind(
        "cursus_in_words",
        "typed by hand",
        put(cursus="Licence"),
        WARNED,
        ("CURSUS-KNOWN",),
        fits=lambda row, _: row["cursus"] == "L",
    ),
    Kind("cursus_of_the_school", "a code of the school's own", put(cursus="BTS"), WARNED, ("CURSUS-KNOWN",)),
    Kind("cursus_lower_case", "typed by hand", change("cursus", str.lower), VALID, fits=lambda row, _: row["cursus"] != ""),
)
