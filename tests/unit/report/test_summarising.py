"""A run in figures, as later reports and the pages of all schools compare it."""

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from supdata.records.summary import RunSummary
from supdata.report.content import RunFacts
from supdata.report.summarising import batch_of, summarise

DUE = datetime(2026, 9, 12, 1, tzinfo=UTC)


def summarised(facts: RunFacts) -> RunSummary:
    return summarise(facts, dag_id="supdata_0751717j", due=DUE, started=DUE, ended=DUE, batch="")


def test_rows_are_told_by_rule_and_by_what_the_registry_answered(gathered: Callable[..., RunFacts]) -> None:
    summary = summarised(gathered())
    assert summary.rules["INE-FORMAT"] == 2
    assert summary.rules["REGISTRE-REFUS"] == 1
    assert summary.rules["LIGNE-ILLISIBLE"] == 1
    assert (summary.state, summary.light, summary.to_correct) == ("success", "orange", 5)
    assert summary.counts["read"] == 12
    assert "read" in summary.known


def test_a_failure_is_told_by_its_stage_and_class_and_never_by_its_message(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(failed_stage="extract", failure="EmptySource: Reading the source: it holds no row", counts=None)
    summary = summarised(facts)
    assert (summary.state, summary.light, summary.failed_stage, summary.error) == ("failed", "red", "extract", "EmptySource")
    assert "read" not in summary.known


def test_a_balance_that_does_not_close_is_a_failure_of_no_stage(gathered: Callable[..., RunFacts]) -> None:
    summary = summarised(gathered(differences=["3 rows are missing"]))
    assert (summary.state, summary.failed_stage, summary.error) == ("failed", "", "")


hashes = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(st.lists(st.tuples(hashes, hashes), unique=True).flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_what_was_declared_has_one_name_whatever_its_order_and_another_with_one_record_less(
    both: tuple[list[tuple[str, str]], list[tuple[str, str]]],
) -> None:
    declared, shuffled = both
    assert batch_of(declared) == batch_of(shuffled)
    assert not declared or batch_of(declared) != batch_of(declared[1:])
