"""What the pages of a registrar say, in French and in English; those of ops are in English, as Airflow is."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import Query

from supdata_plugin.access import Visible
from supdata_plugin.rights import Right

Language = Literal["fr", "en"]
Asked = Annotated[Literal["fr", "en"] | None, Query(alias="lang")]

FRENCH: Mapping[str, str] = {
    "title": "Déclarations à SupData",
    "runs": "Dernières déclarations",
    "due": "Date",
    "state": "État",
    "report": "Rapport",
    "declared": "Déclarées",
    "to_correct": "À corriger",
    "files": "Lignes à corriger",
    "rows_to_correct": "Lignes à corriger",
    "give_back": "Rendre la liste corrigée",
    "corrected_file": "Liste corrigée (CSV ou XLSX)",
    "what_happens": "Les valeurs corrigées sont vérifiées, puis reprises à chaque passage jusqu’à ce que votre logiciel "
    "soit à jour.",
    "send": "Envoyer",
    "taken": "Corrections prises en compte",
    "unchanged": "Lignes sans changement",
    "not_taken": "La liste ne peut pas être prise pour le moment : rien n’en a été gardé. Réessayez plus tard.",
    "none": "Aucune déclaration pour l’instant.",
    "not_yet": "Le rapport est écrit à la fin du traitement.",
    "no_report": "Ce traitement n’a pas laissé de rapport.",
    "other_language": "English",
    "confirm": "Confirmer",
    "sign_off": "Confirmation",
    "back": "Toutes les déclarations",
    "your_schools": "Vos établissements",
    "no_school": "Aucun établissement ne vous est ouvert. L’équipe technique peut vous nommer dans le fichier de votre "
    "établissement (`registrars`).",
    "ledger_away": "Les chiffres ne peuvent pas être lus pour le moment.",
    "queued": "en attente",
    "running": "en cours",
    "success": "terminée",
    "failed": "interrompue",
    "waits for approval": "attend un accord",
}
ENGLISH: Mapping[str, str] = {
    "title": "Declarations to SupData",
    "runs": "Latest declarations",
    "due": "Date",
    "state": "State",
    "report": "Report",
    "declared": "Declared",
    "to_correct": "To correct",
    "files": "Rows to correct",
    "rows_to_correct": "Rows to correct",
    "give_back": "Give the corrected list back",
    "corrected_file": "Corrected list (CSV or XLSX)",
    "what_happens": "Corrected values are checked, and then put in at each run until your own system is right.",
    "send": "Send",
    "taken": "Corrections taken",
    "unchanged": "Lines without a change",
    "not_taken": "The list cannot be taken at the moment: nothing of it has been kept. Try again later.",
    "none": "No declaration yet.",
    "not_yet": "The report is written when the run ends.",
    "no_report": "This run has left no report.",
    "other_language": "Français",
    "confirm": "Confirm",
    "sign_off": "Sign-off",
    "back": "All declarations",
    "your_schools": "Your schools",
    "no_school": "No school is open to you. The technical team can name you in your school's file (`registrars`).",
    "ledger_away": "The figures cannot be read at the moment.",
    "queued": "queued",
    "running": "running",
    "success": "success",
    "failed": "failed",
    "waits for approval": "waits for approval",
}
WORDS: Mapping[Language, Mapping[str, str]] = {"fr": FRENCH, "en": ENGLISH}


def language_for(found: Visible, asked: Language | None) -> Language:
    """Return the language of a page: the one that was asked for, else a registrar's or Airflow's."""
    return asked or ("en" if found.may(Right.LOOK) else "fr")
