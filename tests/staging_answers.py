"""Turn the State's published staging answers into a school's export, so that the rules can judge the State's own data.

    python tests/staging_answers.py FOLDER EXPORT.csv

FOLDER holds one YAML file per answer of the read API (published under the MIT licence, kept outside this project); EXPORT.csv
gets one row per enrolment in them.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

COLUMNS = (
    "ine",
    "dateNaissance",
    "dateDebutInscription",
    "dateFinInscription",
    "statut",
    "regime",
    "codeCommune",
    "uai",
)


def enrolments_in(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the enrolments of every answer that found a student, in the order of file names."""
    for path in sorted(folder.rglob("*.y*ml")):
        answer = yaml.safe_load(path.read_text(encoding="utf-8"))
        if answer["status"] == 200:
            yield from _enrolments(json.loads(answer["payload"]))


def _enrolments(student: dict[str, Any]) -> Iterator[dict[str, str]]:
    for one in student["inscriptions"]:
        facts = {**student, **one, "uai": one["etablissement"]["uai"]}
        yield {column: facts.get(column) or "" for column in COLUMNS}


def write_export(folder: Path, export: Path) -> int:
    """Write the export and return how many rows it has."""
    with export.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, delimiter=";")
        writer.writeheader()
        rows = list(enrolments_in(folder))
        writer.writerows(rows)
    return len(rows)


if __name__ == "__main__":
    written = write_export(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write(f"{written} rows\n")
