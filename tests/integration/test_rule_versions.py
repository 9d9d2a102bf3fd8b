"""A rule that judges otherwise than before brings back, once, what waited on it: from the catalogue to the plan."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from builders import an_enrolment, an_institution
from drafted import drafted
from supdata.ledger.entries import Entry
from supdata.ledger.fingerprint import Fingerprint
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import RulesInForce
from supdata.records.states import Outcome, Verdict
from supdata.validate import additions
from supdata.validate.catalogue import RULES
from supdata.validate.judging import judge
from supdata.validate.rules_in_force import rules_in_force

SUITE = Path(__file__).parents[2] / "expectations" / "enrolment.json"
DAY = date(2026, 11, 23)
NOW, LATER = datetime(2026, 11, 23, 2, tzinfo=UTC), datetime(2026, 12, 23, 2, tzinfo=UTC)
SCHOOL = an_institution()
FINGERPRINT = Fingerprint(b"a secret of the tests")
RULE = "INE-KEY-BEA"


def in_force() -> RulesInForce:
    return rules_in_force(SCHOOL, SUITE, DAY)


def refused(row: Enrolment, rules: RulesInForce) -> Entry:
    content = FINGERPRINT.content(make_body(row, SCHOOL))
    key = FINGERPRINT.key(row.natural_key)
    return Entry(key=key, content=content, state=Outcome.REFUSED, rules=rules.version, next_due=LATER)


def sent(row: Enrolment, entry: Entry | None) -> int:
    plan = drafted(
        [row],
        SCHOOL,
        fingerprint=FINGERPRINT,
        rules=in_force(),
        entries={entry.key: entry} if entry else {},
        mode="delta",
        now=NOW,
        read=1,
        rejected=0,
    )
    return sum(map(len, plan.chunks))


def test_a_refused_record_is_sent_once_more_under_a_new_version_of_any_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    row = an_enrolment()
    before = refused(row, in_force())
    assert sent(row, before) == 0
    monkeypatch.setattr(additions, "RULES", {**RULES, RULE: replace(RULES[RULE], version=RULES[RULE].version + 1)})
    assert sent(row, before) == 1
    assert sent(row, refused(row, in_force())) == 0


def test_a_rejected_record_that_a_rule_no_longer_rejects_is_valid_and_leaves() -> None:
    """Rejected rows are kept nowhere: every run judges every row anew."""
    row = an_enrolment(ine="1234567890A")  # the letter would be another
    weaker = {"severity": "warn", "author": "M. Durand", "reason": "essai", "ceiling": 40, "expires": "2027-01-31"}
    verdicts = [judge([row], an_institution(rules=rules), SUITE, DAY).judgements[0].verdict for rules in ({}, {RULE: weaker})]
    assert verdicts == [Verdict.REJECTED, Verdict.VALID]
    assert sent(row, None) == 1
