"""Rows of the newest file that a school has dropped on an SFTP server."""

import logging
import posixpath
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing
from fnmatch import fnmatchcase
from typing import Any, Protocol

from paramiko.ssh_exception import SSHException

from supdata.config.sftp_source import SftpSource
from supdata.errors import EmptySource, FixSource, TryLater
from supdata.extract.files import read_file
from supdata.extract.streams import Readable
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, UnreadableRow

log = logging.getLogger(__name__)

REQUESTS_AHEAD = 64  # 32 KiB each: enough to fill a slow line, 2 MiB of memory whatever the size of the file
BUFFER_BYTES = 1 << 18


class RemoteEntry(Protocol):
    """What a listing says of one file (paramiko.SFTPAttributes): size in bytes, modification time in Unix seconds."""

    filename: str
    st_mode: int | None
    st_size: int | None
    st_mtime: int | None


class RemoteFile(Readable, Protocol):
    """An opened remote file (paramiko.SFTPFile)."""

    def prefetch(self, file_size: int | None = None, max_concurrent_requests: int | None = None) -> None:
        """Ask for the whole file ahead of reading."""

    def close(self) -> None:
        """Close the file; what was asked for and not read is dropped."""


class SftpClient(Protocol):
    """An opened SFTP session (paramiko.SFTPClient)."""

    def listdir_attr(self, path: str, /) -> Sequence[Any]:
        """Return a RemoteEntry for each name in the folder."""

    def stat(self, path: str, /) -> Any:
        """Return the RemoteEntry of one path, links followed."""

    def open(self, filename: str, mode: str = "r", bufsize: int = -1) -> Any:
        """Return the opened RemoteFile."""


def read_sftp(
    client: SftpClient, source: SftpSource, wanted: Sequence[str], reading: Reading | None = None
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of the newest file that matches `source.path`; rows name the file without its folder.

    Raises FixSource when no file matches or the server denies it, EmptySource when the file holds nothing, TryLater when the
    connection breaks or the file changes while it is read (an upload that is under way), and what `read_file` raises.
    """
    attempted = f"Reading {source.path} on {source.connection}"
    try:
        path, entry = find_newest(client, source.path, attempted=attempted)
        log.info("extract.file_found file=%s bytes=%s", posixpath.basename(path), entry.st_size)
        if entry.st_size == 0:
            raise EmptySource(attempted, "the newest file has no bytes at all", "Ask the school to export it again.")
        with closing(client.open(path, "rb", BUFFER_BYTES)) as file:
            file.prefetch(entry.st_size, REQUESTS_AHEAD)
            yield from read_file(file, posixpath.basename(path), source.format, wanted, reading)
        _check_unchanged(entry, client.stat(path), attempted)
    except PermissionError as error:
        raise FixSource(attempted, "the server denies it", "Ask the school to give our account the right to read.") from error
    except (OSError, EOFError, SSHException) as error:
        raise TryLater(attempted, "the connection broke", "It is tried again; else call the school.") from error


def find_newest(client: SftpClient, pattern: str, *, attempted: str) -> tuple[str, RemoteEntry]:
    """Return the path and the attributes of the newest file that matches `pattern`, by time of modification, then by name.

    The last part of `pattern` may hold * and ?; folders and other things that are no files are passed over.
    """
    folder, name = posixpath.split(pattern)
    try:
        listed = client.listdir_attr(folder or ".")
    except FileNotFoundError as error:
        raise FixSource(attempted, "the folder does not exist", "Correct `source.path`, or call the school.") from error
    exact = name.replace("[", "[[]")  # a bracket is a bracket: only * and ? are promised
    matching = [entry for entry in listed if fnmatchcase(entry.filename, exact)]
    paths = [(posixpath.join(folder, entry.filename), entry) for entry in matching]
    files = [(path, file) for path, entry in paths if _is_file(file := _followed(client, path, entry))]
    if not files:
        found = f"none of the {len(listed)} names in the folder is a file that matches"
        raise FixSource(attempted, found, "Ask the school for its export.")
    return max(files, key=lambda file: (file[1].st_mtime or 0, file[0]))


def _followed(client: SftpClient, path: str, entry: RemoteEntry) -> RemoteEntry:
    """Return what a link leads to; a link that leads nowhere stays itself, and any other entry too."""
    if not stat.S_ISLNK(entry.st_mode or 0):
        return entry
    try:
        target: RemoteEntry = client.stat(path)
    except FileNotFoundError:
        return entry
    return target


def _is_file(entry: RemoteEntry) -> bool:
    """Whether the entry is a regular file; a server that does not say is taken at its word that it can be opened."""
    return entry.st_mode is None or stat.S_ISREG(entry.st_mode)


def _check_unchanged(before: RemoteEntry, after: RemoteEntry, attempted: str) -> None:
    if (before.st_size, before.st_mtime) != (after.st_size, after.st_mtime):
        found = "the file changed while it was read, as if its upload were under way"
        raise TryLater(attempted, found, "It is tried again; ask the school to upload under another name, then rename.")
