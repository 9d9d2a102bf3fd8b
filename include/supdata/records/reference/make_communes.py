"""Make `communes.csv` from the npm package @etalab/decoupage-administratif: `python make_communes.py` (needs npm).

Run again with a new `VERSION` each year, when the Code officiel géographique changes.
"""

import csv
import json
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PACKAGE = "@etalab/decoupage-administratif"
VERSION = "6.0.0"
TABLE = Path(__file__).with_name("communes.csv")
COLUMNS = ("insee", "name", "part_of", "postal_codes", "former_codes")


def fetch(version: str, folder: Path) -> list[dict[str, Any]]:
    """Have npm fetch the package into `folder` and return its communes as it describes them."""
    subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as package:
        member = package.extractfile("package/data/communes.json")
        if member is None:
            raise FileNotFoundError("package/data/communes.json")
        communes: list[dict[str, Any]] = json.load(member)
    return communes


def table_rows(communes: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return one row per commune and municipal arrondissement, by code; lists are joined by spaces.

    `part_of` is the city of an arrondissement (Paris, Lyon, Marseille). `former_codes` are codes that no longer stand for a
    commune of their own: renumbered, merged, or kept as a commune déléguée or associée.
    """
    every = list(communes)
    current = {c["code"]: c for c in every if c["type"] in {"commune-actuelle", "arrondissement-municipal"}}
    former: dict[str, set[str]] = defaultdict(set)
    for commune in every:
        now = commune.get("chefLieu", commune["code"])
        former[now].update(code for code in (commune["code"], *commune.get("anciensCodes", ())) if code not in current)
    return [
        (code, c["nom"], c.get("commune", ""), " ".join(sorted(c.get("codesPostaux", ()))), " ".join(sorted(former[code])))
        for code, c in sorted(current.items())
    ]


def write_table(rows: Iterable[tuple[str, ...]], table: Path) -> None:
    """Write `rows` under a header line."""
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def main() -> int:
    """Fetch the package and rewrite the table beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        rows = table_rows(fetch(VERSION, Path(folder)))
    write_table(rows, TABLE)
    print(f"{TABLE.name}: {len(rows)} communes from {PACKAGE} {VERSION}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
