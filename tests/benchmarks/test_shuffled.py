"""The same rows in another order: the same verdicts, the same reasons, the same bytes."""

import io
from collections.abc import Iterable
from random import Random

import pytest

from benchmarks.catalogue import ALL
from benchmarks.corpus import Lot, clean_corpus, enrolments
from benchmarks.injecting import inject_all
from benchmarks.judged import judged
from supdata.records.lines import write_lines

LOTS = clean_corpus(4_000)


def _bytes(records: Iterable[object]) -> bytes:
    stream = io.BytesIO()
    write_lines(stream, records)
    return stream.getvalue()


@pytest.mark.parametrize("lot", LOTS, ids=lambda lot: lot.source)
def test_shuffled_rows_give_the_same_file(lot: Lot) -> None:
    """All kinds of mistakes are in the file: comparisons between rows are what order could change."""
    rows = enrolments(lot, inject_all(lot, ALL, each=3, seed=9).rows)
    in_order = _bytes(judged(rows, lot.institution))
    for seed in (1, 2):
        shuffled = list(rows)
        Random(seed).shuffle(shuffled)
        assert _bytes(judged(shuffled, lot.institution)) == in_order
