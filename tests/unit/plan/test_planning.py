from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_enrolment, an_institution
from supdata.errors import BalanceBroken
from supdata.ledger.entries import Entry, Standing
from supdata.ledger.fingerprint import Fingerprint
from supdata.plan.planning import Plan, make_plan
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment
from supdata.records.shipment import Known, Planned, Receipt
from supdata.records.states import Action, Outcome

FINGERPRINT = Fingerprint(b"a secret of the tests")
NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
INSTITUTION = an_institution(registry={"connection": "x", "chunk_size": 3}, limits={"minimum_rows": 0})
CALM = an_institution(registry={"connection": "x", "chunk_size": 3})


def rows(count: int) -> list[Enrolment]:
    return [an_enrolment(row=row, ine=f"{row:09d}FJ") for row in range(2, count + 2)]


def key_of(enrolment: Enrolment) -> str:
    return FINGERPRINT.key(enrolment.natural_key)


def known(enrolment: Enrolment, state: Outcome = Outcome.ACCEPTED, **changes: Any) -> Entry:
    """What the ledger knows when exactly this was sent."""
    content = FINGERPRINT.content(make_body(enrolment, INSTITUTION))
    accepted = content if state is Outcome.ACCEPTED else ""
    doubt = state is Outcome.AMBIGUOUS
    return Entry(
        **{
            "key": key_of(enrolment),
            "content": content,
            "state": state,
            "accepted_content": accepted,
            "doubt": doubt,
            **changes,
        }
    )


def changed(enrolment: Enrolment) -> Entry:
    return known(enrolment, content="f" * 32, accepted_content="f" * 32)


def plan(valid: Sequence[Enrolment], entries: Iterable[Entry] = (), **changes: Any) -> Plan:
    arguments: dict[str, Any] = {
        "fingerprint": FINGERPRINT,
        "entries": {one.key: one for one in entries},
        "standing": (),
        "present": {key_of(one) for one in valid},
        "mode": "delta",
        "now": NOW,
        "read": len(valid),
        "rejected": 0,
    }
    institution = changes.pop("institution", CALM)
    return make_plan(valid, institution, **{**arguments, **changes})


def places(plan: Plan) -> list[tuple[str, int]]:
    leaving = [one for chunk in (*plan.chunks, *plan.held) for one in chunk]
    told: list[Planned | Known | Receipt] = [*leaving, *plan.unchanged, *plan.waiting]
    return [(one.source, one.row) for one in told]


def test_what_was_never_sent_leaves_in_chunks_of_the_set_size_in_the_order_of_rows() -> None:
    found = plan(list(reversed(rows(7))))
    assert [[one.row for one in chunk] for chunk in found.chunks] == [[2, 3, 4], [5, 6, 7], [8]]
    assert {one.action for chunk in found.chunks for one in chunk} == {Action.CREATE}
    assert (found.held, found.held_why) == ([], "")


def test_the_plan_is_the_same_whatever_the_order_of_rows() -> None:
    entries = [known(rows(7)[0]), changed(rows(7)[1]), known(rows(7)[2], Outcome.REFUSED)]
    assert plan(rows(7), entries) == plan(list(reversed(rows(7))), list(reversed(entries)))


def test_what_the_registry_holds_stays() -> None:
    found = plan(rows(3), map(known, rows(3)))
    assert ([one.row for one in found.unchanged], found.chunks, found.waiting) == ([2, 3, 4], [], [])


def test_what_the_registry_refused_waits_with_its_words_and_what_it_would_have_been() -> None:
    (waiting,) = plan(rows(1), [known(rows(1)[0], Outcome.REFUSED, status=400, words="le format")]).waiting
    assert (waiting.row, waiting.outcome, waiting.status, waiting.words, waiting.action) == (
        2, Outcome.REFUSED, 400, "le format", Action.CREATE,
    )  # fmt: skip


