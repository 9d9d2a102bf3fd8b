"""The choice of the file on an SFTP server, and what its failures mean; a real server is in tests/integration."""

import hashlib
import io
import stat
from dataclasses import dataclass, field
from typing import Any

import pytest
from paramiko.ssh_exception import SSHException

from supdata.config.sftp_source import SftpSource
from supdata.errors import EmptySource, FixSource, NothingNew, TryLater
from supdata.extract.sftp import read_sftp
from supdata.records.rows import RawRow, ReadFile, UnreadableRow

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
    return list(read_sftp(lambda: client, source, ["INE"], sleep=lambda _: None))


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
    with pytest.raises(TryLater, match="the connection broke 5 times in a row"):
        read(client)
    assert client.opened[0].closed


def test_a_reader_that_stops_early_closes_the_file() -> None:
    """The trigger form's `limit` leaves most of a file unread."""
    client = Client([Entry("inscriptions_1.csv", 1, b"INE\n1\n2\n3\n")])
    rows = read_sftp(lambda: client, SftpSource(kind="sftp", connection="c", path="/export/*"), ["INE"])
    assert next(rows).row == 2
    rows.close()  # type: ignore[attr-defined]  # the iterator is a generator
    assert client.opened[0].closed


def taking(client: Client, known: list[ReadFile] | None = None, **source: Any) -> tuple[list[str], list[ReadFile]]:
    """Return which files were read, in order, and what was told of them."""
    told: list[ReadFile] = []
    given = SftpSource(kind="sftp", connection="c", path="/export/inscriptions_*.csv", **source)
    rows = list(read_sftp(lambda: client, given, ["INE"], known=known or [], on_read=told.append, sleep=lambda _: None))
    return [row.source for row in rows], told


THREE = [
    Entry("inscriptions_b.csv", 100, b"INE\n1\n"),
    Entry("inscriptions_a.csv", 300, b"INE\n22\n"),
    Entry("inscriptions_c.csv", 200, b"INE\n333\n"),
]


def test_all_files_are_read_by_name_as_one_export() -> None:
    names, told = taking(Client(THREE), take="all")
    assert names == ["inscriptions_a.csv", "inscriptions_b.csv", "inscriptions_c.csv"]
    contents = (b"INE\n22\n", b"INE\n1\n", b"INE\n333\n")
    assert [one.sha256 for one in told] == [hashlib.sha256(content).hexdigest() for content in contents]


def test_the_next_file_is_the_oldest_that_was_not_read_and_each_is_read_once() -> None:
    read: list[str] = []
    known: list[ReadFile] = []
    for _ in THREE:
        names, told = taking(Client(THREE), known, take="next")
        read += names
        known += told
    assert read == ["inscriptions_b.csv", "inscriptions_c.csv", "inscriptions_a.csv"]
    with pytest.raises(NothingNew, match="has been read before"):
        taking(Client(THREE), known, take="next")


def test_a_file_written_anew_under_its_old_name_is_a_new_file() -> None:
    _, known = taking(Client(THREE[:1]), take="next")
    again = [Entry("inscriptions_b.csv", 101, b"INE\n1\n")]
    assert taking(Client(again), known, take="next")[0] == ["inscriptions_b.csv"]


def test_a_file_without_its_marker_is_not_whole() -> None:
    entries = [*THREE, Entry("inscriptions_b.ok", 101, b"")]
    assert taking(Client(entries), marker="{stem}.ok")[0] == ["inscriptions_b.csv"]
    with pytest.raises(FixSource, match="none of the 3 files that match has its marker"):
        taking(Client(entries), marker="{name}.ok")


def test_a_fresh_file_that_still_grows_is_not_read() -> None:
    client = Client([Entry("inscriptions_1.csv", 1_000)])

    def wait(_: float) -> None:
        client.after["inscriptions_1.csv"] = Entry("inscriptions_1.csv", 1_001, b"INE\n1\n2\n")

    source = SftpSource(kind="sftp", connection="c", path="/export/inscriptions_*.csv")
    with pytest.raises(TryLater, match="still being written"):
        list(read_sftp(lambda: client, source, ["INE"], sleep=wait, clock=lambda: 1_030.0))
    assert client.opened == []


def test_an_old_file_is_read_without_waiting() -> None:
    waits: list[float] = []
    source = SftpSource(kind="sftp", connection="c", path="/export/inscriptions_*.csv")
    client = Client([Entry("inscriptions_1.csv", 1_000)])
    assert len(list(read_sftp(lambda: client, source, ["INE"], sleep=waits.append, clock=lambda: 9_000.0))) == 1
    assert waits == []


class ShortFile(File):
    """Gives four bytes and no more."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(4) if self.tell() < 4 else b""


def test_a_file_that_ends_before_its_size_is_not_taken_for_the_whole() -> None:
    with pytest.raises(TryLater, match="ended after 4 of 6 bytes"):
        read(Client([Entry("inscriptions_1.csv", 1)], file=ShortFile))
