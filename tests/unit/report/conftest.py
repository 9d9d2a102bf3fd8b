"""One run of a made school, small enough to be read: each kind of finding stands in it once or twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from builders import an_enrolment, an_institution
from supdata.records.counts import Counts
from supdata.records.judgement import Judgement, Reason
from supdata.records.rows import UnreadableRow
from supdata.records.shipment import Departed, Receipt
from supdata.records.states import Action, Outcome, Severity, Verdict
from supdata.report.content import RunFacts
from supdata.report.facts import gather

SOURCE = "inscriptions.csv"


@dataclass(frozen=True)
class ARule:
    """Texts as a rule catalogue gives them."""

    title: str
    explanation: str
    fix: str


RULES = {
    "INE-FORMAT": ARule("INE mal formé", "Un INE compte 11 caractères.", "Reprenez-le sur le relevé de notes."),
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
    fields: dict[str, Any] = {"source": SOURCE, "row": row, "key": "0" * 32, "action": Action.CREATE, "outcome": outcome}
    return Receipt(**{**fields, **changes})


def a_run() -> dict[str, Any]:
    """The arguments of `gather` for a run of twelve rows: two accepted, the others each in a state of its own."""
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


@pytest.fixture
def gathered() -> Callable[..., RunFacts]:
    """The facts of the run, with some arguments of `gather` replaced."""

    def build(**changes: Any) -> RunFacts:
        return gather(**{**a_run(), **changes})

    return build


@pytest.fixture
def run() -> dict[str, Any]:
    """The arguments themselves, for a test that shuffles or shortens them."""
    return a_run()


@pytest.fixture
def receipt() -> Callable[..., Receipt]:
    return a_receipt


@pytest.fixture
def judgement() -> Callable[..., Judgement]:
    return a_judgement
