"""What is left to send of a chunk, when it may have been sent in part before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome


@dataclass(frozen=True)
class Remainder:
    """`done` holds the receipts that stand, by key; `to_send` what leaves now."""

    done: dict[str, Receipt]
    to_send: list[Planned]


def remainder(
    planned: Sequence[Planned],
    receipts: Mapping[str, Receipt],
    *,
    superseded: Collection[str],
    ambiguous: Literal["repost", "hold"],
) -> Remainder:
    """Sort a chunk by what this run has already been answered.

    A final answer stands. A record in doubt leaves again under `repost` and stays in doubt under `hold`. A superseded one,
    which a later run has sent since, never leaves: this plan may hold older content than the registry.
    """
    done: dict[str, Receipt] = {}
    to_send: list[Planned] = []
    for one in planned:
        receipt = receipts.get(one.key)
        again = receipt is None or (receipt.outcome is Outcome.AMBIGUOUS and ambiguous == "repost")
        if again and one.key not in superseded:
            to_send.append(one)
        elif receipt is not None:
            done[one.key] = receipt
    return Remainder(done, to_send)


def with_the_rest(planned: Sequence[Planned], receipts: Mapping[str, Receipt]) -> list[Receipt]:
    """Return one receipt per planned record, in the chunk's order; NOT_ATTEMPTED for those that have none."""
    return [receipts.get(one.key) or not_attempted(one) for one in planned]


def not_attempted(planned: Planned) -> Receipt:
    """Return the receipt of a record that never left."""
    return Receipt(
        source=planned.source, row=planned.row, key=planned.key, action=planned.action, outcome=Outcome.NOT_ATTEMPTED
    )
