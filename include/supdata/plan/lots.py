"""Valid enrolments in lots, as columns: a plan of a million rows holds some ten thousand of them at a time.

Hardly any row of a night has changed. To know that takes its key and its content, which polars works out for a whole lot; an
enrolment is made only of a row that is looked at.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import TypeVar

import msgspec
import polars as pl

from supdata.config.models import Institution
from supdata.errors import CallUs
from supdata.ledger.column_fingerprints import contents_of, keys_of
from supdata.ledger.fingerprint import Fingerprint
from supdata.plan.wire import OPTIONAL, make_body
from supdata.records.enrolment import Enrolment
from supdata.records.lines import Lines

#: Bytes read at a time.
BLOCK = 2**23
KEY = ("uai", "ine", "dateDebutInscription", "diplome")
SAME = ("ine", "dateNaissance", "dateDebutInscription", "dateFinInscription", "uai", *OPTIONAL)
#: How COPY text writes what would end a column or a line.
ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}

Met = TypeVar("Met")


@dataclass(frozen=True)
class Lot:
    """Some rows of the file: their columns, and by number the ledger's key and the content of what each would be sent as."""

    block: bytes
    columns: pl.DataFrame
    keys: list[str]
    contents: list[str]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.keys)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.block.splitlines()

    def enrolment(self, number: int) -> Enrolment:
        """Return one row."""
        return msgspec.json.decode(self._lines[number], type=Enrolment)

    def copy_text(self) -> bytes:
        """Return number, key, content, source and row of each, as PostgreSQL's COPY reads them, in the order of keys."""
        source = pl.col("source").str.replace_many(list(ESCAPED), list(ESCAPED.values()))
        cells = [
            pl.int_range(pl.len()),
            pl.Series("key", self.keys),
            pl.Series("content", self.contents),
            source,
            pl.col("row"),
        ]
        text = BytesIO()
        self.columns.select(cells).sort("key").write_csv(text, include_header=False, separator="\t", quote_style="never")
        return text.getvalue()

    def known(self, besides: Iterable[int]) -> bytes:
        """Return as lines of `Known` all rows but some."""
        kept = self.columns.select("source", "row", pl.Series("key", self.keys, pl.String))
        numbers = list(besides)
        if numbers:
            kept = kept.with_row_index("n").filter(~pl.col("n").is_in(numbers)).drop("n")
        lines = BytesIO()
        kept.write_ndjson(lines)
        return lines.getvalue()


def read_lots(stream: Lines, institution: Institution, fingerprint: Fingerprint) -> Iterator[Lot]:
    """Yield the valid enrolments of a file, whose lines are sorted by source and row.

    Raises CallUs when a line is no enrolment or not in its place, and when a valid row cannot be written for the registry.
    """
    last = ("", -1)
    while block := stream.read(BLOCK):
        lot = _lot(block + stream.readline(), institution, fingerprint)
        last = _require_order(lot.columns, last)
        yield lot


def beside(lots: Iterable[Lot], meet: Callable[[Lot], Met]) -> Iterator[tuple[Lot, Met]]:
    """Yield each lot with what `meet` returns of it, which is called in a thread while the next lot is read."""
    with ThreadPoolExecutor(1) as pool:
        before = None
        for lot in lots:
            met = pool.submit(meet, lot)
            if before is not None:
                yield before[0], before[1].result()
            before = lot, met
        if before is not None:
            yield before[0], before[1].result()


def _lot(block: bytes, institution: Institution, fingerprint: Fingerprint) -> Lot:
    texts = ("source", "sisId", *SAME, "statut", "regime", _commune(institution))
    try:
        columns = pl.read_ndjson(block, schema=dict.fromkeys(texts, pl.String) | {"row": pl.Int64})
    except pl.exceptions.PolarsError:  # what it says may quote the line
        raise _spoilt("it has a line that is no enrolment") from None
    columns = columns.with_columns(pl.col(texts).fill_null(""))
    bodies = _bodies(columns, institution)
    _require_wire_forms(block, bodies, institution)
    return Lot(block, columns, keys_of(fingerprint, columns.select(KEY)), contents_of(fingerprint, bodies, OPTIONAL))


def _bodies(columns: pl.DataFrame, institution: Institution) -> pl.DataFrame:
    """Return the fields of `make_body` as columns, "" where there is none."""
    codes = institution.registry.codes
    return columns.select(
        *SAME,
        pl.col(_commune(institution)).alias("codeCommune"),
        _coded("statut", {str(value): code for value, code in codes.statut.items()}),
        _coded("regime", {str(value): code for value, code in codes.regime.items()}),
    )


def _commune(institution: Institution) -> str:
    return "communePostal" if institution.commune.emit == "postal" else "communeInsee"


def _coded(name: str, codes: dict[str, str]) -> pl.Expr:
    return pl.col(name).replace_strict(codes, default="", return_dtype=pl.String)


def _require_wire_forms(block: bytes, bodies: pl.DataFrame, institution: Institution) -> None:
    """Make the body of the first row that lacks a field, which says what is wrong with it."""
    lacking = bodies.select(pl.any_horizontal(pl.exclude(OPTIONAL) == "")).to_series()
    if lacking.any():
        make_body(msgspec.json.decode(block.splitlines()[lacking.arg_max() or 0], type=Enrolment), institution)


def _require_order(columns: pl.DataFrame, last: tuple[str, int]) -> tuple[str, int]:
    """Return the last place of a lot whose places rise from `last` on; text is ordered as Python orders it, by code point."""
    source, row = pl.col("source"), pl.col("row")
    before = source.shift(1, fill_value=last[0]), row.shift(1, fill_value=last[1])
    rises = (source > before[0]) | ((source == before[0]) & (row > before[1]))
    if not columns.select(rises.all()).item():
        raise _spoilt("its rows are not in the order of their places")
    return columns.select("source", "row").row(-1)


def _spoilt(found: str) -> CallUs:
    return CallUs("Reading the valid enrolments to plan", found, "Clear the task `validate` so that they are written again.")
