"""A file read from a real SFTP server, through paramiko as Airflow's hook opens it."""

import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from golden.cases import Case, dropped_files
from integration.sftp_serving import sftp_server
from supdata.config.sftp_source import SftpSource
from supdata.errors import FixSource
from supdata.extract.sftp import archive, read_sftp
from supdata.records.rows import ReadFile

pytestmark = pytest.mark.integration

ROWS = 60_000  # some 3 MB: more than the requests that may be under way


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """The folder where the school drops its files."""
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


@pytest.fixture
def client(tmp_path: Path, export: Path) -> Iterator[paramiko.SFTPClient]:
    """An opened session."""
    with sftp_server(tmp_path) as port:
        transport = paramiko.Transport(("127.0.0.1", port))
        transport.connect(username="school", password="made")
        opened = paramiko.SFTPClient.from_transport(transport)
        assert opened is not None
        yield opened
        opened.close()
        transport.close()


def source(path: str) -> SftpSource:
    return SftpSource.model_validate(
        {"kind": "sftp", "connection": "sftp_0751717j", "path": path, "format": {"encoding": "cp1252", "quoted": False}}
    )


def test_a_large_file_arrives_whole_and_in_order(client: paramiko.SFTPClient, export: Path) -> None:
    lines = ["NOM;INE;VILLE", *(f"Éloïse {n};{n:011d};Nîmes et ses environs" for n in range(ROWS))]
    (export / "inscriptions_2.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    (export / "inscriptions_1.csv").write_bytes(b"INE\r\n1\r\n")
    os.utime(export / "inscriptions_1.csv", (1, 1))
    numbers = [row.values["INE"] for row in read_sftp(lambda: client, source("/export/inscriptions_*.csv"), ["INE"])]  # type: ignore[union-attr]
    assert numbers == [f"{n:011d}" for n in range(ROWS)]


@pytest.mark.parametrize("case", dropped_files(), ids=lambda case: case.name)
def test_a_file_of_any_format_is_read_from_the_server_as_from_a_disk(
    client: paramiko.SFTPClient, export: Path, case: Case
) -> None:
    shutil.copyfile(case.file, export / case.file.name)
    columns, given = case.institution.columns, case.institution.source
    assert isinstance(given, SftpSource)
    dropped = given.model_copy(update={"path": f"/export/{case.file.name}"})
    wanted, optional = columns.source_columns(), columns.alternatives()
    assert case.outcome(read_sftp(lambda: client, dropped, wanted, optional=optional)) == case.expected()


def test_a_large_archive_is_unpacked_while_it_arrives(client: paramiko.SFTPClient, export: Path) -> None:
    lines = ["NOM;INE", *(f"{n * 7919:x};{n:011d}" for n in range(ROWS))]
    (export / "a.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    numbers = [row.values["INE"] for row in read_sftp(lambda: client, source("/export/a.csv.gz"), ["INE"])]  # type: ignore[union-attr]
    assert numbers == [f"{n:011d}" for n in range(ROWS)]


def test_the_session_is_of_use_after_a_reader_that_stopped_early(client: paramiko.SFTPClient, export: Path) -> None:
    (export / "a.csv").write_bytes(b"INE\n" + b"12345678901\n" * ROWS)
    rows = read_sftp(lambda: client, source("/export/a.csv"), ["INE"])
    assert next(rows).row == 2
    rows.close()  # type: ignore[attr-defined]  # the iterator is a generator
    assert len(list(read_sftp(lambda: client, source("/export/a.csv"), ["INE"]))) == ROWS


def test_a_folder_without_a_match_and_a_missing_folder_are_the_schools(client: paramiko.SFTPClient) -> None:
    with pytest.raises(FixSource, match="none of the 0 names"):
        list(read_sftp(lambda: client, source("/export/*.csv"), ["INE"]))
    with pytest.raises(FixSource, match="folder does not exist"):
        list(read_sftp(lambda: client, source("/elsewhere/*.csv"), ["INE"]))


def test_what_was_read_is_archived_beside_what_is_there_and_what_has_changed_stays(
    client: paramiko.SFTPClient, export: Path
) -> None:
    archived = export / "lus"
    archived.mkdir()
    for name in ("a.csv", "b.csv"):
        (export / name).write_bytes(b"INE\n1\n")
    (archived / "a.csv").write_bytes(b"of another night")
    told: list[ReadFile] = []
    read = source("/export/*.csv").model_copy(update={"take": "all"})
    assert len(list(read_sftp(lambda: client, read, ["INE"], on_read=told.append, sleep=lambda _: None))) == 2
    (export / "b.csv").write_bytes(b"INE\n1\n2\n")
    assert archive(client, told, "/export/lus") == ["b.csv"]
    assert sorted(path.name for path in archived.iterdir()) == [f"a.{told[0].sha256[:12]}.csv", "a.csv"]
    assert (archived / "a.csv").read_bytes() == b"of another night"
    assert sorted(path.name for path in export.glob("*.csv")) == ["b.csv"]


def test_a_folder_that_is_not_there_leaves_the_file_where_it_is(client: paramiko.SFTPClient, export: Path) -> None:
    (export / "a.csv").write_bytes(b"INE\n1\n")
    told: list[ReadFile] = []
    list(read_sftp(lambda: client, source("/export/a.csv"), ["INE"], on_read=told.append, sleep=lambda _: None))
    assert archive(client, told, "/export/nowhere") == ["a.csv"]
    assert (export / "a.csv").exists()
