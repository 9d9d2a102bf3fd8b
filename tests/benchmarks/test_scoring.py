"""Counting: what a verdict and its reasons are worth, held against judgements made by hand."""

from collections.abc import Sequence

import pytest

from benchmarks.catalogue import KINDS
from benchmarks.corpus import clean_corpus
from benchmarks.injecting import Served, inject
from benchmarks.scoring import Score, score, total
from supdata.records.judgement import Judgement, Reason
from supdata.records.states import Severity, Verdict

LOT = clean_corpus(400)[0]
#: Nothing is said of a clean row.
SILENCE = [frozenset[str]()] * len(LOT.rows)


def _served(kind: str) -> Served:
    return inject(LOT, KINDS[kind], 1, seed=3)


def _answer(served: Served, verdict: Verdict, rules: Sequence[str], *, clean_rules: Sequence[str] = ()) -> list[Judgement]:
    """Judgements that say `rules` of the marked lines, and `clean_rules` of the first clean row."""
    first = next(number for number in served.places if number not in served.marks)
    said = dict.fromkeys(served.marks, (verdict, rules)) | {first: (Verdict.VALID, clean_rules)}
    return [_judgement(served.lot.source, row, *said.get(row, (Verdict.VALID, ()))) for row in served.places]


def _judgement(source: str, row: int, verdict: Verdict, rules: Sequence[str]) -> Judgement:
    reasons = tuple(Reason(rule=rule, field="ine", severity=Severity.REJECT) for rule in rules)
    return Judgement(source=source, row=row, verdict=verdict, reasons=reasons)


def _score(kind: str, verdict: Verdict, rules: Sequence[str], *, clean_rules: Sequence[str] = ()) -> Score:
    served = _served(kind)
    return score(served, _answer(served, verdict, rules, clean_rules=clean_rules), SILENCE)[0][kind]


def test_what_is_caught_and_rightly_named_has_full_marks() -> None:
    one = _score("ine_absent", Verdict.REJECTED, ["INE-ABSENT"])
    assert (one.recall, one.precision, one.right_reason) == (1, 1, 1)


def test_what_is_let_through_is_not_caught() -> None:
    assert _score("ine_absent", Verdict.VALID, []).recall == 0


@pytest.mark.parametrize("rules", [["INE-FORMAT"], ["INE-ABSENT", "UAI-KEY"]])
def test_a_reason_that_is_not_true_of_the_line_is_not_the_right_one(rules: list[str]) -> None:
    one = _score("ine_absent", Verdict.REJECTED, rules)
    assert (one.recall, one.right_reason) == (1, 0)


def test_a_clean_row_that_is_named_costs_precision() -> None:
    assert _score("ine_absent", Verdict.REJECTED, ["INE-ABSENT"], clean_rules=["UAI-KEY"]).precision == 0.5


def test_what_was_said_of_a_clean_row_before_costs_nothing() -> None:
    served = _served("ine_absent")
    answer = _answer(served, Verdict.REJECTED, ["INE-ABSENT", "COMMUNE-OVERSEAS"], clean_rules=["COMMUNE-OVERSEAS"])
    scores, odd = score(served, answer, [frozenset({"COMMUNE-OVERSEAS"})] * len(LOT.rows))
    assert scores["ine_absent"].precision == scores["ine_absent"].right_reason == 1
    assert odd == []


def test_a_mended_line_that_is_named_is_a_false_alarm() -> None:
    one = _score("ine_blanks_around", Verdict.REJECTED, ["INE-FORMAT"])
    assert (one.caught, one.alarms) == (0, 1)


def test_the_value_behind_the_mistake_is_the_right_suggestion() -> None:
    right = _score("commune_lost_zero", Verdict.REJECTED, ["COMMUNE-LOST-ZERO"])
    nothing = _score("commune_lost_zero", Verdict.REJECTED, ["COMMUNE-KNOWN"])
    assert (right.suggestible, nothing.suggestible) == (1, 1)
    assert nothing.suggested_right == 0


def test_what_cannot_be_decided_is_left_out_of_the_sum() -> None:
    unseen = Score("ine_of_somebody_else", lines=10)
    assert total([unseen, Score("ine_absent", lines=3, caught=3)], KINDS, "all").lines == 3
