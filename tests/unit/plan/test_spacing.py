"""Night after night: what the registry has not accepted comes back, and not more often than its spacing says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from supdata.ledger.entries import Entry
from supdata.plan.deciding import Circumstances, Decision, decide
from supdata.push.patience import GRACE, LONGEST_WAIT_DAYS, next_due
from supdata.records.judgement import RulesInForce
from supdata.records.states import Outcome

RULES = RulesInForce(version="r1", severities={})
FIRST_NIGHT = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
NIGHT = timedelta(days=1)
CAP = timedelta(days=LONGEST_WAIT_DAYS)
#: Long enough for the doubling wait to reach its cap twice.
NIGHTS = 150
NOT_ACCEPTED = (Outcome.REFUSED, Outcome.UNKNOWN_STUDENT)


@dataclass
class Record:
    """One record of one content, and the ledger's entry on it."""

    retry_days: int
    entry: Entry | None = None
    sent: list[tuple[datetime, Outcome]] = field(default_factory=list)

    def night(self, now: datetime, answer: Outcome, minutes: int) -> None:
        """Run at `now`; if the record leaves, it is answered some minutes later."""
        if decide(self.entry, "a", Circumstances("delta", "repost", now, RULES)) is not Decision.SEND:
            return
        at = now + timedelta(minutes=minutes)
        attempts = self.entry.attempts + 1 if self.entry else 1
        due = next_due(at, answer, attempts=attempts, retry_days=self.retry_days)
        self.entry = Entry(key="k", content="a", state=answer, attempts=attempts, next_due=due, rules="r1")
        self.sent.append((at, answer))


nightly = st.tuples(st.sampled_from(NOT_ACCEPTED), st.integers(0, 180))


@given(nights=st.lists(nightly, min_size=NIGHTS, max_size=NIGHTS), retry_days=st.integers(1, 30))
def test_every_record_not_accepted_is_tried_again_within_the_cap(nights: list[tuple[Outcome, int]], retry_days: int) -> None:
    record = Record(retry_days)
    for number, (answer, minutes) in enumerate(nights):
        record.night(FIRST_NIGHT + number * NIGHT, answer, minutes)
    moments = [at for at, _ in record.sent]
    end = FIRST_NIGHT + (NIGHTS - 1) * NIGHT
    assert all(after - before <= CAP + GRACE for before, after in pairwise(moments))
    assert end - moments[-1] <= CAP, "nothing is skipped for ever"


@given(
    runs=st.lists(st.tuples(st.integers(1, 40 * 24), nightly), min_size=1, max_size=80),
    retry_days=st.integers(1, 30),
)
def test_nothing_is_sent_more_often_than_its_spacing_and_all_that_is_due_goes(
    runs: list[tuple[int, tuple[Outcome, int]]], retry_days: int
) -> None:
    """Runs at any hours, some weeks apart: a school's nights fail, and people start runs by hand."""
    record, now = Record(retry_days), FIRST_NIGHT
    for hours, (answer, minutes) in runs:
        now += timedelta(hours=hours)
        before = record.entry
        sent = len(record.sent)
        record.night(now, answer, minutes)
        due = before is None or before.next_due is None or before.next_due <= now
        assert (len(record.sent) > sent) == due
    for attempts, ((before_at, answer), (after_at, _)) in enumerate(pairwise(record.sent), start=1):
        doubled = min(LONGEST_WAIT_DAYS, retry_days * 2 ** min(attempts - 1, 10))
        spacing = timedelta(days=LONGEST_WAIT_DAYS if answer is Outcome.REFUSED else doubled)
        assert after_at - before_at >= spacing - GRACE
