"""A million rows, a share of them bad, as the validate stage would read them: JSON lines of enrolments."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.catalogue import ALL
from benchmarks.corpus import SCHOOLS, Lot, Values, rows_without_end
from benchmarks.kinds import Ending, Kind
from supdata.config.models import Institution
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.lines import write_lines
from supdata.records.rows import RawRow

#: What makes a row bad: kinds that no rule names would only make it look as if bad rows cost nothing.
BAD = tuple(kind for kind in ALL if kind.ending in {Ending.REJECTED, Ending.WARNED, Ending.HELD, Ending.DUPLICATE})
TRIES = 20
#: What is wrong with a commune code, by what its column holds and how it can be read: for those who write the rules by hand.
COMMUNE_FAULTS: dict[str, dict[str, str]] = {
    "postal": {"insee": "unknown", "former": "unknown", "unknown": "unknown"},
    "insee": {"postal": "unknown", "former": "former", "unknown": "unknown"},
    "either": {"both_different": "ambiguous", "former": "former", "unknown": "unknown"},
}


#: A school of whose rows every commune code of France that its column may hold is one: fewer would flatter whoever works each
#: distinct value out once.
SCHOOL = SCHOOLS[0]


def institution() -> Institution:
    """Return the school that the rows are of."""
    return SCHOOL.institution()


def write_rows(path: Path, rows: int, bad: float, seed: int = 5) -> None:
    """Write `rows` enrolments of one school to `path`, a share `bad` of them befallen by mistakes of all kinds."""
    school = Lot(institution(), ())
    raw = (
        RawRow(source=school.source, row=number, values=values)
        for number, values in enumerate(islice(_served(school, bad, Random(seed)), rows), start=2)
    )
    with path.open("wb") as stream:
        write_lines(stream, normalise(raw, school.institution, load_communes()))


def _served(school: Lot, bad: float, draw: Random) -> Iterator[Values]:
    for row in rows_without_end(SCHOOL, draw):
        if draw.random() < bad:
            yield from _kind_for(row, school, draw).make(row, draw)
        else:
            yield row


def _kind_for(row: Values, school: Lot, draw: Random) -> Kind:
    for _ in range(TRIES):
        kind = draw.choice(BAD)
        if kind.fits(row, school):
            return kind
    return BAD[0]
