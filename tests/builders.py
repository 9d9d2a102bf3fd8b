"""Values for tests: each builder gives a right one, and takes the fields that a test is about."""

from typing import Any

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment

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
