"""What can be said of a database source before it is asked; a real server is in tests/integration."""

from typing import Any
from unittest.mock import Mock

import psycopg
import pytest

from supdata.config.database_source import DatabaseSource
from supdata.errors import FixConfig
from supdata.extract.database import read_database


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"table": "siecle.eleve"}, "`table` without `order_by`"),
        ({"query": "SELECT ine FROM eleve"}, "no ORDER BY"),
    ],
)
def test_an_order_left_to_chance_is_refused_before_the_database_is_asked(source: dict[str, Any], words: str) -> None:
    connection = Mock(spec=psycopg.Connection)
    described = DatabaseSource(kind="database", connection="sis", **source)
    with pytest.raises(FixConfig, match=words):
        next(read_database(connection, described, ["ine"]))
    connection.cursor.assert_not_called()
