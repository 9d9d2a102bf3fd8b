"""The ledger on a real PostgreSQL: what it knows after each kind of ending."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import psycopg
import pytest

from supdata.errors import CallUs, TryLater
from supdata.ledger.entries import Facts, Settlement, Standing
from supdata.ledger.meeting import Met, Place, meeting
from supdata.ledger.schema import migrate, revert
from supdata.ledger.statements import ENTRIES
from supdata.ledger.store import Ledger
from supdata.push.patience import GRACE
from supdata.records.rows import ReadFile
from supdata.records.shipment import Planned
from supdata.records.states import Action, Outcome

pytestmark = pytest.mark.integration

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
RUN = "0751717J/night-1"
NEXT_RUN = "0751717J/night-2"
#: Rows as the first version wrote them.
OLD_INTENT = """
INSERT INTO supdata.intent (run_id, chunk, key, content, action, uai, ends, source, row_no, at)
VALUES (%(run)s, 'chunk-0001', %(key)s, %(content)s, 'create', '0751717J', '2027-08-31', 'inscriptions.csv', 2, %(at)s)
"""
OLD_ENROLMENT = """
INSERT INTO supdata.enrolment (key, uai, ends, content, state, accepted_content, doubt, id_inscription, status, words,
                               first_sent, last_sent, attempts, seen_run, seen_source, seen_row)
VALUES (%(key)s, '0751717J', '2027-08-31', %(content)s, 'accepted', %(content)s, false, '17', 200, '', %(at)s, %(at)s, 1,
        %(run)s, 'inscriptions.csv', 2)
