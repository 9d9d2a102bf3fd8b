"""A lycée's tables in a real PostgreSQL, carried to enrolments and compared line by line."""

import psycopg
import psycopg2
import pytest

from golden.cases import Case
from supdata.config.database_source import DatabaseSource
from supdata.extract.database import read_database

pytestmark = pytest.mark.integration


def test_a_query_becomes_the_enrolments_written_beside_it(database_url: str) -> None:
    case = Case("database_lycee")
    source = case.institution.source
    assert isinstance(source, DatabaseSource)
    with psycopg.connect(database_url) as connection:
        connection.execute((case.folder / "sis.sql").read_bytes())
    for connect in (psycopg.connect, psycopg2.connect):
        with connect(database_url) as opened:
            rows = list(read_database(opened, source, case.institution.columns.source_columns()))
        assert case.outcome(rows) == case.expected()
