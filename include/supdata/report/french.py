"""French as a registrar expects it in print: numbers, plurals, dates, and the names of fields."""

from datetime import date, datetime

#: Narrow no-break space, the thousands separator of the Imprimerie nationale's typographic rules.
THIN = "\u202f"
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
FIELD_LABELS = {
    "ine": "INE",
    "dateNaissance": "Date de naissance",
    "dateDebutInscription": "Début d’inscription",
    "dateFinInscription": "Fin d’inscription",
    "statut": "Statut",
    "regime": "Régime",
    "codeCommune": "Commune",
    "uai": "UAI",
    "cursus": "Cursus",
    "diplome": "Diplôme",
    "niveauDiplome": "Niveau du diplôme",
    "sisId": "Numéro d’étudiant",
}


def number(count: int) -> str:
    """Write `count` with its thousands apart: 12 345."""
    return f"{count:,}".replace(",", THIN)


def percent(share: float) -> str:
    """Write a share of 1 as a percentage: 2,5 %."""
    return f"{share * 100:.4g}".replace(".", ",") + f"{THIN}%"


def counted(count: int, singular: str, plural: str = "") -> str:
    """Write `count` and the noun that agrees with it; in French zero and one are singular.

    Without `plural`, every word of `singular` takes an s.
    """
    many = plural or " ".join(word + "s" for word in singular.split(" "))
    return f"{number(count)} {singular if count < 2 else many}"


def long_date(day: date) -> str:
    """Write a date in full: 1er septembre 2026."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def field_label(field: str) -> str:
    """Return the registrar's word for an enrolment field, or the field itself when it has none."""
    return FIELD_LABELS.get(field, field)


def say(text: str, /, **values: object) -> str:
    """Return a text as it is written, with `values` put in where it names them."""
    return text.format(**values) if values else text


def short_date(day: date) -> str:
    """Write day and month: 01/09."""
    return f"{day:%d/%m}"


def moment(at: datetime) -> str:
    """Write a date and a time of day: 1er septembre 2026 à 3 h 05."""
    minutes = f"\u00a0{at:%M}" if at.minute else ""
    return f"{long_date(at.date())} à {at.hour}\u00a0h{minutes}"
