"""Which files of a folder on an SFTP server are to be read: pure choices over what the server lists."""

import posixpath
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, Protocol

from supdata.errors import FixSource

#: How transfer programs name what they have not finished; a pattern with * never means these.
UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".swp")


class RemoteEntry(Protocol):
    """What a listing says of one file (paramiko.SFTPAttributes): size in bytes, modification time in Unix seconds."""

    filename: str
    st_mode: int | None
    st_size: int | None
    st_mtime: int | None


class Lists(Protocol):
    """The part of an SFTP session that shows what is there (paramiko.SFTPClient)."""

    def listdir_attr(self, path: str, /) -> Sequence[Any]:
        """Return a RemoteEntry for each name in the folder."""

    def stat(self, path: str, /) -> Any:
        """Return the RemoteEntry of one path, links followed."""


@dataclass(frozen=True, order=True)
class RemoteFile:
    """One file as the server shows it: path, size in bytes, modification time in Unix seconds (0 where it is not told)."""

    path: str
    size: int
    modified: int

    @property
    def name(self) -> str:
        """The file's name without its folder: what rows and logs call it."""
        return posixpath.basename(self.path)


def find_files(client: Lists, pattern: str, marker: str | None, *, attempted: str) -> list[RemoteFile]:
    """Return the files that match `pattern` and are whole by their `marker`, sorted by name.

    The last part of `pattern` may hold * and ?. Folders, unfinished transfers and whatever else is no file are passed over.

    Raises FixSource when the folder does not exist, or when nothing matches, or when all that matches lacks its marker.
    """
    folder, name = posixpath.split(pattern)
    try:
        listed = client.listdir_attr(folder or ".")
    except FileNotFoundError as error:
        raise FixSource(attempted, "the folder does not exist", "Correct `source.path`, or call the school.") from error
    paths = [posixpath.join(folder, entry.filename) for entry in listed if _is_meant(entry.filename, name)]
    entries = {posixpath.join(folder, entry.filename): entry for entry in listed}
    followed = {path: _followed(client, path, entries[path]) for path in paths}
    files = [_file(path, entry) for path, entry in followed.items() if _is_file(entry)]
    if not files:
        found = f"none of the {len(listed)} names in the folder is a file that matches"
        raise FixSource(attempted, found, "Ask the school for its export.")
    names = {entry.filename for entry in listed}
    whole = [file for file in files if marker is None or marker_of(file.name, marker) in names]
    if not whole:
        found = f"none of the {len(files)} files that match has its marker beside it ({marker})"
        raise FixSource(attempted, found, "Their upload is under way, or the school has forgotten the marker: call it.")
    return sorted(whole)


def choose(
    files: Sequence[RemoteFile], take: Literal["newest", "all", "next"], read: Collection[RemoteFile]
) -> list[RemoteFile]:
    """Return those of `files` that this run reads, in order; none when `take` is `next` and all have been `read` before.

    Newest and oldest go by time of modification, then by name.
    """
    if take == "all":
        return sorted(files)
    by_time = sorted(files, key=lambda file: (file.modified, file.path))
    if take == "newest":
        return by_time[-1:]
    known = {(file.name, file.size, file.modified) for file in read}
    return [file for file in by_time if (file.name, file.size, file.modified) not in known][:1]


def marker_of(name: str, marker: str) -> str:
    """Return the name of the file that says that `name` is whole."""
    return marker.replace("{name}", name).replace("{stem}", posixpath.splitext(name)[0])


def _is_meant(name: str, pattern: str) -> bool:
    exact = pattern.replace("[", "[[]")  # a bracket is a bracket: only * and ? are promised
    if name == pattern:
        return True
    return fnmatchcase(name, exact) and not name.startswith(".") and not name.lower().endswith(UNFINISHED)


def _file(path: str, entry: RemoteEntry) -> RemoteFile:
    return RemoteFile(path, entry.st_size or 0, entry.st_mtime or 0)


def _followed(client: Lists, path: str, entry: RemoteEntry) -> RemoteEntry:
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
