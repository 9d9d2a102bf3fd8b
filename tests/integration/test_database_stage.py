"""The extract stage on a school's database whose line is cut while rows come: nothing of them counts as the school's list."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from supdata.config.loading import load_institution
from supdata.errors import FixConfig, TryLater
from supdata.orchestration.extraction import extract_rows
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder
from supdata.records.rows import RawRow

pytestmark = pytest.mark.integration

CONFIG = """\
uai: 0881269B
name: Lycée d'essai
contact: scolarite@lycee-essai.example
year: {start: 2026-09-01, end: 2027-08-31}
source: {kind: database, connection: sis_0881269b, query_file: eleves.sql, batch_rows: 10}
columns:
  ine: ine
  dateNaissance: ine
  dateDebutInscription: {constant: 2026-09-01}
  dateFinInscription: {constant: 2027-08-31}
  statut: {constant: inscrit}
  regime: {constant: RF1}
  codeCommune: {constant: "88000"}
registry: {connection: supdata_0881269b}
"""
WHOLE = "SELECT id, ine FROM eleve ORDER BY id"
# The server itself cuts the line, at the fiftieth of a hundred rows.
CUT = """
SELECT id, ine || CASE id WHEN 50 THEN pg_terminate_backend(pg_backend_pid())::text ELSE '' END AS ine FROM eleve ORDER BY id
"""


@pytest.fixture
def run(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Run]:
    """A run of the school with a query of one's choice; always the same run, as on a retry."""
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE eleve AS SELECT n AS id, lpad(n::text, 11, '0') AS ine FROM generate_series(1, 100) n")
    monkeypatch.setenv("AIRFLOW_CONN_SIS_0881269B", database_url.replace("postgresql://", "postgres://"))
    (tmp_path / "0881269B.yaml").write_text(CONFIG, encoding="utf-8")

    def make(query: str) -> Run:
        (tmp_path / "eleves.sql").write_text(query, encoding="utf-8")
        institution = load_institution(tmp_path / "0881269B.yaml")
        folder = RunFolder(str(tmp_path / "runs"), institution.uai, "night")
        given: dict[str, Any] = {"mode": "delta", "dry_run": False, "limit": None}
        return Run(institution=institution, folder=folder, run_id="night", started=datetime(2026, 10, 1, tzinfo=UTC), **given)

    return make


def test_a_line_that_is_cut_leaves_no_list_and_the_next_try_reads_all_of_it(run: Callable[[str], Run]) -> None:
    cut = run(CUT)
    with pytest.raises(TryLater, match="away or overloaded"):
        extract_rows(cut)
    (result,) = cut.folder.results("extract")
    assert (result.success, result.counts) == (False, {})
    whole = run(WHOLE)
    assert extract_rows(whole)["read"] == 100
    rows = list(whole.folder.read("extract", "rows.jsonl", RawRow))
    assert [row.row for row in rows] == list(range(1, 101))


def test_a_query_that_would_write_reads_nothing_and_writes_nothing(run: Callable[[str], Run], database_url: str) -> None:
    with pytest.raises(FixConfig, match="would write"):
        extract_rows(run("WITH gone AS (DELETE FROM eleve RETURNING id, ine) SELECT id, ine FROM gone ORDER BY id"))
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM eleve").fetchone() == (100,)
