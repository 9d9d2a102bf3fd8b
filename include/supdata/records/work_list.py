"""The form of the list to correct, on which whoever writes it and whoever reads it back must agree."""

import re

SHEET = "À corriger"
CORRECTION = "Correction"
KEY = "Clé"
#: Each column with its width in characters.
COLUMNS = {
    "Source": 24,
    "Ligne": 8,
    "Numéro d’étudiant": 18,
    "Gravité": 12,
    "Champ": 20,
    "Colonne de la source": 24,
    "Valeur trouvée": 22,
    "Valeur proposée": 22,
    CORRECTION: 22,
    "Problème": 34,
    "Explication": 50,
    "Comment corriger": 50,
    "Mots du registre ou du lecteur": 34,
    "Valeur déjà déclarée": 22,
    "Jours ouverts": 14,
    "Règle": 20,
    KEY: 44,
}
HEADER = tuple(COLUMNS)

#: What a spreadsheet would run as a formula (OWASP's list for CSV injection, with the full-width forms that are read alike,
#: and blanks before them) …
FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]")
#: … and what it would turn into another number: leading zeros, exponents (a base-36 INE), more digits than it keeps.
NUMBER_IN_DISGUISE = re.compile(r"0\d+|\d+[eE]\d+|\d{16,}", re.ASCII)


def as_text(value: str) -> str:
    """Return `value` so that a spreadsheet keeps it as text: an apostrophe goes before what it would run or reckon with.

    A value that begins with an apostrophe gets another one, so that taking one off always gives back what was found.
    """
    guarded = value.startswith("'") or FORMULA.match(value) or NUMBER_IN_DISGUISE.fullmatch(value)
    return f"'{value}" if guarded else value


def as_found(cell: str) -> str:
    """Return what a cell of the CSV stands for: `as_text` undone."""
    return cell.removeprefix("'")
