"""Rows of the files that a school has dropped on an SFTP server."""

import logging
import posixpath
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from typing import Any

from paramiko.ssh_exception import SSHException

from supdata.config.sftp_source import SftpSource
from supdata.errors import EmptySource, FixSource, NothingNew, TryLater
from supdata.extract.files import read_file
from supdata.extract.sftp_listing import RemoteFile, choose, find_files
from supdata.extract.sftp_transfer import PIECE_BYTES, Transfer
from supdata.records.reading import Reading
from supdata.records.rows import RawRow, ReadFile, UnreadableRow

log = logging.getLogger(__name__)

#: A file that nobody has touched for this long is whole: only younger ones are watched before they are read.
FRESH_SECONDS = 600


def read_sftp(
    connect: Callable[[], Any],
    source: SftpSource,
    wanted: Sequence[str],
    *,
    optional: Collection[str] = (),
    known: Collection[ReadFile] = (),
    on_open: Callable[[Reading], None] = lambda _: None,
    on_read: Callable[[ReadFile], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of the files that `source` takes; rows name the file without its folder.

    Args:
        connect: Opens a session (paramiko.SFTPClient); called again when the line drops.
        source: Which files, when they are whole, and how they are written.
        wanted: Columns to keep.
        optional: Those that no row of a document need have, see `read_file`.
        known: Files that a green run has read before.
        on_open: Given what will hold how each file turns out to be written.
        on_read: Told of each file that was read to its end.
        sleep: What to wait with, in seconds, while a fresh file settles or a server is away.
        clock: The time now in Unix seconds, to tell a fresh file from an old one.

    Raises FixSource when no file matches or the server denies it, EmptySource when a file holds nothing, NothingNew when none
    is left to read, TryLater when the connection stays down or a file changes while it is read, and what `read_file` raises.
    """
    attempted = f"Reading {source.path} on {source.connection}"
    try:
        client = connect()
        files = choose(find_files(client, source.path, source.marker, attempted=attempted), source.take, _as_listed(known))
        if not files:
            raise NothingNew(attempted, "every file there has been read before", "Ask the school for its next export.")
        _let_settle(client, files, source, sleep=sleep, clock=clock, attempted=attempted)
        for file in files:
            if file.size == 0:
                raise EmptySource(attempted, f"{file.name} has no bytes at all", "Ask the school to export it again.")
            transfer = Transfer(file, connect, client, sleep=sleep, attempted=attempted)
            on_open(reading := Reading())
            yield from _rows(transfer, file, source, wanted, reading, optional)
            client = transfer.client
            on_read(ReadFile(name=file.name, path=file.path, size=file.size, modified=file.modified, sha256=transfer.sha256))
    except PermissionError as error:
        raise FixSource(attempted, "the server denies it", "Ask the school to give our account the right to read.") from error
    except (OSError, EOFError, SSHException) as error:
        raise TryLater(attempted, "the connection broke", "It is tried again; else call the school.") from error


def archive(client: Any, files: Sequence[ReadFile], folder: str) -> list[str]:
    """Move `files` to `folder` on the server and return the names of those that could not be moved, or were not as read.

    A file that has changed since it was read stays: nobody has read what is in it now. One of the same name that is in the
    folder already is not overwritten: the newcomer gets its hash in its name.
    """
    return [file.name for file in files if not _moved(client, file, folder)]


def _moved(client: Any, file: ReadFile, folder: str) -> bool:
    target = posixpath.join(folder, file.name)
    try:
        now = client.stat(file.path)
        if (now.st_size, now.st_mtime) != (file.size, file.modified):
            return False
        if _exists(client, target):
            stem, extension = posixpath.splitext(file.name)
            target = posixpath.join(folder, f"{stem}.{file.sha256[:12]}{extension}")
        client.rename(file.path, target)
    except (OSError, EOFError, SSHException) as error:
        log.warning("extract.not_archived file=%s error=%s", file.name, type(error).__name__)
        return False
    return True


def _exists(client: Any, path: str) -> bool:
    try:
        client.stat(path)
    except FileNotFoundError:
        return False
    return True


def _as_listed(known: Collection[ReadFile]) -> list[RemoteFile]:
    return [RemoteFile(one.path, one.size, one.modified) for one in known]


def _rows(  # noqa: PLR0917  # `read_sftp` takes them by name
    transfer: Transfer,
    file: RemoteFile,
    source: SftpSource,
    wanted: Sequence[str],
    reading: Reading,
    optional: Collection[str],
) -> Iterator[RawRow | UnreadableRow]:
    log.info("extract.file_found file=%s bytes=%s", file.name, file.size)
    with closing(transfer):
        yield from read_file(transfer, file.name, source.format, wanted, reading, optional=optional)
        while transfer.read(PIECE_BYTES):
            pass  # what stands behind the last row, as in an archive, belongs to the file's hash
        transfer.require_unchanged()


def _let_settle(
    client: Any,
    files: Sequence[RemoteFile],
    source: SftpSource,
    *,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
    attempted: str,
) -> None:
    """Look at fresh files twice: one that grows meanwhile is still being written. A marker makes that needless."""
    fresh = [file for file in files if clock() - file.modified < FRESH_SECONDS]
    if not fresh or source.marker is not None or source.settle_seconds == 0:
        return
    sleep(source.settle_seconds)
    for file in fresh:
        now = client.stat(file.path)
        if (now.st_size or 0, now.st_mtime or 0) != (file.size, file.modified):
            found = f"{file.name} is still being written"
            raise TryLater(attempted, found, "It is tried again; a longer `settle_seconds` or a `marker` helps slow uploads.")
