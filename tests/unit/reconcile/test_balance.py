"""A balance that closes, and every way of losing or doubling a row that must break it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_enrolment
from supdata.errors import BalanceBroken, TryLater
from supdata.reconcile.balance import Balance, ChunkEvidence, Difference, Evidence, check, raise_if_broken
from supdata.records.counts import Counts
from supdata.records.judgement import Judgement
from supdata.records.rows import LeftOutRow, RawRow, UnreadableRow
from supdata.records.shipment import Departed, Known, Planned, Receipt
from supdata.records.states import Action, Outcome, Verdict

SOURCE = "inscriptions.csv"
ANSWERS = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN_STUDENT, Outcome.AMBIGUOUS, Outcome.NOT_ATTEMPTED)


def key(row: int) -> str:
    return f"{row:032x}"


def a_planned(row: int, action: Action = Action.CREATE) -> Planned:
    return Planned(source=SOURCE, row=row, sisId="", key=key(row), content="c", action=action, body={})


def a_receipt(row: int, outcome: Outcome, action: Action = Action.CREATE, **changes: Any) -> Receipt:
    return Receipt(**{"source": SOURCE, "row": row, "key": key(row), "action": action, "outcome": outcome, **changes})


@dataclass
class Files:
    """The records of one run, to be spoilt by a test."""

    rows: list[RawRow] = field(default_factory=list)
    unreadable: list[UnreadableRow] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    valid: list[Any] = field(default_factory=list)
    enrolments: list[Any] = field(default_factory=list)
    unchanged: list[Known] = field(default_factory=list)
    waiting: list[Receipt] = field(default_factory=list)
    departed: list[Departed] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    held: list[Planned] = field(default_factory=list)
    ledger: list[Receipt] = field(default_factory=list)

    def add(self, row: int, state: str) -> None:
        """Add a row that ends in `state`."""
        if state == "unreadable":
            self.unreadable.append(UnreadableRow(source=SOURCE, row=row, reason="too short"))
            return
        verdict = Verdict(state) if state in set(Verdict) - {Verdict.VALID} else Verdict.VALID
        self.rows.append(RawRow(source=SOURCE, row=row, values={}))
        self.enrolments.append(an_enrolment(source=SOURCE, row=row))
        self.judgements.append(Judgement(source=SOURCE, row=row, verdict=verdict))
        if verdict is Verdict.VALID:
            self.valid.append(an_enrolment(source=SOURCE, row=row))
            self._plan(row, state)

    def _plan(self, row: int, state: str) -> None:
        if state == "unchanged":
            self.unchanged.append(Known(source=SOURCE, row=row, key=key(row)))
        elif state == "waiting":
            self.waiting.append(a_receipt(row, Outcome.REFUSED))
        elif state == "held":
            self.held.append(a_planned(row, Action.UPDATE))
        else:
            action = Action.UPDATE if state.startswith("updated") else Action.CREATE
            receipt = a_receipt(row, Outcome(state.removeprefix("updated ")), action)
            self.planned.append(a_planned(row, action))
            self.receipts.append(receipt)
            if receipt.outcome is not Outcome.NOT_ATTEMPTED:
                self.ledger.append(receipt)

    def evidence(self, **changes: Any) -> Evidence:
        held = {one.key for one in self.held}
        told = [[one for one in self.ledger if (one.key in held) is of_held] for of_held in (False, True)]
        chunks = [
            ChunkEvidence(self.planned, self.receipts, ledger=told[0]),
            ChunkEvidence(self.held, None, held=True, ledger=told[1]),
        ]
        found = Evidence(
            rows=self.rows,
            unreadable=self.unreadable,
            enrolments=self.enrolments,
            judgements=self.judgements,
            valid=self.valid,
            unchanged=self.unchanged,
            waiting=self.waiting,
            departed=self.departed,
            chunks=chunks,
        )
        return replace(found, **changes)


STATES = (
    "unreadable", "duplicate", "rejected", "provisional", "unchanged", "waiting", "held", "updated accepted", *ANSWERS,
)  # fmt: skip


def files(*states: str) -> Files:
    made = Files()
    for row, state in enumerate(states, start=2):
        made.add(row, state)
    return made


@given(st.lists(st.sampled_from(STATES), max_size=30))
def test_a_run_in_which_each_row_ends_in_one_state_closes_with_each_counted_once(states: list[str]) -> None:
    balance = check(files(*states).evidence())
    assert balance.differences == ()
    counts = balance.counts
    assert counts.read == len(states)
    assert counts.accepted == states.count("accepted") + states.count("updated accepted")
    assert (counts.created, counts.updated) == (states.count("accepted"), states.count("updated accepted"))
    assert counts.refused == states.count("refused") + states.count("waiting")
    assert counts.to_update == states.count("updated accepted") + states.count("held")
    for state in ("unreadable", "duplicate", "rejected", "provisional", "unchanged", "held", "ambiguous", "not_attempted"):
        assert getattr(counts, state) == states.count(state)


def test_departed_enrolments_are_counted_beside_the_equations() -> None:
    made = files("accepted")
    made.departed.append(Departed(key=key(99), seen_run="r", seen_source=SOURCE, seen_row=99))
    assert check(made.evidence()) == Balance(Counts(read=1, valid=1, to_create=1, accepted=1, created=1, departed=1), ())


LISTS = ["rows", "enrolments", "judgements", "valid", "unchanged", "waiting", "planned", "receipts", "held", "ledger"]
ONE_OF_EACH = ("duplicate", "accepted", "accepted", "refused", "unchanged", "unchanged", "waiting", "waiting", "held", "held")


@given(where=st.sampled_from(LISTS), index=st.integers(0, 1))
def test_a_record_lost_anywhere_breaks_the_balance_and_its_row_is_named(where: str, index: int) -> None:
    made = files(*ONE_OF_EACH)
    lost = getattr(made, where).pop(index)
    assert (lost.source, lost.row) in named(check(made.evidence()))


@given(where=st.sampled_from([name for name in LISTS if name != "ledger"]), index=st.integers(0, 1))
def test_a_record_doubled_anywhere_breaks_the_balance_and_its_row_is_named(where: str, index: int) -> None:
    made = files(*ONE_OF_EACH)
    records = getattr(made, where)
    records.append(records[index])
    assert (records[index].source, records[index].row) in named(check(made.evidence()))


def named(balance: Balance) -> set[tuple[str, int]]:
    assert not balance.closes
    return {place for difference in balance.differences for place in difference.rows}


def spoil(change: Callable[[Files], object]) -> str:
    made = files("accepted", "refused", "rejected", "unchanged")
    change(made)
    return " / ".join(map(str, check(made.evidence()).differences))


def test_a_row_both_read_and_unreadable_breaks_the_balance() -> None:
    both = UnreadableRow(source=SOURCE, row=2, reason="too short")
    assert "both read and unreadable: 1 (inscriptions.csv row 2)" in spoil(lambda made: made.unreadable.append(both))


def test_an_answer_that_the_ledger_tells_otherwise_breaks_the_balance() -> None:
    def swap(made: Files) -> None:
        made.ledger[0] = a_receipt(2, Outcome.REFUSED)

    assert "has another answer in the files than in the ledger: 1 (inscriptions.csv row 2)" in spoil(swap)


def test_an_acceptance_under_another_number_breaks_the_balance() -> None:
    def swap(made: Files) -> None:
        made.ledger[0] = a_receipt(2, Outcome.ACCEPTED, id_inscription="12")

    assert "another answer" in spoil(swap)


def test_one_enrolment_planned_from_two_rows_breaks_the_balance() -> None:
    def repeat(made: Files) -> None:
        made.planned[1] = msgspec.structs.replace(made.planned[1], key=key(2))

    assert "the same enrolment planned twice: 1 (inscriptions.csv row 3)" in spoil(repeat)


def test_a_receipt_of_another_runs_record_breaks_the_balance() -> None:
    assert "in the ledger and none in the files" in spoil(lambda made: made.ledger.append(a_receipt(77, Outcome.ACCEPTED)))


def test_a_receipt_in_a_chunk_that_the_plan_does_not_have_breaks_the_balance() -> None:
    (difference,) = check(files("accepted").evidence(strays=[a_receipt(77, Outcome.ACCEPTED)])).differences
    assert str(difference) == "has a receipt in the ledger and none in the files: 1 (inscriptions.csv row 77)"


def test_rows_are_told_apart_by_source_and_number_however_large() -> None:
    places = [("a", 0), ("a", 1), ("a", 65_536), ("b", 1), ("b", 5_000_000_000)]
    rows = [RawRow(source=source, row=row, values={}) for source, row in places]
    differences = check(Evidence(rows=rows, enrolments=rows[1:4], judgements=())).differences
    lost = next(one for one in differences if one.what == "in the rows read, missing from the enrolments")
    assert lost.rows == (places[0], places[4])
    unjudged = next(one for one in differences if one.what == "in the rows read, missing from the judgements")
    assert unjudged.rows == tuple(places)


def test_a_difference_names_twenty_rows_and_counts_them_all() -> None:
    made = files(*["accepted"] * 30)
    made.receipts.clear()
    differences = check(made.evidence()).differences
    lost = next(one for one in differences if one.what == "in a planned chunk, missing from its receipts")
    assert (lost.count, len(lost.rows)) == (30, 20)
    assert str(lost).endswith(", …)")


def test_a_chunk_without_a_file_is_told_by_the_ledger_and_the_rest_was_not_attempted() -> None:
    made = files("accepted", "refused", "unknown_student")
    made.ledger = made.ledger[:1]
    balance = check(made.evidence(chunks=[ChunkEvidence(made.planned, None, ledger=made.ledger)]))
    assert balance.closes
    assert (balance.counts.accepted, balance.counts.not_attempted) == (1, 2)


def test_an_approved_chunk_without_a_file_is_told_by_the_ledger_too() -> None:
    made = files("held", "held")
    made.ledger = [a_receipt(2, Outcome.ACCEPTED, Action.UPDATE)]
    balance = check(made.evidence())
    assert balance.closes
    assert (balance.counts.updated, balance.counts.held) == (1, 1)


@pytest.mark.parametrize("behind", [Outcome.NOT_ATTEMPTED, Outcome.AMBIGUOUS])
def test_a_file_of_an_earlier_try_gives_way_to_the_ledger(behind: Outcome) -> None:
    made = files("accepted")
    made.receipts[0] = a_receipt(2, behind)
    balance = check(made.evidence())
    assert balance.closes
    assert balance.counts.accepted == 1


def test_a_balance_survives_its_file() -> None:
    made = files(*ONE_OF_EACH)
    made.receipts.pop()
    balance = check(made.evidence())
    assert msgspec.json.decode(msgspec.json.encode(balance), type=Balance) == balance


@pytest.mark.parametrize("state", ["accepted", "refused", "unknown_student", "held", "unchanged", "rejected", "provisional"])
def test_a_complete_run_is_green(state: str) -> None:
    raise_if_broken(check(files(state).evidence()))


@pytest.mark.parametrize("state", ["not_attempted", "ambiguous"])
def test_what_was_not_sent_or_is_in_doubt_keeps_the_run_from_being_green(state: str) -> None:
    with pytest.raises(TryLater, match="clear `push`"):
        raise_if_broken(check(files(state).evidence()))


def test_a_dry_run_sends_nothing_and_is_green_all_the_same() -> None:
    raise_if_broken(check(files("not_attempted").evidence()), dry_run=True)
    with pytest.raises(TryLater):
        raise_if_broken(check(files("ambiguous").evidence()), dry_run=True)


def test_a_broken_balance_raises_with_its_rows_even_in_a_dry_run() -> None:
    broken = Balance(Counts(), (Difference("lost", 1, ((SOURCE, 7),)),))
    with pytest.raises(BalanceBroken, match=r"lost: 1 \(inscriptions\.csv row 7\)"):
        raise_if_broken(broken, dry_run=True)


def test_an_equation_that_does_not_hold_is_told_with_its_numbers() -> None:
    made = files("accepted")
    made.receipts.append(made.receipts[0])
    told = [str(one) for one in check(made.evidence()).differences]
    states = "accepted + refused + unknown_student + ambiguous + held + not_attempted"
    assert f"to_create + to_update + to_close = 1, but {states} = 2" in told


def test_a_closing_is_of_one_who_has_departed_and_of_no_row_read() -> None:
    made = files("accepted", "unchanged")
    place: dict[str, Any] = {"source": "night-1: inscriptions.csv", "row": 2, "key": key(99), "action": Action.CLOSE}
    made.planned.append(Planned(**place, sisId="", content="c", body={}))
    made.receipts.append(Receipt(**place, outcome=Outcome.ACCEPTED))
    made.ledger.append(made.receipts[-1])
    (difference,) = check(made.evidence()).differences
    assert str(difference) == "closed, and not departed: 1 (night-1: inscriptions.csv row 2)"
    made.departed.append(Departed(key=key(99), seen_run="night-1", seen_source=SOURCE, seen_row=2))
    balance = check(made.evidence())
    assert balance.differences == ()
    assert (balance.counts.to_close, balance.counts.closed, balance.counts.accepted, balance.counts.valid) == (1, 1, 2, 2)


def test_what_a_later_run_has_sent_since_leaves_nothing_open_in_this_one() -> None:
    made = files("not_attempted", "not_attempted", "ambiguous", "accepted")
    balance = check(made.evidence(superseded=set))
    assert (balance.counts.not_attempted, balance.counts.ambiguous, balance.counts.superseded) == (2, 1, 3)
    raise_if_broken(balance)


def test_what_no_later_run_has_sent_is_still_open() -> None:
    made = files("not_attempted", "not_attempted", "ambiguous")
    balance = check(made.evidence(superseded=lambda keys: {key(2)} & set(keys)))
    with pytest.raises(TryLater, match="2 records were not sent, and of 1 it is not known") as raised:
        raise_if_broken(balance)
    assert "1 of all these a later run has sent since" in str(raised.value)


def test_rows_left_out_are_counted_and_are_not_among_those_read() -> None:
    left = LeftOutRow(source="f.csv", row=9, values={}, reason="ETA_IAE=A", held=False)
    balance = check(Evidence(left_out=[left]))
    assert (balance.closes, balance.counts.left_out, balance.counts.read) == (True, 1, 0)


def test_a_row_that_is_both_read_and_left_out_breaks_the_balance() -> None:
    left = LeftOutRow(source="f.csv", row=9, values={}, reason="ETA_IAE=A", held=False)
    unreadable = UnreadableRow(source="f.csv", row=9, reason="…")
    (difference,) = check(Evidence(unreadable=[unreadable], left_out=[left])).differences
    assert difference.what == "both read and left out"