def test_a_held_doubt_is_carried_as_ambiguous_even_when_a_refusal_followed_it() -> None:
    holding = an_institution(registry={"connection": "x", "ambiguous": "hold"})
    entry = known(rows(1)[0], Outcome.REFUSED, doubt=True)
    assert [one.outcome for one in plan(rows(1), [entry], institution=holding).waiting] == [Outcome.AMBIGUOUS]


def test_a_surprising_batch_holds_updates_and_lets_creations_go() -> None:
    found = plan(rows(6), map(changed, rows(6)[:4]), institution=INSTITUTION)
    assert [[one.row for one in chunk] for chunk in found.held] == [[2, 3, 4], [5]]
    assert [[one.row for one in chunk] for chunk in found.chunks] == [[6, 7]]
    assert "4 of 4 enrolments already declared would change" in found.held_why


def test_a_surprise_without_any_update_holds_nothing_and_asks_nothing() -> None:
    found = plan(rows(2), institution=INSTITUTION, read=10, rejected=8)
    assert (found.held, found.held_why, len(found.chunks)) == ([], "", 1)


def test_the_hash_names_the_batch_whatever_the_row_order_and_changes_with_it() -> None:
    batch = [rows(4), rows(4)[:3], [an_enrolment(row=2, ine=rows(1)[0].ine, cursus="M"), *rows(4)[1:]]]
    hashes = [plan(valid, map(changed, rows(4)), institution=INSTITUTION).batch_hash for valid in batch]
    assert len(set(hashes)) == 3
    assert plan(batch[0][::-1], map(changed, rows(4)), institution=INSTITUTION).batch_hash == hashes[0]


def standing(enrolment: Enrolment) -> Standing:
    return Standing(key=key_of(enrolment), seen_run="night-0", seen_source="old.csv", seen_row=enrolment.row)


def test_what_the_source_no_longer_holds_has_departed_from_where_it_last_stood() -> None:
    found = plan(rows(2), map(known, rows(2)), standing=map(standing, reversed(rows(4))))
    assert [(one.seen_source, one.seen_row, one.seen_run) for one in found.departed] == [
        ("old.csv", 4, "night-0"),
        ("old.csv", 5, "night-0"),
    ]


def test_a_row_with_a_fault_has_not_departed() -> None:
    assert plan(rows(1), standing=map(standing, rows(2)), present={key_of(one) for one in rows(2)}).departed == []


def test_nobody_departs_from_a_read_that_was_cut_short() -> None:
    assert plan(rows(1), standing=map(standing, rows(4)), present=None).departed == []


def test_one_enrolment_on_two_rows_is_never_planned_twice() -> None:
    with pytest.raises(BalanceBroken, match=r"row 2 of inscriptions\.csv and row 9 of inscriptions\.csv") as raised:
        plan([an_enrolment(row=9), an_enrolment(row=2)])
    assert "123456789FJ" not in str(raised.value)


ENTRIES = st.sampled_from(["none", "known", "changed", "refused", "unknown", "ambiguous"])


def entry_for(enrolment: Enrolment, kind: str) -> list[Entry]:
    states = {"refused": Outcome.REFUSED, "unknown": Outcome.UNKNOWN_STUDENT, "ambiguous": Outcome.AMBIGUOUS}
    if kind == "none":
        return []
    return [changed(enrolment) if kind == "changed" else known(enrolment, states.get(kind, Outcome.ACCEPTED))]


@given(kinds=st.lists(ENTRIES, max_size=12), mode=st.sampled_from(["delta", "full"]), rejected=st.integers(0, 12))
def test_every_valid_row_is_in_exactly_one_place_of_the_plan(kinds: list[str], mode: str, rejected: int) -> None:
    valid = rows(len(kinds))
    entries = [entry for row, kind in zip(valid, kinds, strict=True) for entry in entry_for(row, kind)]
    found = plan(valid, entries, mode=mode, read=len(valid) + rejected, rejected=rejected, institution=INSTITUTION)
    assert sorted(places(found)) == [(one.source, one.row) for one in valid]
    assert all(1 <= len(chunk) <= 3 for chunk in (*found.chunks, *found.held))
    assert {one.action for chunk in found.held for one in chunk} <= {Action.UPDATE}
