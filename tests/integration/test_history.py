"""The history of runs on a real PostgreSQL: what it gives back, what it reads for all schools, and what it refuses to know."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from supdata.ledger.history import OVERVIEW, History
from supdata.ledger.schema import migrate, revert
from supdata.records.counts import Counts
from supdata.records.summary import RunSummary

pytestmark = pytest.mark.integration

FIRST = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


def a_summary(number: int = 1, uai: str = "0751717J", **changes: Any) -> RunSummary:
    due = FIRST + timedelta(days=number)
    fields: dict[str, Any] = {
        "uai": uai,
        "dag_id": f"supdata_{uai.lower()}",
        "run_id": f"night-{number}",
        "due": due,
        "started": due + timedelta(seconds=3),
        "ended": due + timedelta(minutes=4),
        "state": "success",
        "light": "orange",
        "dry_run": False,
        "partial": False,
        "failed_stage": "",
        "error": "",
        "counts": dict.fromkeys(Counts.__struct_fields__, number),
        "known": ("accepted", "read"),
        "rules": {"INE-FORMAT": number, "REGISTRE-REFUS": 2},
        "to_correct": number,
        "batch": f"{number:064x}",
    }
    return RunSummary(**{**fields, **changes})


@pytest.fixture
def history(database_url: str) -> Iterator[History]:
    migrate(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield History(connection)


def test_a_run_is_given_back_as_it_was_kept_and_a_second_report_of_it_takes_its_place(history: History) -> None:
    kept = a_summary()
    history.keep(kept)
    assert history.run("0751717J", "night-1") == kept
    red = msgspec.structs.replace(kept, state="failed", light="red", failed_stage="push", error="TryLater", rules={})
    history.keep(red)
    assert history.of("0751717J") == [red]
    assert history.run("0751717J", "night-2") is None


def test_one_school_s_last_runs_come_newest_first_by_the_day_they_were_due(history: History) -> None:
    for number in (2, 5, 1, 4, 3):
        history.keep(a_summary(number, started=FIRST + timedelta(days=100 - number)))  # cleared again, in another order
    history.keep(a_summary(9, uai="0442953W"))
    assert [one.run_id for one in history.of("0751717J", last=3)] == ["night-5", "night-4", "night-3"]
    assert history.of("0881269B") == []


def test_all_schools_are_seen_at_once_each_with_its_own_last_runs(history: History) -> None:
    assert history.overview() == {}
    for uai, numbers in (("0751717J", (1, 2, 3)), ("0442953W", (7,)), ("0881269B", (1, 2))):
        for number in numbers:
            history.keep(a_summary(number, uai))
    seen = {uai: [one.run_id for one in runs] for uai, runs in history.overview(last=2).items()}
    assert seen == {"0442953W": ["night-7"], "0751717J": ["night-3", "night-2"], "0881269B": ["night-2", "night-1"]}


def test_of_a_thousand_schools_with_a_year_of_nights_one_query_reads_the_last_thirty_of_each(
    history: History, database_url: str
) -> None:
    """A hundred nights of each: what lies behind the last thirty is not touched."""
    history.keep(a_summary())
    with psycopg.connect(database_url, autocommit=True) as connection:
        columns = [name for name in RunSummary.__struct_fields__ if name not in {"uai", "run_id", "due"}]
        connection.execute(
            f"INSERT INTO supdata.run_summary (uai, run_id, due, {', '.join(columns)}) "
            f"SELECT 'S' || s, 'night-' || n, '2026-01-01'::timestamptz + n * interval '1 day', {', '.join(columns)} "
            "FROM supdata.run_summary, generate_series(1001, 2000) s, generate_series(1, 100) n"
        )
        connection.execute("ANALYZE supdata.run_summary")
        explained = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {OVERVIEW}", {"last": 30}).fetchone()
    assert explained is not None
    assert rows_read(explained[0][0]["Plan"], "run_summary") < 1_001 * (30 + 2), "the rest is for leaping from school to school"
    seen = history.overview()
    assert len(seen) == 1_001
    assert {len(runs) for uai, runs in seen.items() if uai != "0751717J"} == {30}
    assert seen["S1500"][0].run_id == "night-100"


def rows_read(node: dict[str, Any], table: str) -> int:
    """Return how many rows of `table` the plan below `node` has read, as PostgreSQL counted them."""
    own = round(node["Actual Rows"] * node["Actual Loops"]) if node.get("Relation Name") == table else 0
    return own + sum(rows_read(one, table) for one in node.get("Plans", []))


def test_the_history_takes_no_message_for_an_error_s_class(history: History) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        history.keep(a_summary(error="ValueError: 123456789FJ"))


def test_the_way_down_takes_the_history_alone_and_the_way_up_brings_an_empty_one(database_url: str) -> None:
    migrate(database_url, "0006")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO supdata.source_mark VALUES ('0751717J', 'c', %(at)s, %(at)s, 'r')", {"at": FIRST})
        for _ in range(2):
            migrate(database_url, "0007")
            assert History(connection).overview() == {}
            History(connection).keep(a_summary())
            revert(database_url, "0006")
            assert connection.execute("SELECT to_regclass('supdata.run_summary')").fetchone() == (None,)
            assert connection.execute("SELECT uai FROM supdata.source_mark").fetchall() == [("0751717J",)]
