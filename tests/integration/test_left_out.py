"""An export with cancelled and unfinished enrolments, read from a real server: they are left out, counted, and known again."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.sftp_serving import sftp_server
from supdata.config.loading import load_institution
from supdata.ledger.schema import migrate
from supdata.orchestration.extraction import extract_rows, rows_left_out
from supdata.orchestration.normalisation import normalise_rows
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import ROOT_VARIABLE, RunFolder
from supdata.records.enrolment import Enrolment

pytestmark = pytest.mark.integration
SAMPLE = Path(__file__).parents[1] / "golden/presets/apogee-csv"


def test_rows_left_out_are_counted_beside_those_read_and_mapped_apart(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = tmp_path / "root" / "export"
    export.mkdir(parents=True)
    shutil.copy(SAMPLE / "inscriptions.csv", export / "inscriptions_1.csv")
    migrate(database_url)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", database_url.replace("postgresql://", "postgres://"))
    with sftp_server(tmp_path / "root") as port:
        fields = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": "school", "password": "made"}
        monkeypatch.setenv("AIRFLOW_CONN_SFTP_0751717J", json.dumps({**fields, "extra": {"no_host_key_check": True}}))
        institution = load_institution(SAMPLE / "0751717J.yaml")
        run = Run(
            institution=institution,
            folder=RunFolder(str(tmp_path / "runs"), institution.uai, "night-1"),
            run_id="night-1",
            started=datetime(2026, 10, 1, tzinfo=UTC),
            mode="delta",
            dry_run=False,
            limit=None,
        )
        counts = extract_rows(run)
    assert counts == {"read": 5, "unreadable": 0, "left_out": 3}
    assert [(one.row, one.reason, one.held) for one in rows_left_out(run)] == [
        (7, "ETA_IAE=A", False),
        (8, "ETA_IAE=R", False),
        (9, "ETA_IAE=C", True),
    ]
    (result,) = run.folder.results("extract")
    assert "1 rows were left out: ETA_IAE=A" in result.notes
    assert normalise_rows(run) == {"enrolments": 5}
    assert [one.row for one in run.folder.read("normalise", "left_out.jsonl", Enrolment)] == [7, 8, 9]
