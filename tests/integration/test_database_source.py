"""Rows out of a real PostgreSQL, through either driver that Airflow's provider may hand over."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import psycopg2
import pytest

from supdata.config.database_source import DatabaseSource
from supdata.errors import AccessRefused, FixConfig, FixSource, SupdataError, TryLater
from supdata.extract.database import read_database
from supdata.records.rows import RawRow

pytestmark = pytest.mark.integration

TABLES = """
CREATE SCHEMA sis;
CREATE SEQUENCE sis.numero;
CREATE TABLE sis.eleve (
    id int PRIMARY KEY, "INE" char(12), nom text, naissance date,
    entree timestamp, boursier bool, note numeric(6,2), photo bytea
);
INSERT INTO sis.eleve
SELECT n, lpad(n::text, 11, '0'), 'NOM' || n, DATE '2004-03-09' + n, TIMESTAMP '2026-09-01 00:00', n % 2 = 0, n, '\\x00'
  FROM generate_series(1, 25) AS n;
INSERT INTO sis.eleve VALUES (26, NULL, NULL, 'infinity', NULL, NULL, NULL, NULL);
"""


@pytest.fixture
def sis(database_url: str) -> str:
    """The address of a school's database with 26 students."""
    with psycopg.connect(database_url) as connection:
        connection.execute(TABLES)
    return database_url


@pytest.fixture(params=[psycopg.connect, psycopg2.connect], ids=["psycopg", "psycopg2"])
def connection(sis: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """An opened connection of each driver in turn."""
    connect: Callable[[str], Any] = request.param
    with closing(connect(sis)) as opened:
        yield opened


def read(connection: Any, wanted: list[str], **source: Any) -> list[Any]:
    described = DatabaseSource.model_validate({"kind": "database", "connection": "sis_0881269b", "batch_rows": 10, **source})
    return list(read_database(connection, described, wanted))


def failure(connection: Any, query: str, **source: Any) -> SupdataError:
    with pytest.raises(SupdataError) as caught:
        read(connection, ["x"], query=query, **source)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return caught.value


def test_a_table_is_read_in_its_order_batch_after_batch(connection: Any) -> None:
    rows = read(connection, ["INE", "naissance"], table="sis.eleve", order_by=["id"])
    assert [row.row for row in rows] == list(range(1, 27))
    assert rows[0] == RawRow(source="sis.eleve", row=1, values={"INE": "00000000001", "naissance": "2004-03-10"})
    assert rows[25].values == {"INE": "", "naissance": "infinity"}


def test_a_query_is_read_in_the_order_it_asks_for(connection: Any) -> None:
    query = """
        WITH kept AS (SELECT * FROM sis.eleve WHERE nom LIKE '%1%' OR nom IS NULL)
        SELECT id, "INE" AS ine, nom FROM kept ORDER BY id DESC -- the newest first
        ;
    """
    rows = read(connection, ["id"], query=query)
    assert [row.values["id"] for row in rows] == ["26", "21", *(str(n) for n in range(19, 9, -1)), "1"]
    assert rows[0].source == "query"


def test_values_arrive_as_text_and_dates_as_iso_whatever_the_schools_settings(connection: Any, sis: str) -> None:
    with psycopg.connect(sis, autocommit=True) as admin:
        admin.execute("ALTER ROLE CURRENT_USER SET datestyle = 'German'")
    try:
        with closing(
            type(connection).connect(sis) if isinstance(connection, psycopg.Connection) else psycopg2.connect(sis)
        ) as again:
            rows = read(again, ["naissance", "entree", "boursier", "note", "photo"], table="sis.eleve", order_by=["id"])
    finally:
        with psycopg.connect(sis, autocommit=True) as admin:
            admin.execute("ALTER ROLE CURRENT_USER RESET datestyle")
    assert list(rows[1].values.values()) == ["2004-03-11", "2026-09-01 00:00:00", "true", "2.00", "\\x00"]


def test_a_missing_column_is_named_with_the_nearest(connection: Any) -> None:
    with pytest.raises(FixSource, match=r"no column `ine` \(is it `INE`\?\)"):
        read(connection, ["ine"], table="sis.eleve", order_by=["id"])


def test_nothing_can_be_written(connection: Any) -> None:
    wrote = failure(connection, "WITH gone AS (DELETE FROM sis.eleve RETURNING id) SELECT id AS x FROM gone ORDER BY 1")
    assert isinstance(wrote, FixConfig)
    called = failure(connection, "SELECT nextval('sis.numero') AS x ORDER BY 1")
    assert isinstance(called, FixConfig)
    assert "would write" in str(wrote)
    assert "would write" in str(called)
    assert len(read(connection, ["id"], table="sis.eleve", order_by=["id"])) == 26


def test_a_wrong_query_is_answered_in_postgresqls_own_words(connection: Any) -> None:
    assert isinstance(error := failure(connection, "SELECT x FROM sis.elve ORDER BY 1"), FixConfig)
    assert 'relation "sis.elve" does not exist' in str(error)
    assert isinstance(failure(connection, "SELEC 1 ORDER BY 1"), FixConfig)


def test_a_query_that_takes_too_long_is_cut_off(connection: Any) -> None:
    assert isinstance(error := failure(connection, "SELECT pg_sleep(30)::text AS x ORDER BY 1", timeout_seconds=1), TryLater)
    assert "longer than `timeout_seconds`" in str(error)


def test_data_that_the_query_cannot_compute_is_the_schools_and_is_not_quoted(connection: Any) -> None:
    assert isinstance(error := failure(connection, "SELECT nom::int AS x FROM sis.eleve ORDER BY 1"), FixSource)
    assert "NOM1" not in str(error)


def test_a_connection_that_breaks_is_worth_another_try(connection: Any, sis: str) -> None:
    described = DatabaseSource(kind="database", connection="c", table="sis.eleve", order_by=["id"], batch_rows=1)
    rows = read_database(connection, described, ["id"])
    next(rows)
    with psycopg.connect(sis, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(TryLater, match="away or overloaded"):
        list(rows)


def test_an_account_without_the_right_is_refused(sis: str, connection: Any) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute("DROP ROLE IF EXISTS blind")
        cursor.execute("CREATE ROLE blind")
        connection.commit()
        cursor.execute("SET ROLE blind")
        connection.commit()
    with pytest.raises(AccessRefused, match="may not read"):
        read(connection, ["id"], table="sis.eleve", order_by=["id"])


def test_a_reader_that_stops_early_leaves_no_transaction_open(connection: Any) -> None:
    described = DatabaseSource(kind="database", connection="c", table="sis.eleve", order_by=["id"], batch_rows=1)
    rows = read_database(connection, described, ["id"])
    assert next(rows).row == 1
    rows.close()  # type: ignore[attr-defined]  # the iterator is a generator
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone()[0] == "off"
