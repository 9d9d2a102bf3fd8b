"""What is sent of an enrolment that has left the source."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builders import an_enrolment, an_institution
from supdata.ledger.entries import Entry, Standing
from supdata.ledger.fingerprint import Fingerprint
from supdata.plan.closing import END, Closing, close
from supdata.plan.deciding import Circumstances
from supdata.plan.wire import as_planned
from supdata.records.judgement import RulesInForce
from supdata.records.shipment import Planned
from supdata.records.states import Action, Outcome

FINGERPRINT = Fingerprint(b"a secret of the tests")
NOW = datetime(2026, 10, 3, 2, 0, tzinfo=UTC)
SEEN = NOW - timedelta(days=1)
RULES = RulesInForce(version="r1", severities={})
ENROLMENT = an_enrolment()
KEY = FINGERPRINT.key(ENROLMENT.natural_key)


def declared(**changes: str) -> Planned:
    return as_planned(an_enrolment(**changes), KEY, an_institution(), FINGERPRINT, Action.CREATE)


def standing(**changes: Any) -> Standing:
    return Standing(**{"key": KEY, "seen_run": "night-2", "seen_source": "a.csv", "seen_row": 7, "seen_at": SEEN, **changes})


def closing(
    one: Standing | None = None,
    found: Planned | None = None,
    policy: dict[str, Any] | None = None,
    faulty: Collection[str] = (),
    **entry: Any,
) -> Closing:
    record = found or declared()
    known = Entry(
        **{"key": KEY, "content": record.content, "state": Outcome.ACCEPTED, "accepted_content": record.content, **entry}
    )
    return close(
        [one or standing()],
        an_institution(departed="close", departed_close=policy or {}),
        fingerprint=FINGERPRINT,
        entries={KEY: known},
        recall=lambda departed, accepted: {KEY: record} if accepted else {},
        faulty=faulty,
        circumstances=Circumstances("delta", "repost", NOW, RULES),
    )


def test_what_was_declared_is_sent_again_with_an_earlier_end_and_nothing_else_changed() -> None:
    (sent,) = closing().leaving
    assert sent.body == declared().body | {END: "2026-10-02"}
    assert (sent.action, sent.source, sent.row) == (Action.CLOSE, "night-2: a.csv", 7)
    assert (sent.content, sent.birth, sent.regime) == (FINGERPRINT.content(sent.body), declared().birth, "RF2")


def test_a_day_is_that_of_the_school_s_own_time_zone() -> None:
    late = standing(seen_at=datetime(2026, 10, 1, 22, 30, tzinfo=UTC))
    assert closing(late).leaving[0].body[END] == "2026-10-02"


def test_the_first_run_that_missed_it_is_the_same_on_every_later_night() -> None:
    missed = standing(absent_since=NOW - timedelta(days=9))
    assert closing(missed, policy={"end": "run-date"}).leaving[0].body[END] == "2026-09-24"
    assert closing(policy={"end": "run-date"}).leaving[0].body[END] == "2026-10-03"


def test_one_whose_last_day_or_record_is_not_known_is_lost_and_counted() -> None:
    assert closing(standing(seen_at=None)) == Closing(lost=1)
    nothing_known = close(
        [standing()],
        an_institution(departed="close"),
        fingerprint=FINGERPRINT,
        entries={},
        recall=lambda departed, accepted: {},
        circumstances=Circumstances("delta", "repost", NOW, RULES),
    )
    assert nothing_known == Closing(lost=1)


def test_a_student_who_is_still_there_in_a_row_with_a_fault_is_not_closed() -> None:
    assert closing(faulty={"22100001"}) == Closing(doubtful=1)
    assert len(closing(found=declared(sisId=""), faulty={""}).leaving) == 1, "a school may give its students no number"


def test_a_refused_closing_waits_until_it_is_due() -> None:
    content = closing().leaving[0].content
    refused: dict[str, Any] = {"content": content, "state": Outcome.REFUSED, "rules": "r1"}
    assert [one.action for one, _ in closing(**refused, next_due=NOW + timedelta(days=1)).waiting] == [Action.CLOSE]
    assert len(closing(**refused, next_due=NOW).leaving) == 1


@given(
    day=st.dates(date(2025, 1, 1), date(2029, 1, 1)),
    start=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    length=st.integers(0, 400),
)
def test_no_end_is_later_than_declared_nor_earlier_than_the_beginning(day: date, start: date, length: int) -> None:
    record = declared(dateDebutInscription=start.isoformat(), dateFinInscription=(start + timedelta(days=length)).isoformat())
    found = closing(found=record, policy={"end": "fixed", "date": day})
    for sent in found.leaving:
        assert record.body["dateDebutInscription"] <= sent.body[END] < record.body[END]
    assert bool(found.leaving) == (day < start + timedelta(days=length) and length > 0)
