"""Files on any store that Airflow can reach: there as a whole or not at all, and looked at as they are now.

What differs from a local disk, and what is done about it: an object store keeps an upload only once it is completed, so that
a killed writer leaves nothing; here one that fails leaves nothing either, and a local file gets its name when it is whole.
fsspec remembers listings, which another worker has made stale: they are forgotten before each look. Its own `readline` copies
a whole block for each line, so blocks are read through a buffer. Not every store deletes many files at once in the way s3fs
asks for: they go one by one. Folders exist on disks only.
"""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast

from airflow.sdk import ObjectStoragePath

from supdata.errors import AccessRefused, FixConfig, TryLater

#: Bytes sent or fetched at once, and so what one open file holds in memory. S3 takes 10,000 parts: files of up to 80 GB.
BLOCK = 8 * 2**20
BUFFER = 2**18
USING = "Using the store of the run folders"
#: Libraries of stores raise errors of their own; those that are no OSError come from one of these.
LIBRARIES = frozenset({"aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google", "requests", "s3fs"})
REFUSALS = frozenset({"NoCredentialsError", "PartialCredentialsError", "ClientAuthenticationError", "RefreshError"})


def is_local(path: ObjectStoragePath) -> bool:
    """Whether the path is on a disk of this machine, or on one that is mounted there."""
    return path.protocol in {"", "file", "local"}


@contextmanager
def writing(path: ObjectStoragePath) -> Iterator[BinaryIO]:
    """Open a file to be written; it is there, whole, once this has ended well, and otherwise as it was before.

    On a disk it is readable by its owner only. Raises FixConfig (AccessRefused) when the store cannot be used as configured,
    TryLater when it is away.
    """
    if is_local(path):
        with _writing_locally(Path(path.path)) as stream:
            yield stream
    else:
        with _uploading(path) as stream:
            yield stream


@contextmanager
def reading(path: ObjectStoragePath) -> Iterator[BinaryIO]:
    """Open a file to be read, also line by line; raises FileNotFoundError when it is not there, and else as `writing`."""
    if is_local(path):
        with Path(path.path).open("rb") as stream:
            yield stream
        return
    with _told():
        opened = _as_it_is_now(path).open(path.path, "rb", block_size=BLOCK)
    with io.BufferedReader(_Download(opened), BUFFER) as buffered:
        yield cast("BinaryIO", buffered)


def is_there(path: ObjectStoragePath) -> bool:
    """Whether there is a file, or anything below that name."""
    with _told():
        return bool(_as_it_is_now(path).exists(path.path))


def names_in(folder: ObjectStoragePath) -> list[str]:
    """Return the names of what is directly in a folder, in order; none when there is no such folder."""
    try:
        with _told():
            found = _as_it_is_now(folder).ls(folder.path, detail=False)
    except FileNotFoundError:
        return []
    return sorted({name for one in found if (name := str(one).rstrip("/").rpartition("/")[2])} - {folder.name})


def files_below(folder: ObjectStoragePath) -> dict[str, datetime]:
    """Return every file in a folder and below it, by its name from there on, with the moment it was written."""
    with _told():
        found = _as_it_is_now(folder).find(folder.path, detail=True)
    start = f"{folder.path.strip('/')}/"
    return {str(name).strip("/").removeprefix(start): _written(facts) for name, facts in found.items()}


def _written(facts: Mapping[str, Any]) -> datetime:
    """Return when a file was written, which each kind of store tells under a name of its own."""
    told = next(facts[name] for name in ("LastModified", "last_modified", "mtime", "updated") if facts.get(name))
    if isinstance(told, str):
        told = datetime.fromisoformat(told)
    return told if isinstance(told, datetime) else datetime.fromtimestamp(told, UTC)


def remove(path: ObjectStoragePath) -> None:
    """Delete a file, or a folder with all that is in it; nothing happens when there is none."""
    with _told():
        store = _as_it_is_now(path)
        if is_local(path) and store.isdir(path.path):
            store.rm(path.path, recursive=True)
            return
        for file in store.find(path.path):  # a file is found under its own name
            store.rm_file(file)


@contextmanager
def _writing_locally(path: Path) -> Iterator[BinaryIO]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made readable by its owner only from the first moment, and beside its place: a name is changed within one disk.
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        try:
            yield cast("BinaryIO", stream)
            stream.close()
            os.replace(stream.name, path)  # noqa: PTH105 - the temporary file's name is a str
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise


@contextmanager
def _uploading(path: ObjectStoragePath) -> Iterator[BinaryIO]:
    with _told(missing="there is no such bucket or container"):
        upload = _Upload(_as_it_is_now(path).open(path.path, "wb", block_size=BLOCK))
    buffered = io.BufferedWriter(upload, BUFFER)
    try:
        yield cast("BinaryIO", buffered)
        buffered.flush()
        upload.complete()
    except BaseException:
        upload.abandon()
        raise


class _Upload(io.RawIOBase):
    """An upload that is completed only on purpose: closing an fsspec file, as its end in memory does, would complete it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if self._stream is not None:  # after the end, what is left in a buffer goes nowhere
            with _told(missing="there is no such bucket or container"):
                self._stream.write(bytes(data))
        return len(data)

    def complete(self) -> None:
        with _told(missing="there is no such bucket or container"):
            self._stream.close()
        self._stream = None

    def abandon(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            with _told():
                stream.discard()
        except (OSError, FixConfig, TryLater):
            return  # the store is away: it drops what was never completed by itself, and why we are here is told anyway
        finally:
            stream.closed = True


class _Download(io.RawIOBase):
    """What is read of an fsspec file, with errors in our words."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any, /) -> int:
        with _told():
            return int(self._stream.readinto(into))

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _as_it_is_now(path: ObjectStoragePath) -> Any:
    """Return the store of a path, with nothing remembered of what was in it."""
    store = path.fs
    store.invalidate_cache()
    return store


@contextmanager
def _told(missing: str = "") -> Iterator[None]:
    """Turn what a store's library raises into our errors; `missing` is what it means that something is not found.

    The library's own words are left out: some repeat the request with its signature.
    """
    try:
        yield
    except PermissionError as error:
        raise AccessRefused(USING, f"it was refused ({type(error).__name__})", _REMEDY) from None
    except FileNotFoundError:
        if not missing:
            raise
        raise FixConfig(USING, missing, _REMEDY) from None
    except (OSError, FixConfig, TryLater):
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in LIBRARIES:
            raise
        name = type(error).__name__
        if name in REFUSALS:
            raise AccessRefused(USING, f"there is no usable credential ({name})", _REMEDY) from None
        raise TryLater(USING, f"it does not answer ({name})", "It is tried again; nothing is lost by waiting.") from None


_REMEDY = "Correct SUPDATA_RUN_FOLDER, or the Airflow connection that stands before the @ in it."
