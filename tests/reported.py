"""One run of a made school, small enough to be read: each kind of finding stands in it once or twice."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from builders import an_enrolment, an_institution
from supdata.records.counts import Counts
from supdata.records.judgement import Judgement, Reason
from supdata.records.rows import UnreadableRow
from supdata.records.shipment import Departed, Receipt
from supdata.records.states import Action, Outcome, Severity, Verdict
from supdata.records.summary import RunSummary
from supdata.report.content import Background, RunFacts
from supdata.report.facts import Course, Records, gather
from supdata.report.rule_texts import nothing_to_suggest

SOURCE = "inscriptions.csv"


@dataclass(frozen=True)
class ARule:
    """Texts as a rule catalogue gives them."""

    title: str
    explanation: str
    fix: str
    english: str = ""
    english_explanation: str = ""
    english_fix: str = ""


RULES = {
    "INE-FORMAT": ARule(
        "INE mal formé",
        "Un INE compte 11 caractères.",
        "Reprenez-le sur le relevé de notes.",
        "Malformed INE",
        "An INE has 11 characters.",
        "Take it from the transcript.",
    ),
    "INE-PROVISIONAL": ARule("INE provisoire", "Le registre veut un INE définitif.", "Demandez-le dans INES."),
    "BIRTH-REAL": ARule("Date impossible", "Cette date n’existe pas.", "Corrigez la fiche."),
    "DATES-SPAN": ARule("Inscription longue", "Plus de 18 mois.", "Vérifiez la date de fin."),
    "LEDGER-DEPARTED": ARule("Inscription disparue", "La source ne la contient plus.", "Remettez-la dans l’export."),
    "LEDGER-BIRTH-CHANGED": ARule("Autre date de naissance", "Une autre date a été déclarée.", "Vérifiez la date."),
    "STATUT-CANCELLED": ARule("Inscription annulée", "Elle n’est pas déclarée.", "Rien à corriger."),
}


def a_judgement(row: int, verdict: Verdict, *reasons: tuple[str, str, Severity]) -> Judgement:
    told = tuple(Reason(rule=rule, field=field, severity=severity) for rule, field, severity in reasons)
    return Judgement(source=SOURCE, row=row, verdict=verdict, reasons=told)


def a_receipt(row: int, outcome: Outcome, **changes: Any) -> Receipt:
    given: dict[str, Any] = {"source": SOURCE, "row": row, "key": "0" * 32, "action": Action.CREATE, "outcome": outcome}
    return Receipt(**{**given, **changes})


def a_run() -> dict[str, Any]:
    """A run of twelve rows, two accepted, the others each in its own state: fields of its `Course` and `Records`, rules."""
    reject, hold, warn = Severity.REJECT, Severity.HOLD, Severity.WARN
    judgements = [
        a_judgement(2, Verdict.VALID),
        a_judgement(3, Verdict.VALID, ("DATES-SPAN", "dateFinInscription", warn)),
        a_judgement(4, Verdict.REJECTED, ("INE-FORMAT", "ine", reject), ("BIRTH-REAL", "dateNaissance", reject)),
        a_judgement(5, Verdict.REJECTED, ("INE-FORMAT", "ine", reject)),
        a_judgement(6, Verdict.PROVISIONAL, ("INE-PROVISIONAL", "ine", hold)),
        a_judgement(7, Verdict.DUPLICATE),
        a_judgement(8, Verdict.REJECTED, ("STATUT-CANCELLED", "statut", reject), ("INE-FORMAT", "ine", reject)),
        a_judgement(9, Verdict.VALID),
        a_judgement(10, Verdict.VALID),
        a_judgement(11, Verdict.VALID),
        a_judgement(12, Verdict.VALID),
    ]
    enrolments = [an_enrolment(row=row, sisId=f"2210{row:04}") for row in range(2, 13)]
    enrolments[2] = an_enrolment(row=4, sisId="22100004", ine="12345", dateNaissance="2004-02-31")
    enrolments[3] = an_enrolment(row=5, sisId="22100005", ine="=HYPERLINK(1)")
    return {
        "institution": an_institution(),
        "run_id": "manual__2026-09-12T03:00:00+00:00",
        "run_date": date(2026, 9, 12),
        "counts": Counts(
            read=12,
            unreadable=1,
            duplicate=1,
            rejected=3,
            provisional=1,
            valid=6,
            unchanged=1,
            to_create=4,
            to_update=1,
            accepted=2,
            created=1,
            updated=1,
            refused=1,
            unknown_student=1,
            ambiguous=1,
            departed=1,
        ),
        "judgements": judgements,
        "enrolments": enrolments,
        "receipts": [
            a_receipt(2, Outcome.ACCEPTED, status=200, id_inscription="7"),
            a_receipt(3, Outcome.ACCEPTED, status=200, id_inscription="8", action=Action.UPDATE),
            a_receipt(9, Outcome.REFUSED, status=400, words="la valeur du paramètre n'est pas valide : regime"),
            a_receipt(10, Outcome.UNKNOWN_STUDENT, status=404, words="étudiant introuvable"),
            a_receipt(11, Outcome.AMBIGUOUS),
        ],
        "departed": [Departed(key="1" * 32, seen_run="hier", seen_source="inscriptions_0911.csv", seen_row=14)],
        "unreadable": [UnreadableRow(source=SOURCE, row=13, reason="14 colonnes au lieu de 13")],
        "differences": (),
        "failed_stage": None,
        "rules": RULES,
    }


def a_summary(number: int, **changes: Any) -> RunSummary:
    """A night of the same school: `number` nights after the first of September."""
    due = datetime(2026, 9, 1, 1, 0, tzinfo=UTC) + timedelta(days=number)
    counts = {**dict.fromkeys(Counts.__struct_fields__, 0), "read": 3000 + number, "unchanged": 2850 + number, "accepted": 4}
    given: dict[str, Any] = {
        "uai": "0751717J",
        "dag_id": "supdata_0751717j",
        "run_id": f"night-{number}",
        "due": due,
        "started": due,
        "ended": due + timedelta(minutes=3),
        "state": "success",
        "light": "orange",
        "dry_run": False,
        "partial": False,
        "failed_stage": "",
        "error": "",
        "counts": counts,
        "known": ("accepted", "read", "rejected", "unchanged"),
        "rules": {"INE-FORMAT": 3},
        "to_correct": 60 - 4 * number,
        "batch": "0" * 64,
    }
    return RunSummary(**{**given, **changes})


def a_background(**changes: Any) -> Background:
    """What is known around the run: ten nights before it, one of them red, and what comes next."""
    red = {"state": "failed", "light": "red", "failed_stage": "extract", "error": "FixSource", "known": ()}
    nights = [a_summary(number, **(red if number == 6 else {})) for number in range(11, 0, -1)]
    soon = datetime(2026, 9, 13, 1, 0, tzinfo=UTC)
    known: dict[str, Any] = {
        "this": nights[0],
        "past": tuple(nights[1:]),
        "no_longer": {"INE-FORMAT": 3, "BIRTH-REAL": 1},
        "next_run": soon,
        "refused_again": (soon + timedelta(days=32), soon + timedelta(days=32)),
        "unknown_again": (soon, soon + timedelta(days=4)),
        "support": "supdata@rectorat.example",
    }
    return Background(**{**known, **changes})


def facts_from(run: dict[str, Any]) -> RunFacts:
    """The facts of a run given as `a_run` gives it, maybe with a `suggest`."""
    course = Course(**{one.name: run[one.name] for one in fields(Course) if one.name in run})
    records = Records(**{one.name: run[one.name] for one in fields(Records) if one.name in run})
    return gather(course, records, run["rules"], run.get("suggest", nothing_to_suggest))


def facts_of(background: Background | None = None, **changes: Any) -> RunFacts:
    """The facts of the made run, with some of its fields replaced, and what is known around it."""
    facts = facts_from({**a_run(), **changes})
    return replace(facts, background=background) if background else facts
