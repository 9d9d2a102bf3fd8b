from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from supdata.push.patience import LONGEST_WAIT_DAYS, Patience, next_due
from supdata.records.states import Outcome

SENT = datetime(2026, 10, 1, 2, 17, tzinfo=UTC)


@given(tries=st.integers(1, 10_000))
def test_pauses_double_within_bounds_and_are_drawn(tries: int) -> None:
    patience = Patience(first_pause_seconds=0.5, longest_pause_seconds=60)
    bound = min(60, 0.5 * 2 ** min(tries - 1, 16))
    assert bound / 2 <= patience.pause(tries) <= bound


def test_an_unknown_student_is_due_at_the_next_nights_run_though_it_starts_before_this_nights_answer() -> None:
    nightly = SENT.replace(minute=0)
    assert nightly < due(attempts=1) <= nightly + timedelta(days=1)


def test_the_wait_doubles_with_each_attempt_up_to_a_month() -> None:
    waits = [due(attempts=attempts) for attempts in (1, 2, 3, 4)]
    assert [(two - one).days for one, two in pairwise(waits)] == [1, 2, 4]
    assert due(attempts=10_000, retry_days=30) <= SENT + timedelta(days=LONGEST_WAIT_DAYS)


def test_what_was_refused_is_asked_again_after_the_longest_wait_and_what_was_accepted_never() -> None:
    assert due(Outcome.REFUSED) == due(attempts=10_000) > SENT + timedelta(days=LONGEST_WAIT_DAYS - 1)
    assert next_due(SENT, Outcome.ACCEPTED, attempts=1, retry_days=1) is None


def due(outcome: Outcome = Outcome.UNKNOWN_STUDENT, *, attempts: int = 1, retry_days: int = 1) -> datetime:
    found = next_due(SENT, outcome, attempts=attempts, retry_days=retry_days)
    assert found is not None
    return found
