"""A school that drops a file now and then: each is read once, in order, and only a green run counts as having read it."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.sftp.hooks.sftp import SFTPHookAsync

from integration.sftp_serving import sftp_server
from supdata.config.loading import parse_institution
from supdata.errors import NothingNew
from supdata.ledger.schema import migrate
from supdata.orchestration.extraction import extract_rows
from supdata.orchestration.files_read import keep_files_read, newer_than
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder, StageResult

pytestmark = pytest.mark.integration

FIRST_NIGHT = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
DAY_ONE = 1_790_000_000  # Unix seconds of the oldest file
CONFIG = """\
uai: 0751717J
name: Université d'essai
contact: scolarite@universite-essai.example
year: {{start: 2026-09-01, end: 2027-08-31}}
allow_empty: {allow_empty}
source: {{kind: sftp, connection: sftp_0751717j, path: "/export/*.csv", take: next, holds: everyone, archive: /lus}}
columns:
  ine: INE
  dateNaissance: INE
  dateDebutInscription: {{constant: 2026-09-01}}
  dateFinInscription: {{constant: 2027-08-31}}
  statut: {{constant: inscrit}}
  regime: {{constant: RF1}}
  codeCommune: {{constant: "44000"}}
registry: {{connection: supdata_0751717j}}
"""


@pytest.fixture
def root(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the school's account sees, behind a real server, with the ledger beside it."""
    folder = tmp_path / "root"
    (folder / "export").mkdir(parents=True)
    (folder / "lus").mkdir()
    migrate(database_url)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", database_url.replace("postgresql://", "postgres://"))
    with sftp_server(folder) as port:
        fields = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": "school", "password": "made"}
        extra = {"extra": {"no_host_key_check": True}}
        monkeypatch.setenv("AIRFLOW_CONN_SFTP_0751717J", json.dumps({**fields, **extra}))
        yield folder


@pytest.fixture
def night(tmp_path: Path, root: Path) -> Callable[..., Run]:
    def make(number: int, **given: Any) -> Run:
        institution = parse_institution(CONFIG.format(allow_empty=given.pop("allow_empty", "false")).encode())
        name = f"night-{number}"
        run = {"mode": "delta", "dry_run": False, "limit": None, **given}
        started = FIRST_NIGHT + timedelta(days=number)
        folder = RunFolder(str(tmp_path / "runs"), institution.uai, name)
        return Run(institution=institution, folder=folder, run_id=name, started=started, **run)

    return make


def drop(root: Path, name: str, day: int) -> None:
    path = root / "export" / name
    path.write_text(f"INE\n{day}\n", encoding="ascii")
    os.utime(path, (DAY_ONE + day, DAY_ONE + day))


def extracted(run: Run) -> StageResult:
    extract_rows(run)
    (result,) = run.folder.results("extract")
    return result


def test_each_file_is_read_once_in_order_and_archived(root: Path, night: Callable[..., Run]) -> None:
    for name, day in (("b.csv", 1), ("a.csv", 2)):
        drop(root, name, day)
    read = []
    nights = [night(1), night(2)]
    for run in nights:
        read += [one.name for one in extracted(run).read_files]
        assert keep_files_read(run) == []
    assert read == ["b.csv", "a.csv"]
    assert sorted(path.name for path in (root / "lus").iterdir()) == ["a.csv", "b.csv"]
    assert newer_than(nights[-1].institution) == datetime.fromtimestamp(DAY_ONE + 3, UTC).isoformat()


def test_how_a_file_turned_out_to_be_written_is_kept_with_the_result(root: Path, night: Callable[..., Run]) -> None:
    drop(root, "a.csv", 1)
    result = extracted(night(1))
    assert [(one.file, one.encoding, one.header_row) for one in result.readings] == [("a.csv", "utf-8", 1)]
    assert "a.csv was read as utf-8: it is plain ASCII, the same in all encodings." in result.notes


def test_a_machine_in_another_time_zone_waits_for_the_same_files(
    root: Path, night: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Airflow's sensor compares: a file's time in the machine's zone, taken for UTC."""
    drop(root, "a.csv", 1)
    run = night(1)
    extracted(run)
    keep_files_read(run)
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        moment = datetime.fromisoformat(newer_than(run.institution))
        read, later = (SFTPHookAsync._mod_time_to_utc(DAY_ONE + day) for day in (1, 2))
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert read < moment <= later


def test_a_run_that_is_not_green_reads_its_file_again_and_a_dry_run_reads_none_away(
    root: Path, night: Callable[..., Run]
) -> None:
    drop(root, "a.csv", 1)
    dry = night(1, dry_run=True)
    assert [one.name for one in extracted(dry).read_files] == ["a.csv"]
    assert keep_files_read(dry) == []
    assert [one.name for one in extracted(night(2)).read_files] == ["a.csv"]


def test_a_file_that_stays_is_not_read_again_and_nobody_counts_as_gone_by_that(root: Path, night: Callable[..., Run]) -> None:
    drop(root, "a.csv", 1)
    (root / "lus").rmdir()  # the school has moved its folder away
    run = night(1)
    extracted(run)
    assert keep_files_read(run) == ["a.csv could not be moved to /lus, or has changed since it was read: it stays"]
    with pytest.raises(NothingNew):
        extract_rows(night(2))
    quiet = extracted(night(3, allow_empty="true"))
    assert (quiet.counts, quiet.partial) == ({"read": 0, "unreadable": 0, "left_out": 0}, True)
    assert "nobody counts as gone" in quiet.notes[0]
