"""Values for tests: each builder gives a right one, and takes the fields that a test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from supdata.config.models import Institution
from supdata.records.counts import Counts
from supdata.records.enrolment import Enrolment
from supdata.records.summary import RunSummary

UNIVERSITY = "0751717J"


def an_enrolment(**changes: Any) -> Enrolment:
    """A valid enrolment of a made student: RNIE number with a right key, a real commune, dates inside the year."""
    fields: dict[str, Any] = {
        "source": "inscriptions.csv",
        "row": 2,
        "sisId": "22100001",
        "ine": "123456789FJ",
        "dateNaissance": "2004-03-09",
        "dateDebutInscription": "2026-09-01",
        "dateFinInscription": "2027-08-31",
        "statut": "inscrit",
        "regime": "RF2",
        "codeCommune": "44000",
        "communeInsee": "44109",
        "communePostal": "44000",
        "uai": UNIVERSITY,
        "cursus": "L",
        "diplome": "2500123",
        "niveauDiplome": "01",
    }
    return Enrolment(**{**fields, **changes})


def an_institution(**changes: Any) -> Institution:
    """A university that drops a file; `changes` replace whole top-level keys."""
    facts: dict[str, Any] = {
        "uai": UNIVERSITY,
        "name": "Université d'essai",
        "contact": "scolarite@universite-essai.example",
        "year": {"start": "2026-09-01", "end": "2027-08-31"},
        "source": {"kind": "sftp", "connection": "sftp_0751717j", "path": "/export/inscriptions_*.csv"},
        "columns": {
            "ine": "INE",
            "dateNaissance": "NAISSANCE",
            "dateDebutInscription": {"constant": "2026-09-01"},
            "dateFinInscription": {"constant": "2027-08-31"},
            "statut": "STATUT",
            "regime": "REGIME",
            "codeCommune": "COMMUNE",
        },
        "registry": {"connection": "supdata_0751717j"},
    }
    return Institution.model_validate({**facts, **changes})


def a_run_summary(**changes: Any) -> RunSummary:
    """A good night of a school: 100 rows read, two of them to be corrected."""
    due = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
    counts = dict.fromkeys(Counts.__struct_fields__, 0)
    fields: dict[str, Any] = {
        "uai": UNIVERSITY,
        "dag_id": f"supdata_{UNIVERSITY.lower()}",
        "run_id": "night-1",
        "due": due,
        "started": due,
        "ended": due + timedelta(minutes=4),
        "state": "success",
        "light": "orange",
        "dry_run": False,
        "partial": False,
        "failed_stage": "",
        "error": "",
        "counts": {**counts, "read": 100, "rejected": 2, "valid": 98, "unchanged": 90, "accepted": 8},
        "known": tuple(sorted(counts)),
        "rules": {"INE-FORMAT": 2},
        "to_correct": 2,
        "batch": "b" * 64,
    }
    return RunSummary(**{**fields, **changes})
