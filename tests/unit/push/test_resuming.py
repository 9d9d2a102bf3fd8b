from typing import Any

import pytest

from supdata.push.resuming import remainder, with_the_rest
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Action, Outcome


def a_planned(key: str, row: int = 2) -> Planned:
    return Planned(source="s", row=row, sisId="", key=key, content="c", action=Action.CREATE, body={})


def a_receipt(key: str, outcome: Outcome, **changes: Any) -> Receipt:
    return Receipt(**{"source": "s", "row": 2, "key": key, "action": Action.CREATE, "outcome": outcome, **changes})


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN_STUDENT])
@pytest.mark.parametrize("policy", ["repost", "hold"])
def test_a_final_answer_stands(outcome: Outcome, policy: Any) -> None:
    receipt = a_receipt("k", outcome)
    left = remainder([a_planned("k")], {"k": receipt}, superseded=(), ambiguous=policy)
    assert (left.done, left.to_send) == ({"k": receipt}, [])


def test_a_record_in_doubt_leaves_again_unless_it_is_held() -> None:
    receipts = {"k": a_receipt("k", Outcome.AMBIGUOUS)}
    assert remainder([a_planned("k")], receipts, superseded=(), ambiguous="repost").to_send == [a_planned("k")]
    assert remainder([a_planned("k")], receipts, superseded=(), ambiguous="hold").done == receipts


@pytest.mark.parametrize("receipts", [{}, {"k": a_receipt("k", Outcome.AMBIGUOUS)}], ids=["unsent", "in doubt"])
def test_a_superseded_record_never_leaves(receipts: dict[str, Receipt]) -> None:
    left = remainder([a_planned("k")], receipts, superseded={"k"}, ambiguous="repost")
    assert (left.to_send, left.done) == ([], receipts)


def test_every_planned_record_has_one_receipt_in_the_chunks_order() -> None:
    planned = [a_planned("a", 2), a_planned("b", 3)]
    receipts = with_the_rest(planned, {"b": a_receipt("b", Outcome.ACCEPTED, row=3)})
    assert [(one.key, one.row, one.outcome) for one in receipts] == [
        ("a", 2, Outcome.NOT_ATTEMPTED),
        ("b", 3, Outcome.ACCEPTED),
    ]
