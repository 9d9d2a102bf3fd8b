from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.ledger.entries import Entry
from supdata.plan.deciding import Circumstances, Decision, action_of, decide
from supdata.records.judgement import RulesInForce
from supdata.records.states import Action, Outcome

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
RULES = RulesInForce(version="r1", severities={})
IN_LEDGER = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN_STUDENT, Outcome.AMBIGUOUS)


def an_entry(state: Outcome, **changes: Any) -> Entry:
    return Entry(**{"key": "k", "content": "a", "state": state, "rules": "r1", **changes})


def circumstances(**changes: Any) -> Circumstances:
    return Circumstances(**{"mode": "delta", "ambiguous": "repost", "now": NOW, "rules": RULES, **changes})


NEW_RULES = {"rules": RulesInForce(version="r2", severities={})}
LATER, EARLIER = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)
CASES = [
    ("never sent", None, {}, Decision.SEND),
    ("accepted as it is", an_entry(Outcome.ACCEPTED, accepted_content="a"), {}, Decision.KEEP),
    ("accepted as it is, full", an_entry(Outcome.ACCEPTED, accepted_content="a"), {"mode": "full"}, Decision.KEEP),
    ("accepted otherwise", an_entry(Outcome.ACCEPTED, content="b", accepted_content="b"), {}, Decision.SEND),
    ("refused, not due", an_entry(Outcome.REFUSED, next_due=LATER), {}, Decision.WAIT),
    ("refused, due", an_entry(Outcome.REFUSED, next_due=EARLIER), {}, Decision.SEND),
    ("refused, not due, full", an_entry(Outcome.REFUSED, next_due=LATER), {"mode": "full"}, Decision.SEND),
    ("refused otherwise", an_entry(Outcome.REFUSED, content="b", next_due=LATER), {}, Decision.SEND),
    ("a refused change undone", an_entry(Outcome.REFUSED, content="b", accepted_content="a"), {}, Decision.KEEP),
    ("a refused change kept", an_entry(Outcome.REFUSED, accepted_content="b", next_due=LATER), {}, Decision.WAIT),
    ("refused under other rules", an_entry(Outcome.REFUSED, next_due=LATER), NEW_RULES, Decision.SEND),
    ("refused before rules were kept", an_entry(Outcome.REFUSED, rules="", next_due=LATER), {}, Decision.SEND),
    ("accepted under other rules", an_entry(Outcome.ACCEPTED, accepted_content="a"), NEW_RULES, Decision.KEEP),
    (
        "a refused change undone, new rules",
        an_entry(Outcome.REFUSED, content="b", accepted_content="a"),
        NEW_RULES,
        Decision.KEEP,
    ),
    ("unknown under other rules", an_entry(Outcome.UNKNOWN_STUDENT, next_due=LATER), NEW_RULES, Decision.SEND),
    (
        "in doubt, hold, other rules",
        an_entry(Outcome.AMBIGUOUS, doubt=True),
        {"ambiguous": "hold", **NEW_RULES},
        Decision.WAIT,
    ),
    ("unknown, not due", an_entry(Outcome.UNKNOWN_STUDENT, next_due=LATER), {}, Decision.WAIT),
    ("unknown, due", an_entry(Outcome.UNKNOWN_STUDENT, next_due=EARLIER), {}, Decision.SEND),
    ("unknown, not due, full", an_entry(Outcome.UNKNOWN_STUDENT, next_due=LATER), {"mode": "full"}, Decision.SEND),
    ("unknown otherwise", an_entry(Outcome.UNKNOWN_STUDENT, content="b", next_due=LATER), {}, Decision.SEND),
    ("in doubt", an_entry(Outcome.AMBIGUOUS, doubt=True), {}, Decision.SEND),
    ("in doubt, hold", an_entry(Outcome.AMBIGUOUS, doubt=True), {"ambiguous": "hold"}, Decision.WAIT),
    (
        "in doubt, hold, with a read connection",
        an_entry(Outcome.AMBIGUOUS, doubt=True),
        {"ambiguous": "hold", "reads": True},
        Decision.SEND,
    ),
    (
        "in doubt otherwise, hold, with a read connection",
        an_entry(Outcome.AMBIGUOUS, content="b", doubt=True),
        {"ambiguous": "hold", "reads": True},
        Decision.WAIT,
    ),
    ("in doubt, hold, full", an_entry(Outcome.AMBIGUOUS, doubt=True), {"ambiguous": "hold", "mode": "full"}, Decision.WAIT),
    (
        "in doubt, hold, asked for",
        an_entry(Outcome.AMBIGUOUS, doubt=True, replay=True),
        {"ambiguous": "hold"},
        Decision.SEND,
    ),
    ("refused, not due, asked for", an_entry(Outcome.REFUSED, next_due=LATER, replay=True), {}, Decision.SEND),
    ("accepted as it is, asked for", an_entry(Outcome.ACCEPTED, accepted_content="a", replay=True), {}, Decision.SEND),
    (
        "accepted once, then another content in doubt",
        an_entry(Outcome.AMBIGUOUS, content="b", accepted_content="a", doubt=True),
        {},
        Decision.SEND,
    ),
    (
        "accepted once, then in doubt, then refused",
        an_entry(Outcome.REFUSED, content="c", accepted_content="a", doubt=True),
        {},
        Decision.SEND,
    ),
]


@pytest.mark.parametrize(("entry", "around", "decision"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_standing_has_its_decision(entry: Entry | None, around: dict[str, Any], decision: Decision) -> None:
    assert decide(entry, "a", circumstances(**around)) is decision


@given(
    state=st.sampled_from(IN_LEDGER),
    content=st.sampled_from("ab"),
    mode=st.sampled_from(["delta", "full"]),
    policy=st.sampled_from(["repost", "hold"]),
)
def test_what_the_registry_holds_for_certain_is_never_sent_again(state: Outcome, content: str, mode: str, policy: str) -> None:
    entry = an_entry(state, content=content, accepted_content="a")
    assert decide(entry, "a", circumstances(mode=mode, ambiguous=policy)) is Decision.KEEP


@given(state=st.sampled_from(IN_LEDGER), content=st.sampled_from("abc"), mode=st.sampled_from(["delta", "full"]))
def test_under_hold_a_record_in_doubt_never_leaves(state: Outcome, content: str, mode: str) -> None:
    entry = an_entry(state, content=content, accepted_content="a", doubt=True)
    assert decide(entry, "b", circumstances(mode=mode, ambiguous="hold")) is Decision.WAIT


def test_sending_is_an_update_once_anything_was_accepted() -> None:
    assert action_of(None) is Action.CREATE
    assert action_of(an_entry(Outcome.REFUSED)) is Action.CREATE
    assert action_of(an_entry(Outcome.REFUSED, accepted_content="b")) is Action.UPDATE
