"""One reader of the extraction benchmark, in a process of its own: `python -m benchmarks.extract_contender NAME FILE`.

All read the same CSV file, and of it the columns that an enrolment is made of, as text. pandas and polars end with a frame in
memory; the product goes through its rows one by one, as the extract and normalise stages do. Prints one line of JSON.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import msgspec

from builders import an_institution
from supdata.config.formats import CsvFormat
from supdata.config.models import Institution
from supdata.extract.files import read_file
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.rows import RawRow
from supdata.sandbox.schools.made_ine import with_rnie_key

MAPPING = {
    "ine": ["COD_NNE_IND", "COD_CLE_NNE_IND"],
    "dateNaissance": {"column": "DATE_NAI_IND", "dates": ["JJ/MM/AAAA"]},
    "dateDebutInscription": {"constant": "2026-09-01"},
    "dateFinInscription": {"constant": "2027-08-31"},
    "statut": {"columns": ["ETA_IAE", "ETA_PMT_IAE"], "map": {"EP": "inscrit", "EA": "admis"}},
    "regime": {"column": "COD_RGI", "map": {"1": "RF2", "4": "RF4"}},
    "codeCommune": "COD_POS_CMP",
    "uai": "COD_UAI",
    "diplome": "COD_SIS_DIP",
    "niveauDiplome": "COD_NIV_DIP",
    "sisId": "COD_ETU",
}
HEADER = (
    "COD_ANU;COD_ETU;COD_NNE_IND;COD_CLE_NNE_IND;LIB_NOM_PAT_IND;LIB_PR1_IND;COD_SEX_ETU;DATE_NAI_IND;COD_RGI;"
    "ETA_IAE;ETA_PMT_IAE;COD_CMP;COD_POS_CMP;COD_UAI;COD_DIP;COD_SIS_DIP;COD_CUR;COD_NIV_DIP"
)
NAMES = ("MARTIN", "LEFÈVRE", "D'HAŸ", "DUPONT-ÉLOI", "NGUYEN", "BEN ALI", "GARCIA")
FIRST_NAMES = ("Zoé", "Inès", "Jean", "Anaïs", "Léa", "Noël", "Marie-Ève")


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one run took: seconds, of the clock and of all threads together; MiB at most; how many rows it read."""

    contender: str
    rows: int
    wall: float
    cpu: float
    peak_mib: float


def institution() -> Institution:
    """Return the school that the rows are of."""
    return an_institution(uai="0751717J", columns=MAPPING, commune={"column_holds": "postal"})


def write_table(path: Path, rows: int, seed: int = 5) -> None:
    """Write `rows` enrolments as Apogée would give them, in UTF-8, which all contenders read."""
    draw = Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\r\n")
        for number in range(rows):
            ine = with_rnie_key(f"9{draw.randrange(10**8):08d}")
            birth = f"{draw.randint(1, 28):02d}/{draw.randint(1, 12):02d}/{draw.randint(1990, 2009)}"
            name, first = draw.choice(NAMES), draw.choice(FIRST_NAMES)
            state = draw.choice(("E;P", "E;A"))
            place, diploma = draw.choice(("75005", "75013", "13001")), number % 97
            file.write(
                f"2026;{22_000_000 + number};{ine[:-1]};{ine[-1]};{name};{first};F;{birth};{draw.choice('14')};{state};UFR01;"
                f"{place};0751717J;D{diploma:04d};25{diploma:05d};L;0{number % 3 + 1}\r\n"
            )


def _rows(path: Path, school: Institution) -> Iterator[RawRow]:
    with path.open("rb") as stream:
        for row in read_file(stream, path.name, CsvFormat(), school.columns.source_columns()):
            if isinstance(row, RawRow):
                yield row


def extract(path: Path, school: Institution) -> int:
    """Read the rows, as the extract stage does."""
    return sum(1 for _ in _rows(path, school))


def extract_and_normalise(path: Path, school: Institution) -> int:
    """Read the rows and make enrolments of them, as the first two stages do."""
    return sum(1 for _ in normalise(_rows(path, school), school, load_communes()))


def with_pandas(path: Path, school: Institution) -> int:
    """Read the columns into a pandas frame."""
    import pandas as pd

    wanted = [*school.columns.source_columns()]
    return len(pd.read_csv(path, sep=";", dtype=str, usecols=wanted, keep_default_na=False))


def with_polars(path: Path, school: Institution) -> int:
    """Read the columns into a polars frame."""
    import polars as pl

    return pl.read_csv(path, separator=";", infer_schema=False, columns=[*school.columns.source_columns()]).height


CONTENDERS: dict[str, Callable[[Path, Institution], int]] = {
    "extract": extract,
    "extract + normalise": extract_and_normalise,
    "pandas": with_pandas,
    "polars": with_polars,
}


def measure(name: str, path: Path) -> Run:
    """Let a contender read `path`, and say what that took; what a process pays once is paid on a few rows before."""
    read, school = CONTENDERS[name], institution()
    few = path.with_suffix(".few")
    read(few, school)
    wall, cpu = time.perf_counter(), time.process_time()
    rows = read(path, school)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts KiB
    return Run(contender=name, rows=rows, wall=wall, cpu=cpu, peak_mib=peak)


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(measure(sys.argv[1], Path(sys.argv[2]))).decode() + "\n")
