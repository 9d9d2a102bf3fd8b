import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_enrolment, an_institution
from drafted import Drafted, as_given, drafted, in_order
from supdata.errors import BalanceBroken, CallUs
from supdata.ledger.entries import Entry, Facts, Standing
from supdata.ledger.fingerprint import Fingerprint
from supdata.plan.comparing import FIELDS, MASS_CHANGE
from supdata.plan.lots import read_lots
from supdata.plan.planning import MOST_CHUNKS, Departures, records_in_chunk
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import LedgerRule, RulesInForce
from supdata.records.rows import LeftOutRow
from supdata.records.ruling import Standing as Ruled
from supdata.records.shipment import Known, Planned, Receipt
from supdata.records.states import Action, Outcome, Severity, Verdict

FINGERPRINT = Fingerprint(b"a secret of the tests")
NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
INSTITUTION = an_institution(registry={"connection": "x", "chunk_size": 3}, limits={"minimum_rows": 0})
RULES = RulesInForce(version="r1", severities=dict.fromkeys(FIELDS, Severity.HOLD))
CALM = an_institution(registry={"connection": "x", "chunk_size": 3})


def rows(count: int) -> list[Enrolment]:
    return [an_enrolment(row=row, ine=f"{row:09d}FJ") for row in range(2, count + 2)]


def key_of(enrolment: Enrolment) -> str:
    return FINGERPRINT.key(enrolment.natural_key)


def facts(enrolment: Enrolment) -> Facts:
    birth = FINGERPRINT.birth(key_of(enrolment), enrolment.dateNaissance)
    return Facts(birth=birth, statut=enrolment.statut, regime=enrolment.regime)


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
            "rules": RULES.version,
            "accepted": facts(enrolment) if accepted else Facts(),
            **changes,
        }
    )


def changed(enrolment: Enrolment) -> Entry:
    return known(enrolment, content="f" * 32, accepted_content="f" * 32)


def plan(valid: Sequence[Enrolment], entries: Iterable[Entry] = (), **changes: Any) -> Drafted:
    arguments: dict[str, Any] = {
        "fingerprint": FINGERPRINT,
        "rules": RULES,
        "entries": {one.key: one for one in entries},
        "mode": "delta",
        "now": NOW,
        "read": len(valid),
        "rejected": 0,
    }
    institution = changes.pop("institution", CALM)
    return drafted(valid, institution, **{**arguments, **changes})


def places(plan: Drafted) -> list[tuple[str, int]]:
    leaving = [one for chunk in (*plan.chunks, *plan.held) for one in chunk]
    told: list[Planned | Known | Receipt] = [*leaving, *plan.kept, *plan.waits]
    return [(one.source, one.row) for one in told]


def test_what_was_never_sent_leaves_in_chunks_of_the_set_size_in_the_order_of_rows() -> None:
    found = plan(list(reversed(rows(7))))
    assert [[one.row for one in chunk] for chunk in found.chunks] == [[2, 3, 4], [5, 6, 7], [8]]
    assert {one.action for chunk in found.chunks for one in chunk} == {Action.CREATE}
    assert (found.held, found.made.held_why) == ([], "")


def test_however_many_records_leave_there_is_a_set_number_of_chunks_at_most() -> None:
    """Those that are held are cut apart: that is one more."""
    one_each = an_institution(registry={"connection": "x", "chunk_size": 1})
    found = plan(rows(1_050), map(changed, rows(90)), institution=one_each)
    assert len(found.held) > 1
    assert len(found.chunks) + len(found.held) <= MOST_CHUNKS + 1
    assert sorted(row for _, row in places(found)) == list(range(2, 1_052))