"""
YEAR_START = date(2026, 9, 1)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    migrate(database_url)
    with psycopg.connect(database_url) as connection:
        yield Ledger(connection)


def a_planned(number: int, content: str = "a", action: Action = Action.CREATE) -> Planned:
    return Planned(
        source="inscriptions.csv",
        row=number,
        sisId=str(number),
        key=f"{number:032x}",
        content=content * 32,
        action=action,
        body={"uai": "0751717J", "dateFinInscription": "2027-08-31"},
    )


def answered(ledger: Ledger, planned: Planned, outcome: Outcome, *, run: str = RUN, due: datetime | None = None) -> None:
    """Send one record and get `outcome` for it."""
    ids = ledger.record(run, "chunk-0001", settled=[], intended=[planned], at=NOW)
    settlement = Settlement(
        intent=ids[planned.key], outcome=outcome, status=200, id_inscription="17", words="des mots", next_due=due
    )
    ledger.record(run, "chunk-0001", settled=[settlement], intended=[], at=NOW)


def declared(ledger: Ledger, uais: list[str], ending_after: date) -> list[Standing]:
    """Who stands in the registry: who is gone when nobody is in the source."""
    with meeting(ledger, uais, whole=True) as rows:
        return rows.departed(ending_after)


def mark_seen(ledger: Ledger, run_id: str, uais: list[str], places: dict[str, Place], *, complete: bool) -> None:
    with meeting(ledger, uais, whole=complete) as rows:
        rows.add(places.items())
        rows.departed(YEAR_START)
        rows.mark_seen(run_id)


def columns(url: str) -> set[str]:
    query = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'supdata'"
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute(query)}


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'supdata'")}


def test_migrating_twice_makes_the_tables_once_and_reverting_takes_them_away(database_url: str) -> None:
    migrate(database_url)
    migrate(database_url.replace("postgresql://", "postgres://"))  # as Airflow writes addresses
    assert tables(database_url) == {
        *("alembic_version", "enrolment", "file_read", "intent", "receipt", "replay", "replayed", "run", "run_summary"),
        *("legal_hold", "removal", "restored", "sign_off", "told", "source_mark", "whole_read", "work_item"),
    }
    revert(database_url)
    assert tables(database_url) == {"alembic_version"}
    migrate(database_url)
    assert "enrolment" in tables(database_url)


def test_what_the_first_version_knew_outlives_the_way_up_and_down(database_url: str) -> None:
    """Rows written at 0001, brought to 0002, taken back and brought up again, with an open intent among them."""
    migrate(database_url, "0001")
    first = columns(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO supdata.run VALUES (%s, '0751717J', %s, 0)", (RUN, NOW))
        connection.execute(OLD_INTENT, {"key": f"{1:032x}", "content": "a" * 32, "run": RUN, "at": NOW})
        connection.execute(OLD_INTENT, {"key": f"{2:032x}", "content": "a" * 32, "run": RUN, "at": NOW})
        connection.execute("INSERT INTO supdata.receipt VALUES (1, 'accepted', 200, '17', '', %s)", (NOW,))
        connection.execute(OLD_ENROLMENT, {"key": f"{1:032x}", "content": "a" * 32, "run": RUN, "at": NOW})
    for _ in range(2):
        migrate(database_url)
        with psycopg.connect(database_url) as connection:
            found = Ledger(connection).entries([f"{number:032x}" for number in (1, 2)])
            receipts = Ledger(connection).receipts(RUN)
        accepted, doubtful = (found[f"{number:032x}"] for number in (1, 2))
        assert (accepted.state, accepted.accepted_content, accepted.accepted, accepted.rules) == (
            Outcome.ACCEPTED, "a" * 32, Facts(), "",
        )  # fmt: skip
        assert doubtful.doubt
        assert [one.outcome for one in receipts] == [Outcome.ACCEPTED, Outcome.AMBIGUOUS]
        revert(database_url, "0001")
        assert columns(database_url) == first


def test_what_was_refused_gets_a_day_on_the_way_up_and_who_asked_for_what_goes_on_the_way_down(database_url: str) -> None:
    migrate(database_url, "0002")
    second = columns(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for number, state in enumerate(("accepted", "refused"), start=1):
            connection.execute(OLD_ENROLMENT, {"key": f"{number:032x}", "content": "a" * 32, "run": RUN, "at": NOW})
            connection.execute("UPDATE supdata.enrolment SET state = %s WHERE key = %s", (state, f"{number:032x}"))
    keys = [f"{number:032x}" for number in (1, 2)]
    for _ in range(2):
        migrate(database_url)
        with psycopg.connect(database_url) as connection:
            ledger = Ledger(connection)
            found = ledger.entries(keys)
            assert [found[key].next_due for key in keys] == [None, NOW + timedelta(days=32) - GRACE]
            assert not any(one.replay for one in found.values())
            assert ledger.ask_again(keys[1:], author="ops", reason="the registry was mended", at=NOW) == 1
            assert [ledger.entries(keys)[key].replay for key in keys] == [False, True]
        revert(database_url, "0002")
        assert columns(database_url) == second


def test_closings_become_updates_on_the_way_down_and_nothing_else_is_touched(database_url: str) -> None:
    migrate(database_url, "0004")
    fourth = columns(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(OLD_ENROLMENT, {"key": f"{1:032x}", "content": "a" * 32, "run": RUN, "at": NOW})
        connection.execute(OLD_INTENT, {"key": f"{1:032x}", "content": "a" * 32, "run": RUN, "at": NOW})
    for _ in range(2):
        migrate(database_url)
        with psycopg.connect(database_url) as connection:
            ledger = Ledger(connection)
            assert [one.key for one in declared(ledger, ["0751717J"], YEAR_START)] == [f"{1:032x}"]
            answered(ledger, a_planned(1, "b", Action.CLOSE), Outcome.ACCEPTED)
            assert declared(ledger, ["0751717J"], YEAR_START) == []
        revert(database_url, "0004")
        assert columns(database_url) == fourth
        with psycopg.connect(database_url) as connection:
            actions = connection.execute("SELECT action FROM supdata.intent ORDER BY id DESC LIMIT 1").fetchone()
            state = connection.execute("SELECT accepted_content, ends FROM supdata.enrolment").fetchall()
        assert (actions, state) == (("update",), [("b" * 32, date(2027, 8, 31))])


def test_what_is_closed_stands_no_longer_until_it_is_declared_again_and_is_where_it_was_last_seen(ledger: Ledger) -> None:
    def stands() -> list[int]:
        return [one.seen_row for one in declared(ledger, ["0751717J"], YEAR_START)]

    closing = msgspec.structs.replace(a_planned(1, "b", Action.CLOSE), source="another place", row=99)
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    answered(ledger, closing, Outcome.REFUSED)
    assert stands() == [1], "the refusal has ended nothing, and moved nothing"
    answered(ledger, closing, Outcome.ACCEPTED)
    assert stands() == []
    answered(ledger, a_planned(1), Outcome.REFUSED)
    assert stands() == [], "what came back and was refused is as closed as before"
    answered(ledger, a_planned(1, action=Action.UPDATE), Outcome.ACCEPTED)
    assert stands() == [1]


def test_the_ledger_knows_since_when_one_is_missing_and_where_it_was_accepted(ledger: Ledger) -> None:
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    for night in range(3):
        ledger.open_run(f"night-{night}", "0751717J", NOW + timedelta(days=night))
        places = {a_planned(1).key: ("new.csv", 9)} if night == 0 else {}
        mark_seen(ledger, f"night-{night}", ["0751717J"], places, complete=True)
    (one,) = declared(ledger, ["0751717J"], YEAR_START)
    assert (one.seen_at, one.absent_since) == (NOW, NOW + timedelta(days=1))
    assert ledger.accepted_in([one.key, "f" * 32]) == {one.key: (RUN, "chunk-0001")}
    mark_seen(ledger, "night-2", ["0751717J"], {one.key: ("new.csv", 9)}, complete=True)
    assert declared(ledger, ["0751717J"], YEAR_START)[0].absent_since is None


def test_what_is_asked_for_again_is_marked_until_it_is_answered(ledger: Ledger) -> None:
    answered(ledger, a_planned(1), Outcome.REFUSED)
    key = a_planned(1).key
    assert ledger.ask_again([key, "f" * 32], author="ops", reason="the registry was mended", at=NOW) == 1
    ids = ledger.record(NEXT_RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    taken_back = Settlement(intent=ids[key], outcome=Outcome.NOT_ATTEMPTED)
    ledger.record(NEXT_RUN, "chunk-0001", settled=[taken_back], intended=[], at=NOW)
    assert ledger.entries([key])[key].replay, "it never left"
    answered(ledger, a_planned(1), Outcome.REFUSED, run=NEXT_RUN)
    assert not ledger.entries([key])[key].replay


def test_what_was_never_answered_can_be_asked_for_again(ledger: Ledger) -> None:
    ledger.record(RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    assert ledger.ask_again([a_planned(1).key], author="ops", reason="a worker died", at=NOW) == 1
    entry = ledger.entries([a_planned(1).key])[a_planned(1).key]
    assert (entry.state, entry.doubt, entry.replay) == (Outcome.AMBIGUOUS, True, True)


def test_asking_for_nothing_leaves_no_trace(ledger: Ledger, database_url: str) -> None:
    assert ledger.ask_again([], author="ops", reason="none", at=NOW) == 0
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT count(*) FROM supdata.replay").fetchone() == (0,)


def test_no_sender_begins_while_what_is_to_be_sent_changes_and_none_is_interrupted(ledger: Ledger, database_url: str) -> None:
    ledger.open_run(RUN, "0751717J", NOW)
    with psycopg.connect(database_url) as connection:
        other = Ledger(connection)
        with other.sole_sender(RUN, "chunk-0001"):
            with pytest.raises(TryLater, match="0751717J"), ledger.silence(["0442953W", "0751717J"]):
                pytest.fail("a run is sending")
            with ledger.silence(["0442953W"]):
                pass
        connection.execute("SET lock_timeout = '200ms'")
        with ledger.silence(["0751717J"]), pytest.raises(psycopg.errors.LockNotAvailable):
            other.sole_sender(RUN, "chunk-0001").__enter__()


def test_facts_go_with_the_way_down_and_are_learned_again(database_url: str) -> None:
    migrate(database_url)
    facts = Facts(birth="b" * 32, statut="inscrit", regime="RF2")
    for way in ("as accepted", "as learned"):
        with psycopg.connect(database_url) as connection:
            ledger = Ledger(connection)
            if way == "as accepted":
                answered(ledger, with_facts(a_planned(1), facts), Outcome.ACCEPTED)
            else:
                ledger.learn({a_planned(1).key: facts})
            assert ledger.entries([a_planned(1).key])[a_planned(1).key].accepted == facts
        revert(database_url, "0001")
        migrate(database_url)


def with_facts(planned: Planned, facts: Facts) -> Planned:
    return msgspec.structs.replace(planned, birth=facts.birth, statut=facts.statut, regime=facts.regime)


def test_the_facts_known_are_those_last_accepted_with_the_rules_last_sent_under(ledger: Ledger) -> None:
    before, after = Facts(birth="b" * 32, statut="inscrit", regime="RF2"), Facts(birth="c" * 32, statut="admis", regime="RF4")
    key = a_planned(1).key
    ledger.open_run(RUN, "0751717J", NOW, "r1")
    answered(ledger, with_facts(a_planned(1), before), Outcome.ACCEPTED)
    ledger.open_run(NEXT_RUN, "0751717J", NOW, "r2")
    answered(ledger, with_facts(a_planned(1, "b", Action.UPDATE), after), Outcome.REFUSED, run=NEXT_RUN)
    entry = ledger.entries([key])[key]
    assert (entry.accepted, entry.rules) == (before, "r2")
    answered(ledger, with_facts(a_planned(1, "b", Action.UPDATE), after), Outcome.ACCEPTED, run=NEXT_RUN)
    assert ledger.entries([key])[key].accepted == after


def test_only_what_is_accepted_and_not_known_is_learned(ledger: Ledger) -> None:
    known, other = Facts(birth="b" * 32, statut="inscrit", regime="RF2"), Facts(birth="c" * 32, statut="admis", regime="RF4")
    answered(ledger, with_facts(a_planned(1), known), Outcome.ACCEPTED)
    answered(ledger, a_planned(2), Outcome.ACCEPTED)
    answered(ledger, a_planned(3), Outcome.REFUSED)
    keys = [a_planned(number).key for number in (1, 2, 3)]
    ledger.learn(dict.fromkeys([*keys, "f" * 32], other))
    found = ledger.entries(keys)
    assert [found[key].accepted for key in keys] == [known, other, Facts()]


@pytest.mark.parametrize(
    "facts",
    [
        *({"birth": "2004-03-09"}, {"statut": "DUPONT"}, {"regime": "123456789FJ"}, {"key": "123456789FJ"}),
        *({"content": "123456789FJ2004-03-09"}, {"key": "123456789FJ2004-03-090751717J123"}, {"birth": "{" + "a" * 30 + "}"}),
    ],
)
def test_the_ledger_takes_no_student_s_value_for_a_fact(ledger: Ledger, facts: dict[str, str]) -> None:
    with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.InvalidTextRepresentation)):
        ledger.record(RUN, "chunk-0001", settled=[], intended=[msgspec.structs.replace(a_planned(1), **facts)], at=NOW)


def test_migrating_leaves_logging_alone(database_url: str) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    migrate(database_url)
    assert (logging.getLogger().handlers[:], logging.getLogger().level) == before


def test_what_was_never_sent_is_not_known(ledger: Ledger) -> None:
    assert ledger.entries([a_planned(1).key]) == {}


def test_an_intent_without_an_answer_is_in_doubt_before_anything_else_is_written(ledger: Ledger) -> None:
    ledger.open_run(RUN, "0751717J", NOW)
    ledger.record(RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    entry = ledger.entries([a_planned(1).key])[a_planned(1).key]
    assert (entry.state, entry.doubt, entry.accepted_content) == (Outcome.AMBIGUOUS, True, "")
    (receipt,) = ledger.receipts(RUN)
    assert (receipt.key, receipt.outcome, receipt.row) == (a_planned(1).key, Outcome.AMBIGUOUS, 1)


def test_an_intent_is_seen_by_others_as_soon_as_it_is_recorded(ledger: Ledger, database_url: str) -> None:
    ledger.entries([])
    ledger.record(RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT count(*) FROM supdata.intent").fetchone() == (1,)


def test_what_was_never_sent_is_looked_for_by_its_key_though_nothing_is_known_of_the_tables(ledger: Ledger) -> None:
    ledger.record(RUN, "chunk-0001", settled=[], intended=[a_planned(number) for number in range(500)], at=NOW)
    connection = ledger.connection
    connection.execute("CREATE TEMP TABLE wanted AS SELECT md5(n::text) AS key FROM generate_series(1, 500) n")
    plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN {ENTRIES}"))
    assert "intent_key" in plan
    assert "Backward" not in plan


def test_an_accepted_record_is_known_with_its_content(ledger: Ledger) -> None:
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    entry = ledger.entries([a_planned(1).key])[a_planned(1).key]
    assert (entry.state, entry.accepted_content, entry.doubt, entry.attempts) == (Outcome.ACCEPTED, "a" * 32, False, 1)


def test_a_refused_change_does_not_make_the_ledger_forget_what_the_registry_holds(ledger: Ledger) -> None:
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    answered(ledger, a_planned(1, "b", Action.UPDATE), Outcome.REFUSED)
    entry = ledger.entries([a_planned(1).key])[a_planned(1).key]
    assert (entry.state, entry.content[0], entry.accepted_content[0], entry.doubt) == (Outcome.REFUSED, "b", "a", False)
    assert [one.key for one in declared(ledger, ["0751717J"], YEAR_START)] == [a_planned(1).key]


def test_a_doubt_outlives_a_refusal_and_ends_with_an_acceptance(ledger: Ledger) -> None:
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    answered(ledger, a_planned(1, "b", Action.UPDATE), Outcome.AMBIGUOUS)
    answered(ledger, a_planned(1, "c", Action.UPDATE), Outcome.REFUSED)
    assert ledger.entries([a_planned(1).key])[a_planned(1).key].doubt
    answered(ledger, a_planned(1, "a", Action.UPDATE), Outcome.ACCEPTED)
    assert not ledger.entries([a_planned(1).key])[a_planned(1).key].doubt


def test_a_record_taken_back_unsent_leaves_no_trace_in_what_is_known(ledger: Ledger) -> None:
    ledger.open_run(RUN, "0751717J", NOW)
    answered(ledger, a_planned(1), Outcome.NOT_ATTEMPTED)
    assert ledger.entries([a_planned(1).key]) == {}
    assert ledger.receipts(RUN) == []
    assert ledger.count_receipts(RUN) == {}


def test_an_unknown_student_is_due_when_told_and_attempts_of_one_content_are_counted(ledger: Ledger) -> None:
    due = NOW + timedelta(days=1)
    answered(ledger, a_planned(1), Outcome.UNKNOWN_STUDENT, due=due)
    answered(ledger, a_planned(1), Outcome.UNKNOWN_STUDENT, due=due)
    entry = ledger.entries([a_planned(1).key])[a_planned(1).key]
    assert (entry.state, entry.attempts, entry.next_due, entry.words) == (Outcome.UNKNOWN_STUDENT, 2, due, "des mots")
    answered(ledger, a_planned(1, "b"), Outcome.UNKNOWN_STUDENT, due=due)
    assert ledger.entries([a_planned(1).key])[a_planned(1).key].attempts == 1


def test_sending_again_closes_what_was_never_answered(ledger: Ledger) -> None:
    ledger.open_run(RUN, "0751717J", NOW)
    ledger.record(RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    answered(ledger, a_planned(1), Outcome.NOT_ATTEMPTED)  # the second try never left
    entry = ledger.entries([a_planned(1).key])[a_planned(1).key]
    assert entry.doubt, "the first try may have been received all the same"
    assert [one.outcome for one in ledger.receipts(RUN)] == [Outcome.AMBIGUOUS]
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    assert ledger.count_receipts(RUN) == {Outcome.ACCEPTED: 1}


def test_an_intent_is_answered_once(ledger: Ledger) -> None:
    ids = ledger.record(RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    settlement = Settlement(intent=ids[a_planned(1).key], outcome=Outcome.ACCEPTED)
    ledger.record(RUN, "chunk-0001", settled=[settlement], intended=[], at=NOW)
    with pytest.raises(psycopg.errors.UniqueViolation):
        ledger.record(RUN, "chunk-0001", settled=[settlement], intended=[], at=NOW)


def test_an_answer_to_no_intent_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation):
        ledger.record(RUN, "chunk-0001", settled=[Settlement(intent=7, outcome=Outcome.NOT_ATTEMPTED)], intended=[], at=NOW)


def test_receipts_follow_their_intents_on_the_way_down_and_all_others_stay_on_both_ways(database_url: str) -> None:
    migrate(database_url, "0016")
    with psycopg.connect(database_url, autocommit=True) as connection:
        for number in (1, 2):
            connection.execute(OLD_INTENT, {"key": f"{number:032x}", "content": "a" * 32, "run": RUN, "at": NOW})
            connection.execute("INSERT INTO supdata.receipt VALUES (%s, 'accepted', 200, '17', '', %s)", (number, NOW))
        for way, left in ((migrate, [1, 2]), (revert, [2]), (migrate, [2])):
            way(database_url, "0017" if way is migrate else "0016")
            found = connection.execute("SELECT intent_id FROM supdata.receipt ORDER BY 1").fetchall()
            assert [number for (number,) in found] == left
            connection.execute("DELETE FROM supdata.intent WHERE id = 1")
    revert(database_url, "0016")
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("INSERT INTO supdata.receipt VALUES (9, 'accepted', 200, '17', '', now())")


def test_a_recorder_says_what_the_ledger_says_and_raises_what_it_raises(ledger: Ledger) -> None:
    ledger.open_run(RUN, "0751717J", NOW)

    async def record() -> dict[str, int]:
        recorder = ledger.recorder(RUN, "chunk-0001")
        numbers = await recorder.record(settled=[], intended=[a_planned(1), a_planned(2)], at=NOW)
        settled = [Settlement(intent=numbers[a_planned(1).key], outcome=Outcome.REFUSED, status=400, words="« é »\\")]
        numbers |= await recorder.record(settled=settled, intended=[a_planned(3)], at=NOW)
        with pytest.raises(psycopg.errors.UniqueViolation):
            await recorder.record(settled=settled, intended=[a_planned(4)], at=NOW)
        return numbers

    assert asyncio.run(record()).keys() == {a_planned(number).key for number in (1, 2, 3)}
    found = [(one.row, one.outcome, one.words) for one in ledger.receipts(RUN)]
    assert found == [(1, Outcome.REFUSED, "« é »\\"), (2, Outcome.AMBIGUOUS, ""), (3, Outcome.AMBIGUOUS, "")]


def test_a_recorder_that_is_cancelled_waits_for_the_end_of_what_it_has_begun(ledger: Ledger, database_url: str) -> None:
    async def record_and_cancel(slow: psycopg.Connection) -> None:
        recorder = ledger.recorder(RUN, "c")
        await recorder.record(settled=[], intended=[a_planned(2)], at=NOW)
        slow.execute("LOCK TABLE supdata.intent IN EXCLUSIVE MODE")
        recording = asyncio.create_task(recorder.record(settled=[], intended=[a_planned(1)], at=NOW))
        await asyncio.sleep(0.2)
        recording.cancel()
        await asyncio.sleep(0.1)
        assert not recording.done(), "the connection is in use until the database answers"
        slow.rollback()
        with pytest.raises(asyncio.CancelledError):
            await recording

    with psycopg.connect(database_url) as slow:
        asyncio.run(record_and_cancel(slow))
    assert ledger.entries([a_planned(1).key])[a_planned(1).key].doubt


def test_a_batch_larger_than_the_wire_takes_at_once_is_recorded_whole(ledger: Ledger) -> None:
    many = [a_planned(number) for number in range(20_000)]
    assert len(asyncio.run(ledger.recorder(RUN, "c").record(settled=[], intended=many, at=NOW))) == len(many)


def test_planning_a_run_again_starts_its_receipts_afresh(ledger: Ledger) -> None:
    ledger.open_run(RUN, "0751717J", NOW)
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    ledger.open_run(RUN, "0751717J", NOW)
    answered(ledger, a_planned(2), Outcome.REFUSED)
    assert ledger.count_receipts(RUN) == {Outcome.REFUSED: 1}


def test_receipts_are_told_by_chunk_and_in_the_order_of_rows(ledger: Ledger) -> None:
    ledger.open_run(RUN, "0751717J", NOW)
    ledger.record(RUN, "chunk-0002", settled=[], intended=[a_planned(12), a_planned(11)], at=NOW)
    answered(ledger, a_planned(2), Outcome.ACCEPTED)
    assert [one.row for one in ledger.receipts(RUN)] == [2, 11, 12]
    assert [one.row for one in ledger.receipts(RUN, "chunk-0002")] == [11, 12]


def test_what_a_later_run_has_sent_is_superseded(ledger: Ledger) -> None:
    keys = [a_planned(1).key, a_planned(2).key]
    answered(ledger, a_planned(2), Outcome.ACCEPTED, run="0751717J/night-0")
    ledger.open_run(RUN, "0751717J", NOW)
    ledger.open_run(NEXT_RUN, "0751717J", NOW)
    answered(ledger, a_planned(1), Outcome.ACCEPTED, run=NEXT_RUN)
    assert ledger.superseded(RUN, keys) == {a_planned(1).key}
    assert ledger.superseded(NEXT_RUN, keys) == frozenset()
    answered(ledger, a_planned(2), Outcome.NOT_ATTEMPTED, run=NEXT_RUN)
    assert ledger.superseded(RUN, keys) == {a_planned(1).key}, "what was taken back unsent supersedes nothing"


def test_a_run_that_was_never_planned_here_may_not_send(ledger: Ledger) -> None:
    with pytest.raises(CallUs, match="no plan of this run"):
        ledger.superseded(RUN, [])


def test_only_one_process_sends_a_chunk(ledger: Ledger, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        other = Ledger(connection)
        with ledger.sole_sender(RUN, "chunk-0001"):
            with pytest.raises(TryLater, match="another process"), other.sole_sender(RUN, "chunk-0001"):
                pytest.fail("two at once")
            with other.sole_sender(RUN, "chunk-0002"):
                pass
        with other.sole_sender(RUN, "chunk-0001"):
            pass


def test_a_doubt_ends_when_the_same_content_is_refused_and_stays_when_another_is(ledger: Ledger) -> None:
    for number in (1, 2):
        answered(ledger, a_planned(number), Outcome.AMBIGUOUS)
    answered(ledger, a_planned(1), Outcome.REFUSED)
    answered(ledger, a_planned(2, content="b"), Outcome.REFUSED)
    found = ledger.entries([a_planned(1).key, a_planned(2).key])
    assert [found[a_planned(number).key].doubt for number in (1, 2)] == [False, True]


def test_two_runs_of_one_school_do_not_send_at_once_and_two_schools_do(ledger: Ledger, database_url: str) -> None:
    for run, uai in ((RUN, "0751717J"), (NEXT_RUN, "0751717J"), ("0442953W/night-1", "0442953W")):
        ledger.open_run(run, uai, NOW)
    with psycopg.connect(database_url) as connection:
        other = Ledger(connection)
        with ledger.sole_sender(RUN, "chunk-0001"):
            with other.sole_sender(RUN, "chunk-0002"), pytest.raises(TryLater, match="another process"):
                other.sole_sender(RUN, "chunk-0001").__enter__()
            with pytest.raises(TryLater, match="another run of the school"), other.sole_sender(NEXT_RUN, "chunk-0001"):
                pytest.fail("two runs at once")
            with pytest.raises(TryLater, match="Planning for 0751717J"):
                other.require_silence("0751717J")
            with other.sole_sender("0442953W/night-1", "chunk-0001"):
                pass
        other.require_silence("0751717J")
        with other.sole_sender(NEXT_RUN, "chunk-0001"), pytest.raises(TryLater, match="another run of the school"):
            ledger.sole_sender(RUN, "chunk-0002").__enter__()


def test_no_school_waits_for_another_s_locks_whatever_both_are_doing(ledger: Ledger, database_url: str) -> None:
    """One school in the middle of everything at once, on a connection that would rather fail than wait beside it."""
    answered(ledger, a_planned(1), Outcome.REFUSED)
    ledger.open_run(RUN, "0751717J", NOW)
    other_school = msgspec.structs.replace(a_planned(2), body={"uai": "0442953W", "dateFinInscription": "2027-08-31"})
    with psycopg.connect(database_url) as connection, ledger.sole_sender(RUN, "chunk-0001"):
        other = Ledger(connection)
        connection.execute("SET lock_timeout = '1s'")
        with ledger.silence([]):
            ledger.ask_again([a_planned(1).key], author="ops", reason="the registry was mended", at=NOW)
            mark_seen(ledger, RUN, ["0751717J"], {}, complete=True)
            ledger.record(RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
            other.open_run("0442953W/night-1", "0442953W", NOW)
            other.require_silence("0442953W")
            with other.sole_sender("0442953W/night-1", "chunk-0001"):
                answered(other, other_school, Outcome.ACCEPTED, run="0442953W/night-1")
            mark_seen(other, "0442953W/night-1", ["0442953W"], {other_school.key: ("eleves", 2)}, complete=True)
            with other.silence(["0442953W"]):
                assert other.ask_again([other_school.key], author="ops", reason="lost", at=NOW) == 1
            assert other.entries([a_planned(1).key])[a_planned(1).key].replay is False, "not committed yet"


def test_declared_are_the_accepted_of_these_schools_and_this_year(ledger: Ledger) -> None:
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    answered(ledger, a_planned(2), Outcome.REFUSED)
    last_year = Planned(
        source="x", row=3, sisId="", key=f"{3:032x}", content="a" * 32, action=Action.CREATE,
        body={"uai": "0751717J", "dateFinInscription": "2026-08-31"},
    )  # fmt: skip
    answered(ledger, last_year, Outcome.ACCEPTED)
    assert [one.seen_row for one in declared(ledger, ["0751717J"], YEAR_START)] == [1]
    assert declared(ledger, ["0442953W"], YEAR_START) == []


def test_marking_moves_where_an_enrolment_was_seen_and_only_a_complete_read_makes_others_absent(
    ledger: Ledger, database_url: str
) -> None:
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    answered(ledger, a_planned(2), Outcome.ACCEPTED)

    def present() -> list[tuple[int, bool]]:
        with psycopg.connect(database_url) as other:
            return other.execute("SELECT seen_row, present FROM supdata.enrolment ORDER BY key").fetchall()

    mark_seen(ledger, NEXT_RUN, ["0751717J"], {a_planned(1).key: ("new.csv", 9)}, complete=False)
    assert present() == [(9, True), (2, True)]
    mark_seen(ledger, NEXT_RUN, ["0751717J"], {a_planned(1).key: ("new.csv", 9)}, complete=True)
    assert present() == [(9, True), (2, False)]


def a_lot(*rows: tuple[int, str, int]) -> bytes:
    """Lines of COPY text for records by number, content and row."""
    lines = (f"{n}\t{number:032x}\t{content * 32}\tinscriptions.csv\t{row}\n" for n, (number, content, row) in enumerate(rows))
    return "".join(lines).encode()


def known_whole(ledger: Ledger, *numbers: int) -> None:
    """Accepted records of which all is known."""
    for number in numbers:
        answered(ledger, a_planned(number), Outcome.ACCEPTED)
    ledger.learn({f"{number:032x}": Facts(birth="b" * 32, statut="inscrit", regime="RF2") for number in numbers})


def test_what_is_as_it_was_accepted_does_not_come_back_and_everything_else_does_with_what_is_known(ledger: Ledger) -> None:
    known_whole(ledger, 1, 2, 3, 4, 5)
    answered(ledger, a_planned(6), Outcome.ACCEPTED)  # its facts are not known
    answered(ledger, a_planned(7), Outcome.REFUSED)
    ledger.open_run(NEXT_RUN, "0751717J", NOW)
    ledger.record(NEXT_RUN, "chunk-0001", settled=[], intended=[a_planned(3)], at=NOW)  # nobody ever answered
    answered(ledger, a_planned(4), Outcome.AMBIGUOUS)
    ledger.ask_again([a_planned(5).key], author="ops", reason="lost", at=NOW)
    with meeting(ledger, ["0751717J"], whole=True) as rows:
        met = rows.meet(a_lot((1, "a", 1), (2, "b", 2), (3, "a", 3), (4, "a", 4), (5, "a", 5), (6, "a", 6), (7, "a", 7)))
        met += rows.meet(a_lot((8, "a", 8)))
    entries = ledger.entries([f"{number:032x}" for number in range(1, 9)])
    assert met == [*(Met(n, entries[f"{n + 1:032x}"]) for n in range(1, 7)), Met(0, None)]
    assert [one.entry.doubt for one in met if one.entry] == [False, True, True, False, False, False]


def test_a_run_is_settled_while_nobody_sends_and_only_when_all_is_answered(ledger: Ledger, database_url: str) -> None:
    """What a settled run left open would not be found: sending unsettles it before anything leaves."""

    def is_settled() -> bool:
        with psycopg.connect(database_url) as other:
            return bool(other.execute("SELECT settled FROM supdata.run WHERE run_id = %s", (RUN,)).fetchone() == (True,))

    known_whole(ledger, 1)
    ledger.open_run(RUN, "0751717J", NOW)
    ledger.settle("0751717J")
    assert is_settled()
    with psycopg.connect(database_url) as connection, Ledger(connection).sole_sender(RUN, "chunk-0001"):
        assert not is_settled()
        with pytest.raises(TryLater, match="sending at this moment"):
            ledger.settle("0751717J")
        Ledger(connection).record(RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    ledger.settle("0751717J")
    assert not is_settled()
    with meeting(ledger, ["0751717J"], whole=True) as rows:
        ((_, entry),) = [(one.number, one.entry) for one in rows.meet(a_lot((1, "a", 1)))]
    assert entry is not None
    assert entry.doubt
    ledger.record(NEXT_RUN, "chunk-0001", settled=[], intended=[a_planned(1)], at=NOW)
    ledger.settle("0751717J")
    assert is_settled(), "what a later run has sent again is that run's"


@pytest.mark.parametrize("partly", [False, True])
def test_what_stays_in_its_place_was_seen_by_the_last_run_that_read_everything(
    ledger: Ledger, database_url: str, partly: bool
) -> None:
    """Nothing is written for it: that it is there is known from the run. A later read of a part writes what it saw."""
    known_whole(ledger, 1, 2)
    for night in range(3):
        ledger.open_run(f"night-{night}", "0751717J", NOW + timedelta(days=night))
    with psycopg.connect(database_url) as other:
        before = other.execute("SELECT key, xmin FROM supdata.enrolment ORDER BY key").fetchall()
        for night, whole in ((0, True), (1, not partly)):
            with meeting(ledger, ["0751717J"], whole=whole) as rows:
                rows.meet(a_lot((1, "a", 1), (2, "a", 2)) if whole else a_lot((1, "a", 1)))
                assert (rows.departed(YEAR_START), rows.standing(YEAR_START)) == ([], 2)
                rows.mark_seen(f"night-{night}")
        assert (other.execute("SELECT key, xmin FROM supdata.enrolment ORDER BY key").fetchall() == before) is not partly
    mark_seen(ledger, "night-2", ["0751717J"], {}, complete=True)
    found = {one.key: (one.seen_run, one.seen_at, one.absent_since) for one in declared(ledger, ["0751717J"], YEAR_START)}
    last, missed = ("night-1", NOW + timedelta(days=1)), NOW + timedelta(days=2)
    assert found == {
        a_planned(1).key: (*last, missed),
        a_planned(2).key: (*(("night-0", NOW) if partly else last), missed),
    }


def test_who_is_gone_is_found_however_many_others_were_met(ledger: Ledger) -> None:
    """Nobody is looked for where as many were met as there are: a new record, or another school's, is none of them."""
    known_whole(ledger, 1, 2)
    others = msgspec.structs.replace(a_planned(3), body={**a_planned(3).body, "uai": "0590001A"})
    answered(ledger, others, Outcome.ACCEPTED)
    ledger.learn({others.key: Facts(birth="b" * 32, statut="inscrit", regime="RF2")})
    for lot, gone in (((1, "a", 1), (3, "a", 3), (4, "a", 4)), [2]), (((1, "a", 1), (2, "b", 9)), []):
        with meeting(ledger, ["0751717J"], whole=True) as rows:
            assert [one.number for one in rows.meet(a_lot(*lot))] == ([2] if gone else [1]), "another school's is kept as well"
            assert [one.key for one in rows.departed(YEAR_START)] == [a_planned(number).key for number in gone]


