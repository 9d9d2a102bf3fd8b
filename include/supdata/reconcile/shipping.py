"""What became of each planned record, told by the push's files and checked against the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from supdata.reconcile.differences import Difference, Place, compare, name
from supdata.reconcile.evidence import ChunkEvidence
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome

#: States in which nothing has reached the registry: the ledger has no receipt of them.
UNSENT = frozenset({Outcome.NOT_ATTEMPTED, Outcome.HELD})
#: States that a later try may have left behind: a push that was killed leaves the file of the try before it, and the ledger
#: knows more. Nothing is lost or doubled by that; any other disagreement is an error.
BEHIND = frozenset({Outcome.NOT_ATTEMPTED, Outcome.AMBIGUOUS})


@dataclass
class Shipped:
    """All records that were to be sent, each with what became of it."""

    fates: list[Receipt] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def follow(chunks: Iterable[ChunkEvidence], ledger: Iterable[Receipt]) -> Shipped:
    """Return the fate of every planned record, and where plan, files and ledger tell different stories.

    A chunk whose push left no file is told by the ledger; what the ledger does not know has not left.
    """
    told = {receipt.key: receipt for receipt in ledger}
    shipped = Shipped()
    keys: dict[str, Place] = {}
    twice: list[Place] = []
    for chunk in chunks:
        planned = list(chunk.planned)
        twice += [_place(one) for one in planned if keys.setdefault(one.key, _place(one)) != _place(one)]
        if chunk.receipts is None:
            shipped.fates += [_untold(one, told, held=chunk.held) for one in planned]
            continue
        receipts = list(chunk.receipts)
        shipped.differences += compare(map(_place, planned), map(_place, receipts), one="a planned chunk", other="its receipts")
        shipped.fates += [told.get(one.key, one) if one.outcome in BEHIND else one for one in receipts]
    shipped.differences += name("the same enrolment planned twice", twice)
    shipped.differences += _against_ledger(shipped.fates, told)
    return shipped


def _place(record: Planned | Receipt) -> Place:
    return (record.source, record.row)


def _untold(planned: Planned, told: Mapping[str, Receipt], *, held: bool) -> Receipt:
    unsent = Receipt(
        source=planned.source,
        row=planned.row,
        key=planned.key,
        action=planned.action,
        outcome=Outcome.HELD if held else Outcome.NOT_ATTEMPTED,
    )
    return told.get(planned.key, unsent)


def _against_ledger(fates: Iterable[Receipt], told: Mapping[str, Receipt]) -> Iterator[Difference]:
    sent = {one.key: one for one in fates if one.outcome not in UNSENT}
    yield from name(
        "has a receipt in the files and none in the ledger", (_place(sent[key]) for key in sent.keys() - told.keys())
    )
    yield from name(
        "has a receipt in the ledger and none in the files", (_place(told[key]) for key in told.keys() - sent.keys())
    )
    yield from name(
        "has another answer in the files than in the ledger",
        (_place(sent[key]) for key in sent.keys() & told.keys() if _answer(sent[key]) != _answer(told[key])),
    )


def _answer(receipt: Receipt) -> tuple[object, ...]:
    return (_place(receipt), receipt.action, receipt.outcome, receipt.id_inscription)