@given(wanted=st.integers(1, 100_000), leaving=st.integers(0, 3_000_000), held=st.floats(0, 1))
def test_three_million_records_make_no_more_chunks_than_a_hundred_and_one(wanted: int, leaving: int, held: float) -> None:
    size, kept = records_in_chunk(wanted, leaving), int(leaving * held)
    assert -(-(leaving - kept) // size) - (-kept // size) <= MOST_CHUNKS + 1
    assert size == wanted or leaving > wanted * MOST_CHUNKS


def test_the_plan_is_the_same_whatever_the_order_of_rows() -> None:
    entries = [known(rows(7)[0]), changed(rows(7)[1]), known(rows(7)[2], Outcome.REFUSED)]
    assert plan(rows(7), entries) == plan(list(reversed(rows(7))), list(reversed(entries)))


def test_what_the_registry_holds_stays() -> None:
    found = plan(rows(3), map(known, rows(3)))
    assert ([one.row for one in found.kept], found.chunks, found.waits) == ([2, 3, 4], [], [])


def test_what_the_registry_refused_waits_with_its_words_and_what_it_would_have_been() -> None:
    (waiting,) = plan(
        rows(1), [known(rows(1)[0], Outcome.REFUSED, status=400, words="le format", next_due=NOW + timedelta(days=9))]
    ).waits
    assert (waiting.row, waiting.outcome, waiting.status, waiting.words, waiting.action) == (
        2, Outcome.REFUSED, 400, "le format", Action.CREATE,
    )  # fmt: skip


def test_a_held_doubt_is_carried_as_ambiguous_even_when_a_refusal_followed_it() -> None:
    holding = an_institution(registry={"connection": "x", "ambiguous": "hold"})
    entry = known(rows(1)[0], Outcome.REFUSED, doubt=True)
    assert [one.outcome for one in plan(rows(1), [entry], institution=holding).waits] == [Outcome.AMBIGUOUS]


def test_a_surprising_batch_holds_updates_and_lets_creations_go() -> None:
    found = plan(rows(6), map(changed, rows(6)[:4]), institution=INSTITUTION)
    assert [[one.row for one in chunk] for chunk in found.held] == [[2, 3, 4], [5]]
    assert [[one.row for one in chunk] for chunk in found.chunks] == [[6, 7]]
    assert "4 of 4 enrolments already declared would change" in found.made.held_why


def test_a_surprise_without_any_update_holds_nothing_and_asks_nothing() -> None:
    found = plan(rows(2), institution=INSTITUTION, read=10, rejected=8)
    assert (found.held, found.made.held_why, len(found.chunks)) == ([], "", 1)


def test_the_hash_names_the_batch_whatever_the_row_order_and_changes_with_it() -> None:
    batch = [rows(4), rows(4)[:3], [an_enrolment(row=2, ine=rows(1)[0].ine, cursus="M"), *rows(4)[1:]]]
    hashes = [plan(valid, map(changed, rows(4)), institution=INSTITUTION).made.batch_hash for valid in batch]
    assert len(set(hashes)) == 3
    assert plan(batch[0][::-1], map(changed, rows(4)), institution=INSTITUTION).made.batch_hash == hashes[0]


def standing(enrolment: Enrolment) -> Standing:
    return Standing(key=key_of(enrolment), seen_run="night-0", seen_source="old.csv", seen_row=enrolment.row)


def test_who_has_departed_is_told_with_the_reason_that_the_source_gives() -> None:
    left_out = LeftOutRow(source="inscriptions.csv", row=9, values={}, reason="ETA_IAE=A", held=False)
    gone = Departures(left=[*map(standing, rows(2))], standing=4, left_out={key_of(rows(2)[1]): left_out})
    found = plan([], departures=gone).made
    assert [(one.seen_source, one.seen_row, one.seen_run, one.reason) for one in found.departed] == [
        ("old.csv", 2, "night-0", ""),
        ("old.csv", 3, "night-0", "ETA_IAE=A"),
    ]


def test_rows_that_are_not_in_their_order_are_no_file_of_valid_enrolments() -> None:
    """Validation sorts them, and the plan of an order is the plan of every order."""
    lines = as_given(*reversed(rows(3)))
    with pytest.raises(CallUs, match="not in the order of their places"):
        list(read_lots(io.BytesIO(lines), CALM, FINGERPRINT))


@given(st.lists(st.sampled_from(["", "é", "x" * 130, "\t", "\\", "a'b", "٣"]), min_size=1, max_size=6), st.booleans())
def test_a_lot_holds_the_key_and_the_content_of_each_of_its_rows(texts: list[str], postal: bool) -> None:
    institution = an_institution(commune={"emit": "postal" if postal else "insee"})
    valid = [an_enrolment(row=row, diplome=text, cursus=text[:1], source=f"{text}z") for row, text in enumerate(texts)]
    valid.sort(key=lambda one: (one.source, one.row))
    (lot,) = read_lots(io.BytesIO(in_order(valid)), institution, FINGERPRINT)
    assert [lot.enrolment(number) for number in range(len(lot))] == valid
    assert lot.keys == [key_of(one) for one in valid]
    assert lot.contents == [FINGERPRINT.content(make_body(one, institution)) for one in valid]


def test_a_valid_row_without_a_wire_form_is_named() -> None:
    with pytest.raises(CallUs, match=r"Writing row 3 of inscriptions\.csv .*`statut` has no wire form"):
        plan([an_enrolment(row=2), an_enrolment(row=3, ine="9", statut="")])


def test_one_enrolment_on_two_rows_is_never_planned_twice() -> None:
    with pytest.raises(BalanceBroken, match=r"row 2 of inscriptions\.csv and row 9 of inscriptions\.csv") as raised:
        plan([an_enrolment(row=9), an_enrolment(row=2)])
    assert "123456789FJ" not in str(raised.value)


def with_rules(**severities: Severity) -> RulesInForce:
    given = {f"LEDGER-{name.upper().replace('_', '-')}": severity for name, severity in severities.items()}
    return RulesInForce(version="r1", severities={**RULES.severities, **given})


def told(plan: Drafted) -> list[tuple[int, str, Severity]]:
    return [(one.row, reason.rule, reason.severity) for one in plan.findings for reason in one.reasons]


def sent_rows(chunks: list[list[Planned]]) -> list[int]:
    return [one.row for chunk in chunks for one in chunk]


@pytest.mark.parametrize(
    ("field", "before", "now", "rule"),
    [
        ("dateNaissance", "2004-03-09", "2004-09-03", "LEDGER-BIRTH-CHANGED"),
        ("regime", "RF2", "RF4", "LEDGER-REGIME-CHANGED"),
        ("statut", "inscrit", "admis", "LEDGER-STATUT-BACK"),
    ],
)
def test_a_noteworthy_change_is_held_or_only_told_as_its_rule_says(field: str, before: str, now: str, rule: str) -> None:
    declared, valid = an_enrolment(row=2, **{field: before}), an_enrolment(row=2, **{field: now})
    for severity, is_held in ((Severity.HOLD, True), (Severity.WARN, False), (Severity.REJECT, True)):
        rules = RulesInForce(version="r1", severities={**RULES.severities, rule: severity})
        found = plan([valid], [known(declared)], rules=rules)
        assert told(found) == [(2, rule, Severity.HOLD if is_held else Severity.WARN)]
        assert (sent_rows(found.held), sent_rows(found.chunks)) == (([2], []) if is_held else ([], [2]))
        assert (found.made.held_why, found.findings[0].verdict) == ("", Verdict.VALID)


LEDGER = tuple(LedgerRule(id=rule, severity=Severity.HOLD) for rule in FIELDS)
WEIGHED = RulesInForce(version="r1", severities=RULES.severities, against_ledger=LEDGER, on=date(2026, 10, 1))
FOR_A_TIME = {"author": "M. Durand", "reason": "contrats signés en octobre", "expires": "2026-10-31"}
CEILING = {"severity": "warn", "ceiling": 2, **FOR_A_TIME}


@pytest.mark.parametrize(
    ("setting", "changes", "held", "standing"),
    [
        (CEILING, 2, False, Ruled.IN_FORCE),
        (CEILING, 3, True, Ruled.EXCEEDED),
        ({**CEILING, "severity": "mute"}, 2, False, Ruled.IN_FORCE),
        ({**CEILING, "severity": "mute"}, 3, True, Ruled.EXCEEDED),
        ({**CEILING, "ceiling": "20 %"}, 2, False, Ruled.IN_FORCE),
        ({**CEILING, "ceiling": "20 %"}, 3, True, Ruled.EXCEEDED),
        ({"tolerance": "20 %", **FOR_A_TIME}, 2, False, Ruled.IN_FORCE),
        ({"tolerance": "20 %", **FOR_A_TIME}, 3, True, Ruled.IN_FORCE),
        ({**CEILING, "expires": "2026-09-30"}, 1, True, Ruled.EXPIRED),
    ],
)
def test_a_setting_of_a_comparison_holds_to_its_day_its_ceiling_and_its_tolerance(
    setting: dict[str, Any], changes: int, held: bool, standing: Ruled
) -> None:
    """Of ten rows read, some have another regime than the one that was declared."""
    rule = "LEDGER-REGIME-CHANGED"
    school = an_institution(rules={rule: setting}, limits={"minimum_rows": 100})
    declared = [msgspec.structs.replace(one, regime="RF7") for one in rows(changes)]
    found = plan(rows(10), map(known, declared), institution=school, rules=WEIGHED)
    assert sent_rows(found.held) == ([one.row for one in declared] if held else [])
    (ruling,) = found.made.rulings
    assert (ruling.rule, ruling.standing, ruling.rows, ruling.of) == (rule, standing, changes, 10)
    silent = setting.get("severity") == "mute" and not held
    assert told(found) == ([] if silent else [(one.row, rule, Severity.HOLD if held else Severity.WARN) for one in declared])


def test_a_setting_for_mass_changes_counts_the_changes_of_the_batch() -> None:
    school = an_institution(rules={MASS_CHANGE: CEILING}, limits={"minimum_rows": 0})
    few = plan(rows(3), map(changed, rows(3)[:2]), institution=school, rules=WEIGHED)
    many = plan(rows(3), map(changed, rows(3)), institution=school, rules=WEIGHED)
    assert (sent_rows(few.held), sent_rows(many.held)) == ([], [2, 3, 4])
    rulings = (*few.made.rulings, *many.made.rulings)
    assert [(one.standing, one.rows) for one in rulings] == [
        (Ruled.IN_FORCE, 2),
        (Ruled.EXCEEDED, 3),
    ]


def test_what_is_no_step_back_or_was_never_known_is_not_told() -> None:
    admitted, unknown = an_enrolment(row=2, statut="admis"), known(an_enrolment(row=2, regime="RF4"), accepted=Facts())
    assert plan([an_enrolment(row=2)], [known(admitted)]).findings == []
    assert plan([an_enrolment(row=2)], [unknown]).findings == []
    assert plan([an_enrolment(row=2)]).findings == []


def test_one_held_change_holds_no_other() -> None:
    other = [an_enrolment(row=one.row, ine=one.ine, cursus="M") for one in rows(4)[1:3]]
    entries = [known(an_enrolment(row=2, ine=rows(1)[0].ine, dateNaissance="2003-01-01")), *map(known, other)]
    found = plan(rows(4), entries)
    assert (sent_rows(found.held), sent_rows(found.chunks)) == ([2], [3, 4, 5])


def test_what_was_released_once_as_it_is_now_is_told_and_not_held_again() -> None:
    """Its answer was lost: the content of the last attempt is this one."""
    declared, valid = an_enrolment(row=2, dateNaissance="2003-01-01"), an_enrolment(row=2)
    content = FINGERPRINT.content(make_body(valid, INSTITUTION))
    entry = known(declared, state=Outcome.AMBIGUOUS, accepted_content="f" * 32, content=content, accepted=facts(declared))
    found = plan([valid], [entry])
    assert told(found) == [(2, "LEDGER-BIRTH-CHANGED", Severity.WARN)]
    assert sent_rows(found.chunks) == [2]


def test_a_mass_change_is_the_reason_of_every_change_and_may_be_made_a_warning() -> None:
    found = plan(rows(6), map(changed, rows(6)[:4]), institution=INSTITUTION)
    assert told(found) == [(row, MASS_CHANGE, Severity.HOLD) for row in range(2, 6)]
    warned = plan(rows(6), map(changed, rows(6)[:4]), institution=INSTITUTION, rules=with_rules(mass_change=Severity.WARN))
    assert told(warned) == [(row, MASS_CHANGE, Severity.WARN) for row in range(2, 6)]
    assert (warned.held, warned.made.held_why, len(sent_rows(warned.chunks))) == ([], "", 6)


def test_a_mute_rule_holds_nothing_and_tells_nothing() -> None:
    mute = RulesInForce(version="r1", severities={})
    declared = known(an_enrolment(row=2, dateNaissance="2003-01-01", regime="RF7"))
    assert plan([an_enrolment(row=2)], [declared], rules=mute).findings == []
    massive = plan(rows(6), map(changed, rows(6)), institution=INSTITUTION, rules=mute)
    assert (massive.findings, massive.held, massive.made.held_why) == ([], [], "")


def test_facts_that_the_ledger_does_not_know_are_learned_from_what_stands_unchanged() -> None:
    """Enrolments accepted before facts were kept."""
    found = plan(rows(3), [known(rows(3)[0], accepted=Facts()), known(rows(3)[1])])
    assert found.made.learned == {key_of(rows(3)[0]): facts(rows(3)[0])}


def test_another_wire_code_for_the_same_regime_is_no_changed_regime() -> None:
    recoded = an_institution(registry={"connection": "x", "codes": {"regime": {"RF2": "10"}}})
    found = plan(rows(1), [known(rows(1)[0])], institution=recoded)
    assert (sent_rows(found.chunks), found.findings) == ([2], [])


ENTRIES = st.sampled_from(["none", "known", "changed", "born", "back", "refused", "unknown", "ambiguous"])
SEVERITIES = st.sampled_from([Severity.HOLD, Severity.WARN])


def entry_for(enrolment: Enrolment, kind: str) -> list[Entry]:
    states = {"refused": Outcome.REFUSED, "unknown": Outcome.UNKNOWN_STUDENT, "ambiguous": Outcome.AMBIGUOUS}
    if kind == "none":
        return []
    if kind in ("born", "back"):
        before = facts(enrolment)
        other = {"birth": "e" * 32} if kind == "born" else {"regime": "RF7"}
        return [
            known(enrolment, content="f" * 32, accepted_content="f" * 32, accepted=msgspec.structs.replace(before, **other))
        ]
    return [changed(enrolment) if kind == "changed" else known(enrolment, states.get(kind, Outcome.ACCEPTED))]


@given(kinds=st.lists(ENTRIES, max_size=12), mode=st.sampled_from(["delta", "full"]), rejected=st.integers(0, 12))
def test_every_valid_row_is_in_exactly_one_place_of_the_plan(kinds: list[str], mode: str, rejected: int) -> None:
    valid = rows(len(kinds))
    entries = [entry for row, kind in zip(valid, kinds, strict=True) for entry in entry_for(row, kind)]
    found = plan(valid, entries, mode=mode, read=len(valid) + rejected, rejected=rejected, institution=INSTITUTION)
    assert sorted(places(found)) == [(one.source, one.row) for one in valid]
    assert all(1 <= len(chunk) <= 3 for chunk in (*found.chunks, *found.held))
    assert {one.action for chunk in found.held for one in chunk} <= {Action.UPDATE}


@given(kinds=st.lists(ENTRIES, max_size=12), severities=st.fixed_dictionaries(dict.fromkeys(FIELDS, SEVERITIES)))
def test_a_row_is_held_exactly_when_one_of_its_findings_holds_it(kinds: list[str], severities: dict[str, Severity]) -> None:
    valid = rows(len(kinds))
    entries = [entry for row, kind in zip(valid, kinds, strict=True) for entry in entry_for(row, kind)]
    found = plan(valid, entries, institution=INSTITUTION, rules=RulesInForce(version="r1", severities=severities))
    holding = {row for row, _, severity in told(found) if severity is Severity.HOLD}
    assert set(sent_rows(found.held)) == holding
    assert {row for row, _, _ in told(found)} <= set(sent_rows(found.held)) | set(sent_rows(found.chunks))
    assert bool(found.made.held_why) == any(rule == MASS_CHANGE and hold is Severity.HOLD for _, rule, hold in told(found))


@given(kinds=st.lists(st.sampled_from(["refused", "unknown", "known"]), max_size=8), order=st.randoms())
def test_new_rules_bring_back_what_waits_and_nothing_else_once(kinds: list[str], order: Any) -> None:
    """What is sent again is then known with the new rules: planning once more finds it waiting."""
    later = NOW + timedelta(days=1)
    valid = rows(len(kinds))
    entries = [
        msgspec.structs.replace(entry, next_due=later)
        for row, kind in zip(valid, kinds, strict=True)
        for entry in entry_for(row, kind)
    ]
    assert sent_rows(plan(valid, entries).chunks) == []
    newer = RulesInForce(version="r2", severities=RULES.severities)
    order.shuffle(valid)
    again = plan(valid, entries, rules=newer)
    assert sent_rows(again.chunks) == [row for row, kind in enumerate(kinds, start=2) if kind != "known"]
    answered = [msgspec.structs.replace(entry, rules="r2") for entry in entries]
    assert sent_rows(plan(valid, answered, rules=newer).chunks) == []
