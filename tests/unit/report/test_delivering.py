"""When a registrar is written to: what changes is told once, what does not change is told seldom and at last no more."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_run_summary, an_institution
from supdata.config.delivery import Delivery
from supdata.records.summary import RunSummary
from supdata.records.told import Told
from supdata.report.delivering import Letter, files_due, letter_due, state_of, told_by
from supdata.report.letter import write_letter

LINK = "https://airflow.example/supdata/schools/supdata_0751717j/runs/night-1"
BOTH = ["rapport.html", "a_corriger.csv"]


def delivery(**changes: Any) -> Delivery:
    return Delivery.model_validate({"mail": {}, **changes})


def nights(count: int, **changes: Any) -> list[RunSummary]:
    first = a_run_summary()
    return [a_run_summary(ended=first.ended + timedelta(days=day), **changes) for day in range(count)]


def letters(runs: list[RunSummary], how: Delivery, items: str = "same") -> list[Letter | None]:
    """What is sent over some nights, and remembered only when it is."""
    before: Told | None = None
    sent: list[Letter | None] = []
    for run in runs:
        state = state_of(run, items)
        letter = letter_due(how, run, state, before)
        before = before if letter is None else told_by(letter, run, state, before)
        sent.append(letter)
    return sent


def test_nobody_is_written_to_who_has_not_asked_for_it() -> None:
    assert letters(nights(3), Delivery()) == [None] * 3


def test_what_does_not_change_is_told_once() -> None:
    assert letters(nights(20), delivery()) == [Letter.NEWS] + [None] * 19


def test_a_school_may_want_every_night() -> None:
    assert letters(nights(3), delivery(changed_only=False)) == [Letter.NEWS] * 3


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 80))
def test_reminders_keep_their_distance_and_end(every: int, most: int, count: int) -> None:
    sent = letters(nights(count), delivery(reminders={"every_days": every, "at_most": most}))
    days = [day for day, letter in enumerate(sent) if letter is Letter.REMINDER]
    assert days == [every * number for number in range(1, most + 1) if every * number < count]


def test_nothing_to_correct_is_told_once_and_reminds_of_nothing() -> None:
    runs = nights(30, to_correct=0)
    assert letters(runs, delivery(reminders={})) == [Letter.NEWS] + [None] * 29


def test_trials_and_good_partial_runs_are_told_to_nobody_and_leave_the_list_alone() -> None:
    for what in ({"dry_run": True}, {"partial": True}):
        run = a_run_summary(**what)
        assert letter_due(delivery(), run, "state", None) is None
        assert files_due(run, BOTH, "rapport.html") == []


def test_a_run_that_judged_no_row_leaves_the_list_of_the_one_before() -> None:
    assert files_due(a_run_summary(state="failed", known=("read",)), BOTH, "rapport.html") == ["rapport.html"]
    assert files_due(a_run_summary(), BOTH, "rapport.html") == BOTH


@pytest.mark.parametrize(
    "change",
    [{"to_correct": 3}, {"state": "failed", "failed_stage": "push"}, {"counts": {"refused": 1}}],
)
def test_what_asks_something_of_somebody_is_a_change(change: dict[str, Any]) -> None:
    assert state_of(a_run_summary(**change), "same") != state_of(a_run_summary(), "same")


def test_other_rows_with_the_same_number_of_faults_are_a_change_and_more_rows_declared_are_none() -> None:
    run = a_run_summary()
    assert state_of(run, "one") != state_of(run, "other")
    assert state_of(a_run_summary(counts={**run.counts, "accepted": 9}), "same") == state_of(run, "same")


def test_how_long_something_is_open_is_counted_from_its_first_night() -> None:
    first, later = nights(12)[0], nights(12)[-1]
    told = told_by(Letter.NEWS, first, "s", None)
    assert told.open_since == first.ended
    red = told_by(Letter.NEWS, a_run_summary(state="failed", to_correct=0), "r", told)
    assert red.open_since == first.ended, "a red run says nothing of it"
    letter = write_letter(an_institution(), later, Letter.REMINDER, since=red.open_since, link=LINK, language="fr")
    assert letter.subject == "Rappel : SupData 0751717J : 2 lignes à corriger"
    assert "depuis 11 jours pour la plus ancienne" in letter.html()
    assert told_by(Letter.NEWS, a_run_summary(to_correct=0), "s", told).open_since is None


RED = {"state": "failed", "failed_stage": "extract", "error": "AccessRefused"}


@pytest.mark.parametrize(
    ("language", "changes", "words"),
    [
        ("fr", {}, "2 lignes de vos données n’ont pas été déclarées"),
        ("fr", {"to_correct": 1}, "1 ligne de vos données n’a pas été déclarée et est à corriger"),
        ("en", {}, "2 rows of your data not declared"),
        ("fr", {"to_correct": 0}, "98 inscriptions déclarées au registre national."),
        ("en", {"to_correct": 0}, "98 enrolments declared to the national registry."),
        ("fr", RED, "Vos données n’ont pas pu être lues."),
        ("en", RED, "The run stopped at the stage `extract`."),
    ],
)
def test_both_languages_tell_the_same_and_lead_to_the_report(language: str, changes: dict[str, Any], words: str) -> None:
    run, since = a_run_summary(**changes), datetime.fromisoformat("2026-09-30T00:00:00+00:00")
    html = write_letter(an_institution(), run, Letter.NEWS, since=since, link=LINK, language=language).html()
    assert words in html
    assert f'href="{LINK}"' in html


def test_a_school_s_name_is_text_in_its_letter() -> None:
    school = an_institution(name="<script>alert(1)</script>")
    html = write_letter(school, a_run_summary(), Letter.NEWS, since=None, link=LINK, language="fr").html()
    assert "<script>" not in html
