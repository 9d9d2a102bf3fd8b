"""The choice of the file on an SFTP server, and what its failures mean; a real server is in tests/integration."""

import io
import stat
from dataclasses import dataclass, field
from typing import Any

import pytest
from paramiko.ssh_exception import SSHException

from supdata.config.sftp_source import SftpSource
from supdata.errors import EmptySource, FixSource, TryLater
from supdata.extract.sftp import read_sftp
from supdata.records.rows import RawRow, UnreadableRow

FILE, FOLDER, LINK = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755, stat.S_IFLNK | 0o777


@dataclass
class Entry:
    filename: str
    st_mtime: int | None
    content: bytes = b"INE\n1\n"
    st_mode: int | None = FILE

    @property
    def st_size(self) -> int:
        return len(self.content)


class File(io.BytesIO):
    def prefetch(self, file_size: int | None = None, max_concurrent_requests: int | None = None) -> None:
        assert file_size == len(self.getvalue())


class BrokenFile(File):
    def read(self, size: int | None = -1, /) -> bytes:
        raise SSHException("Server connection dropped")


@dataclass
class Client:
    """A folder /export as paramiko shows it."""

    entries: list[Entry]
    file: type[File] = File
    after: dict[str, Entry] = field(default_factory=dict)
    opened: list[File] = field(default_factory=list)

    def listdir_attr(self, path: str, /) -> list[Entry]:
        if path != "/export":
            raise FileNotFoundError(2, "No such file")
        return self.entries

    def stat(self, path: str, /) -> Any:
        name = path.removeprefix("/export/")
        if name in self.after:
            return self.after[name]
        found = next(entry for entry in self.entries if entry.filename == name)
        if found.st_mode == LINK:
            raise FileNotFoundError(2, "No such file")
        return found

    def open(self, filename: str, mode: str = "r", bufsize: int = -1) -> Any:
        content = next(entry.content for entry in self.entries if f"/export/{entry.filename}" == filename)
        self.opened.append(self.file(content))
        return self.opened[-1]


def read(client: Client, path: str = "/export/inscriptions_*.csv") -> list[RawRow | UnreadableRow]:
    source = SftpSource(kind="sftp", connection="sftp_0751717j", path=path)
    return list(read_sftp(client, source, ["INE"]))


def test_the_newest_match_is_read_and_named_without_its_folder() -> None:
    client = Client(
        [
            Entry("inscriptions_1.csv", 200, b"INE\n1\n"),
            Entry("inscriptions_2.csv", 300, b"INE\n2\n"),
            Entry("inscriptions_3.csv", 100, b"INE\n3\n"),
            Entry("autres_4.csv", 900, b"INE\n4\n"),
            Entry("inscriptions_5.csv.part", 900, b"INE\n5\n"),
            Entry("inscriptions_6.csv", 900, b"", FOLDER),
        ]
    )
    assert read(client) == [RawRow(source="inscriptions_2.csv", row=2, values={"INE": "2"})]
    assert client.opened[0].closed


def test_of_files_of_one_moment_the_last_by_name_is_read() -> None:
    client = Client([Entry("inscriptions_b.csv", 1), Entry("inscriptions_c.csv", 1), Entry("inscriptions_a.csv", 1)])
    assert read(client)[0].source == "inscriptions_c.csv"


def test_a_path_without_a_pattern_names_one_file_brackets_included() -> None:
    client = Client([Entry("export[1].csv", 1), Entry("export1.csv", 2)])
    assert read(client, "/export/export[1].csv")[0].source == "export[1].csv"


def test_a_link_is_read_as_what_it_leads_to_and_passed_over_when_it_leads_nowhere() -> None:
    target = Entry("inscriptions_9.csv", 500, b"INE\n9\n")
    linked = Client([Entry("inscriptions_9.csv", 1, b"INE\n9\n", LINK)], after={"inscriptions_9.csv": target})
    assert read(linked)[0].source == "inscriptions_9.csv"
    with pytest.raises(FixSource, match="none of the 1 names"):
        read(Client([Entry("inscriptions_9.csv", 1, b"", LINK)]))


def test_a_server_that_gives_no_mode_is_taken_at_its_word() -> None:
    assert len(read(Client([Entry("inscriptions_1.csv", None, st_mode=None)]))) == 1


def test_no_match_and_no_folder_are_for_the_school_to_mend() -> None:
    with pytest.raises(FixSource, match="none of the 1 names in the folder"):
        read(Client([Entry("autres.csv", 1)]))
    with pytest.raises(FixSource, match="the folder does not exist"):
        read(Client([]), "/nowhere/*.csv")


def test_a_file_of_zero_bytes_is_an_empty_source() -> None:
    with pytest.raises(EmptySource, match="no bytes at all"):
        read(Client([Entry("inscriptions_1.csv", 1, b"")]))


def test_a_file_that_grows_while_it_is_read_is_read_again_later() -> None:
    grown = Entry("inscriptions_1.csv", 2, b"INE\n1\n2\n")
    with pytest.raises(TryLater, match="changed while it was read"):
        read(Client([Entry("inscriptions_1.csv", 1)], after={"inscriptions_1.csv": grown}))


def test_a_broken_connection_is_worth_another_try() -> None:
    client = Client([Entry("inscriptions_1.csv", 1)], file=BrokenFile)
    with pytest.raises(TryLater, match="the connection broke"):
        read(client)
    assert client.opened[0].closed


def test_a_reader_that_stops_early_closes_the_file() -> None:
    """The trigger form's `limit` leaves most of a file unread."""
    client = Client([Entry("inscriptions_1.csv", 1, b"INE\n1\n2\n3\n")])
    rows = read_sftp(client, SftpSource(kind="sftp", connection="c", path="/export/*"), ["INE"])
    assert next(rows).row == 2
    rows.close()  # type: ignore[attr-defined]  # the iterator is a generator
    assert client.opened[0].closed
