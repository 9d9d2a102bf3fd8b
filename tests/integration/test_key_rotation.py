"""Keys are replaced while schools go on: the ledger's, and the registry's; nothing is declared again for that."""

import json
import os

import msgspec
import psycopg
import pytest
import requests

from builders import UNIVERSITY
from integration import test_nights
from integration.test_nights import ADMIN, CLOSING, NEAR_ALL, STUDENTS, School, changed
from supdata.errors import AccessRefused, FixConfig, RunStopped
from supdata.ledger.schema import migrate, revert
from supdata.orchestration.planning import plan_run
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.reconciling import reconcile_run

pytestmark = pytest.mark.integration

opened = test_nights.opened
OLD, NEW = "a made secret of some length", "another made secret of some length"


def replace_key(monkeypatch: pytest.MonkeyPatch, *, keep_old: bool = True) -> None:
    extra = {"extra": {"previous_password": OLD}} if keep_old else {}
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER_KEY", json.dumps({"conn_type": "generic", "password": NEW, **extra}))


def keys(school: School, table: str = "enrolment") -> set[str]:
    with psycopg.connect(school.ledger) as connection:
        return {key for (key,) in connection.execute(f"SELECT key FROM supdata.{table}")}


def test_nothing_is_declared_again_under_a_new_key_and_changes_are_still_seen(
    opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.night([changed(STUDENTS[0]), *STUDENTS[1:]], **NEAR_ALL)
    opened.night(STUDENTS, **NEAR_ALL)
    before = keys(opened)
    replace_key(monkeypatch)
    tonight = [*STUDENTS[:5], changed(STUDENTS[5]), *STUDENTS[6:]]
    counts = opened.night(tonight, **NEAR_ALL)
    assert (counts.unchanged, counts.updated, counts.created, counts.departed) == (len(STUDENTS) - 1, 1, 0, 0)
    assert opened.result("plan")["notes"] == ["10 enrolments are known in the ledger by its new key from now on"]
    assert not before & keys(opened)
    assert not before & keys(opened, "intent"), "the trail has moved with them"
    replace_key(monkeypatch, keep_old=False)
    assert opened.night(tonight, **NEAR_ALL).unchanged == len(STUDENTS)
    assert opened.result("plan")["notes"] == []


def test_a_birth_date_that_is_not_the_one_declared_is_still_held(opened: School, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    replace_key(monkeypatch)
    other = msgspec.structs.replace(STUDENTS[0], dateNaissance="1999-01-01")
    counts = opened.night([other, *STUDENTS[1:]], **NEAR_ALL)
    assert (counts.held, counts.unchanged) == (1, len(STUDENTS) - 1)


def test_who_leaves_after_the_change_or_with_it_is_closed_and_who_comes_back_is_known(
    opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.night(STUDENTS, **CLOSING)
    replace_key(monkeypatch)
    assert opened.night(STUDENTS[1:], **CLOSING).closed == 1, "still under the old key"
    assert opened.night(STUDENTS[2:], **CLOSING).closed == 1, "under the new key"
    back = opened.night(STUDENTS, **CLOSING)
    assert (back.created, back.updated) == (0, 2), "known, and open again"


def test_a_run_under_way_ends_under_the_key_it_was_planned_by(opened: School, monkeypatch: pytest.MonkeyPatch) -> None:
    run = opened.run(STUDENTS, **NEAR_ALL)
    planned = plan_run(run)
    replace_key(monkeypatch)
    for chunk in planned.chunks:
        push_chunk_of(run, "push", chunk)
    assert reconcile_run(run).created == len(STUDENTS)
    assert opened.night(STUDENTS, **NEAR_ALL).unchanged == len(STUDENTS)


def test_a_plan_of_before_is_not_pushed_once_a_later_run_has_taken_over(
    opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = opened.run(STUDENTS, **NEAR_ALL)
    (chunk,) = plan_run(old).chunks
    push_chunk_of(old, "push", chunk)
    replace_key(monkeypatch)
    opened.night(STUDENTS, **NEAR_ALL)
    with pytest.raises(RunStopped, match="key has been replaced"):
        push_chunk_of(old, "push", chunk)
    with pytest.raises(RunStopped, match="key has been replaced"):
        reconcile_run(old)
    assert plan_run(old).chunks == [], "planned anew, it has nothing to send"
    assert sum(map(len, opened.declared().values())) == len(STUDENTS)


def test_what_was_sent_under_both_keys_becomes_one(opened: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has replaced the key without telling the one before, and tells it afterwards."""
    opened.night(STUDENTS, **NEAR_ALL)
    replace_key(monkeypatch, keep_old=False)
    assert opened.night(STUDENTS, **NEAR_ALL).created == len(STUDENTS), "that is what the old key is kept for"
    replace_key(monkeypatch)
    counts = opened.night(STUDENTS, **NEAR_ALL)
    assert (counts.unchanged, counts.departed) == (len(STUDENTS), 0)
    assert len(keys(opened)) == len(STUDENTS)


def test_a_short_key_before_is_refused_as_any(opened: School, monkeypatch: pytest.MonkeyPatch) -> None:
    short = {"conn_type": "generic", "password": NEW, "extra": {"previous_password": "short"}}
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER_KEY", json.dumps(short))
    with pytest.raises(FixConfig, match="`previous_password` has fewer than 16"):
        plan_run(opened.run(STUDENTS))


def test_the_mark_of_old_plans_goes_on_the_way_down_and_is_made_on_the_way_up(database_url: str) -> None:
    migrate(database_url)
    revert(database_url, "0012")
    insert = "INSERT INTO supdata.run (run_id, uai, planned_at, position) VALUES ('0751717J/a', '0751717J', now(), 0)"
    with psycopg.connect(database_url) as connection:
        connection.execute(insert)
    migrate(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT run_id, rekeyed FROM supdata.run").fetchall() == [("0751717J/a", False)]


def test_a_new_registry_key_is_taken_by_the_next_task_and_nothing_is_sent_again(
    opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one is revoked between two chunks; a person clears the chunk that met it."""
    run = opened.run(STUDENTS, registry={"chunk_size": 5}, **NEAR_ALL)
    first, second = plan_run(run).chunks
    push_chunk_of(run, "push", first)
    name = "AIRFLOW_CONN_SUPDATA_0751717J"
    connection = json.loads(os.environ[name])
    requests.delete(f"{connection['host']}/sandbox/keys/{UNIVERSITY}", headers=ADMIN, timeout=60).raise_for_status()
    with pytest.raises(AccessRefused):
        push_chunk_of(run, "push", second)
    asked = {"uai": UNIVERSITY, "kind": "enseignement_superieur", "name": "UNIVERSITE"}
    key = requests.post(f"{connection['host']}/sandbox/keys", json=asked, headers=ADMIN, timeout=60).json()["key"]
    monkeypatch.setenv(name, json.dumps({**connection, "password": key}))
    push_chunk_of(run, "push", second)
    assert reconcile_run(run).created == len(STUDENTS)
    assert sum(map(len, opened.declared().values())) == len(STUDENTS)
