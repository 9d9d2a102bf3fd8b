"""The list of rows to correct: a CSV file that opens in a French spreadsheet with a double click.

One line per student and reason, with the value found and, where one only can have been meant, the value proposed. It holds
student data, and is for the registrar's office alone.
"""

import csv
import re
from io import TextIOWrapper
from typing import BinaryIO

from supdata.report.content import Correction, RunFacts, Weight

HEADER = (
    "Source",
    "Ligne",
    "Numéro d’étudiant",
    "Gravité",
    "Champ",
    "Colonne de la source",
    "Valeur trouvée",
    "Valeur proposée",
    "Règle",
    "Problème",
    "Explication",
    "Comment corriger",
    "Mots du registre ou du lecteur",
)

#: What a spreadsheet would run as a formula (OWASP's list for CSV injection, with the full-width forms that are read alike,
#: and blanks before them) …
FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]")
#: … and what it would turn into another number: leading zeros, exponents (a base-36 INE), more digits than it keeps.
NUMBER_IN_DISGUISE = re.compile(r"0\d+|\d+[eE]\d+|\d{16,}", re.ASCII)


def write_csv(stream: BinaryIO, facts: RunFacts) -> int:
    """Write the rows to correct to `stream` (UTF-8 with a byte order mark, `;`, CRLF) and return how many lines.

    What is only for information is left out: there is nothing to correct in it.
    """
    text = TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    count = 0
    for correction in facts.corrections:
        if correction.finding.weight is not Weight.INFORMATION:
            writer.writerow(_line(correction))
            count += 1
    text.detach()  # flushes; the stream stays open, it is the caller's
    return count


def as_text(value: str) -> str:
    """Return `value` so that a spreadsheet keeps it as text: an apostrophe goes before what it would run or reckon with.

    A value that begins with an apostrophe gets another one, so that taking one off always gives back what was found.
    """
    guarded = value.startswith("'") or FORMULA.match(value) or NUMBER_IN_DISGUISE.fullmatch(value)
    return f"'{value}" if guarded else value


def _line(correction: Correction) -> tuple[str, ...]:
    where, finding = correction.where, correction.finding
    cells = (
        where.source,
        str(where.row),
        where.sis_id,
        finding.weight.value,
        finding.field,
        finding.column,
        correction.value,
        correction.proposed,
        finding.rule,
        finding.title,
        finding.explanation,
        finding.fix,
        finding.words,
    )
    return tuple(as_text(cell) for cell in cells)