def test_of_a_read_of_a_part_only_what_the_source_leaves_out_has_departed(ledger: Ledger) -> None:
    known_whole(ledger, 1, 2, 3)
    with meeting(ledger, ["0751717J"], whole=False) as rows:
        rows.meet(a_lot((1, "a", 1)))
        rows.leave_out([a_planned(number).key for number in (1, 2, 9)])
        assert [one.key for one in rows.departed(YEAR_START)] == [a_planned(2).key]


def test_of_a_read_of_a_part_what_is_owed_and_not_in_it_is_counted(ledger: Ledger) -> None:
    known_whole(ledger, 1, 2)
    for number, due in ((3, NOW), (4, NOW), (5, NOW + timedelta(days=1))):
        answered(ledger, a_planned(number), Outcome.UNKNOWN_STUDENT, due=due)
    answered(ledger, a_planned(6), Outcome.AMBIGUOUS)
    ledger.ask_again([a_planned(2).key], author="ops", reason="lost", at=NOW)
    for whole, owed in ((False, 3), (True, 0)):
        with meeting(ledger, ["0751717J"], whole=whole) as rows:
            rows.meet(a_lot((1, "a", 1), (3, "a", 3)))
            assert rows.owed(NOW) == owed, "the second, the fourth and the sixth"


def test_a_hundred_thousand_keys_are_looked_up_at_once(ledger: Ledger) -> None:
    answered(ledger, a_planned(1), Outcome.ACCEPTED)
    found = ledger.entries([f"{number:032x}" for number in range(100_000)])
    assert list(found) == [a_planned(1).key]


def test_a_connection_inside_a_transaction_is_not_taken(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(psycopg.ProgrammingError):
            Ledger(connection)


def test_files_that_green_runs_have_read_are_known_by_school_each_once(ledger: Ledger) -> None:
    first = ReadFile(name="a.csv", path="/export/a.csv", size=10, modified=200, sha256="a" * 64)
    second = ReadFile(name="b.csv", path="/export/b.csv", size=10, modified=100, sha256="b" * 64)
    rewritten = msgspec.structs.replace(first, modified=300, sha256="c" * 64)
    ledger.keep_files("0751717J", RUN, [first, second], NOW)
    ledger.keep_files("0751717J", NEXT_RUN, [first, rewritten], NOW)
    ledger.keep_files("0442953W", RUN, [], NOW)
    assert ledger.files_read("0751717J") == [second, first, rewritten]
    assert ledger.files_read("0442953W") == []
