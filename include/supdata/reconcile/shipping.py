"""What became of each planned record, told by the push's files and checked against the ledger."""

from collections.abc import Iterable, Mapping, Sequence

from supdata.reconcile.differences import Differences, Place, compare
from supdata.reconcile.evidence import ChunkEvidence, Due, Placed
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome

#: States in which nothing has reached the registry: the ledger has no receipt of them.
UNSENT = frozenset({Outcome.NOT_ATTEMPTED, Outcome.HELD})
#: States that a later try may have left behind: a push that was killed leaves the file of the try before it, and the ledger
#: knows more. Nothing is lost or doubled by that; any other disagreement is an error.
BEHIND = frozenset({Outcome.NOT_ATTEMPTED, Outcome.AMBIGUOUS})

UNKNOWN_TO_FILES = "has a receipt in the ledger and none in the files"


def follow(chunk: ChunkEvidence, planned: Sequence[Due], found: Differences) -> list[Receipt]:
    """Return the fate of every record of a chunk, and note where plan, files and ledger tell different stories.

    A chunk whose push left no file is told by the ledger; what the ledger does not know has not left.
    """
    told = {receipt.key: receipt for receipt in chunk.ledger}
    if chunk.receipts is None:
        fates = [_untold(one, told, held=chunk.held) for one in planned]
    else:
        receipts = list(chunk.receipts)
        compare(found, map(place_of, planned), map(place_of, receipts), one="a planned chunk", other="its receipts")
        fates = [told.get(one.key, one) if one.outcome in BEHIND else one for one in receipts]
    _compare_with_ledger(fates, told, found)
    return fates


def place_of(record: Placed) -> Place:
    """Return where a record stands in the source."""
    return (record.source, record.row)


def _untold(planned: Due, told: Mapping[str, Receipt], *, held: bool) -> Receipt:
    unsent = Receipt(
        source=planned.source,
        row=planned.row,
        key=planned.key,
        action=planned.action,
        outcome=Outcome.HELD if held else Outcome.NOT_ATTEMPTED,
    )
    return told.get(planned.key, unsent)


def _compare_with_ledger(fates: Iterable[Receipt], told: Mapping[str, Receipt], found: Differences) -> None:
    sent = {one.key: one for one in fates if one.outcome not in UNSENT}
    found.add("has a receipt in the files and none in the ledger", (place_of(sent[key]) for key in sent.keys() - told.keys()))
    found.add(UNKNOWN_TO_FILES, (place_of(told[key]) for key in told.keys() - sent.keys()))
    found.add(
        "has another answer in the files than in the ledger",
        (place_of(sent[key]) for key in sent.keys() & told.keys() if _answer(sent[key]) != _answer(told[key])),
    )


def _answer(receipt: Receipt) -> tuple[object, ...]:
    return (place_of(receipt), receipt.action, receipt.outcome, receipt.id_inscription)
