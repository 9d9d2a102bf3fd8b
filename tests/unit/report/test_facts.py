"""Gathering the facts of a run, well ended or not."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reported import facts_from
from supdata.records.judgement import Judgement
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome, Severity, Verdict
from supdata.report.content import RunFacts, Weight
from supdata.report.grouping import ANSWERS_SHOWN, OTHER_WORDS


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_rows_changes_nothing(run: dict[str, Any], data: st.DataObject) -> None:
    names = ("judgements", "enrolments", "receipts", "departed", "unreadable")
    shuffled = {name: data.draw(st.permutations(run[name])) for name in names}
    assert facts_from({**run, **shuffled}) == facts_from(run)


def test_records_may_come_as_streams_that_are_read_once(run: dict[str, Any]) -> None:
    names = ("judgements", "enrolments", "receipts", "departed", "unreadable")
    assert facts_from({**run, **{name: iter(run[name]) for name in names}}) == facts_from(run)


def test_rows_to_correct_are_counted_once_each_and_without_what_only_waits(gathered: Callable[..., RunFacts]) -> None:
    """Rows 4 (two reasons), 5, 9, 10 and 13; not 6 (waits), 8 (cancelled), 3 (a remark) nor 11 (no answer)."""
    assert gathered().to_correct == 5


def test_groups_come_by_weight_then_the_most_frequent_first(gathered: Callable[..., RunFacts]) -> None:
    groups = [(group.finding.rule, [row.row for row in group.rows]) for group in gathered().groups]
    assert groups == [
        ("INE-FORMAT", [4, 5]),
        ("BIRTH-REAL", [4]),
        ("LIGNE-ILLISIBLE", [13]),
        ("REGISTRE-INCONNU", [10]),
        ("REGISTRE-REFUS", [9]),
        ("INE-PROVISIONAL", [6]),
        ("DATES-SPAN", [3]),
        ("REGISTRE-SANS-REPONSE", [11]),
        ("STATUT-CANCELLED", [8]),
    ]


def test_many_different_answers_share_one_last_group(
    gathered: Callable[..., RunFacts], receipt: Callable[..., Receipt]
) -> None:
    receipts = [receipt(row, Outcome.REFUSED, words=f"erreur {row}") for row in range(100)]
    refused = [one for one in gathered(receipts=receipts).groups if one.finding.rule == "REGISTRE-REFUS"]
    assert len(refused) == ANSWERS_SHOWN + 1
    assert refused[0].finding.words == OTHER_WORDS
    assert sum(len(one.rows) for one in refused) == 100


def test_without_a_balance_the_records_are_counted(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(counts=None, failed_stage="push")
    assert (facts.counts.read, facts.counts.rejected, facts.counts.created, facts.counts.refused) == (12, 3, 1, 1)
    assert {"read", "accepted", "departed"} <= facts.known
    assert not {"unchanged", "held", "not_attempted"} & facts.known


def test_a_failed_stage_leaves_its_own_and_later_states_open(gathered: Callable[..., RunFacts]) -> None:
    assert gathered(failed_stage="extract").known == frozenset()
    assert gathered(failed_stage="validate").known == {"read", "unreadable", "left_out"}
    assert "valid" in gathered(failed_stage="plan").known
    assert "accepted" not in gathered(failed_stage="plan").known
    assert "not_attempted" in gathered(failed_stage="push").known


def test_without_verdicts_nor_balance_not_even_the_rows_read_are_known(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(counts=None, judgements=[], receipts=[], departed=[], failed_stage="normalise")
    assert facts.known == {"unreadable"}


def test_a_remark_on_a_refused_row_does_not_make_it_two_rows(
    gathered: Callable[..., RunFacts], receipt: Callable[..., Receipt], judgement: Callable[..., Judgement]
) -> None:
    remark = judgement(3, Verdict.VALID, ("DATES-SPAN", "dateFinInscription", Severity.WARN))
    facts = gathered(judgements=[remark], receipts=[receipt(3, Outcome.REFUSED)], unreadable=[])
    assert facts.to_correct == 1
    assert [group.finding.weight for group in facts.groups] == [Weight.BLOCKING, Weight.CHECK]


def a_changed_birth(judgement: Callable[..., Judgement], row: int) -> Judgement:
    return judgement(row, Verdict.VALID, ("LEDGER-BIRTH-CHANGED", "dateNaissance", Severity.HOLD))


def test_a_change_that_was_held_waits_and_one_that_was_released_is_left_to_check(
    gathered: Callable[..., RunFacts], judgement: Callable[..., Judgement]
) -> None:
    """Row 3 was accepted in this run; of row 12 there is no receipt."""
    facts = gathered(findings=[a_changed_birth(judgement, 3), a_changed_birth(judgement, 12)])
    found = {one.where.row: one for one in facts.corrections if one.finding.rule == "LEDGER-BIRTH-CHANGED"}
    assert {row: one.finding.weight for row, one in found.items()} == {3: Weight.CHECK, 12: Weight.WAITING}
    assert found[12].value == "2004-03-09"
    assert facts.to_correct == 5, "what waits for consent is not for the school to correct"


def test_what_a_dry_run_would_have_held_waits(
    gathered: Callable[..., RunFacts], judgement: Callable[..., Judgement], receipt: Callable[..., Receipt]
) -> None:
    facts = gathered(receipts=[receipt(3, Outcome.HELD)], findings=[a_changed_birth(judgement, 3)])
    assert [one.finding.weight for one in facts.corrections if one.finding.rule == "LEDGER-BIRTH-CHANGED"] == [Weight.WAITING]


def test_the_departed_are_in_the_list_and_not_among_the_groups(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered()
    assert [(one.where.source, one.where.row) for one in facts.corrections if one.finding.rule == "LEDGER-DEPARTED"] == [
        ("inscriptions_0911.csv", 14)
    ]
    assert "LEDGER-DEPARTED" not in {one.finding.rule for one in facts.groups}
