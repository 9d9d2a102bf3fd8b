"""The bytes of one remote file, through dropped connections: what has come is never asked for again, nor given twice."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from paramiko.ssh_exception import SSHException

from supdata.errors import TryLater
from supdata.extract.sftp_listing import RemoteFile

log = logging.getLogger(__name__)

REQUESTS_AHEAD = 64  # 32 KiB each: enough to fill a slow line, 2 MiB of memory whatever the size of the file
#: What one request brings: larger reads would lose what had come of them when the line drops.
PIECE_BYTES = 1 << 15
#: Dropped connections in a row, without a byte between them, after which the line counts as down and Airflow waits.
PATIENCE = 5
#: Before the second new session in a row; it doubles, so that a server that is restarted is waited for: 11 s in all.
FIRST_PAUSE_SECONDS = 1.0

#: What paramiko raises when the line is gone: among others a plain OSError, "Socket is closed".
DROPPED = (OSError, EOFError, SSHException)


class EndedEarly(EOFError):
    """The server gave no more bytes before the size that it tells.

    The file may be short; or the line is gone, of which paramiko, when it reads ahead, sometimes makes an end of the file.
    """


class Transfer:
    """A remote file as a stream of bytes; a dropped connection is opened again and reading goes on where it was.

    The file must stay what it was: another size or another time of modification means that its upload was under way.
    """

    def __init__(
        self, file: RemoteFile, connect: Callable[[], Any], client: Any, *, sleep: Callable[[float], None], attempted: str
    ) -> None:
        """Read `file` through `client`; `connect` opens another session when this one drops, after a pause by `sleep`."""
        self._file, self._connect, self._client, self._sleep, self._attempted = file, connect, client, sleep, attempted
        self._handle: Any = None
        self._offset = 0
        self._digest = hashlib.sha256()

    @property
    def client(self) -> Any:
        """The session in use: another one than at the beginning if the line was dropped meanwhile."""
        return self._client

    @property
    def sha256(self) -> str:
        """The hash of what was read so far, in hexadecimal."""
        return self._digest.hexdigest()

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end.

        Raises TryLater when the line stays down, or when the file ends early or has changed.
        """
        for dropped in range(PATIENCE):
            try:
                return self._took(self._opened().read(min(size, PIECE_BYTES)))
            except FileNotFoundError as error:
                raise self._changed() from error
            except PermissionError:
                raise
            except DROPPED as error:
                log.warning("extract.line_dropped file=%s at=%d of=%d", self._file.name, self._offset, self._file.size)
                self.close()
                if dropped + 1 == PATIENCE:
                    raise (self._short() if isinstance(error, EndedEarly) else self._down()) from error
                self._reconnect(dropped)
        raise self._down()

    def close(self) -> None:
        """Close the remote file; what was asked for and not read is dropped."""
        if self._handle is not None:
            with suppress(*DROPPED):
                self._handle.close()
            self._handle = None

    def _took(self, data: bytes) -> bytes:
        if not data and self._offset < self._file.size:
            raise EndedEarly
        self._offset += len(data)
        self._digest.update(data)
        return data

    def _opened(self) -> Any:
        if self._handle is None:
            handle = self._client.open(self._file.path, "rb", PIECE_BYTES)
            if self._offset:
                self._require_same()
                handle.seek(self._offset)
            if self._file.size:
                handle.prefetch(self._file.size, REQUESTS_AHEAD)
            self._handle = handle
        return self._handle

    def _reconnect(self, dropped: int) -> None:
        """Open another session, the first at once; one that cannot be opened shows when the old one is read again."""
        self._sleep(FIRST_PAUSE_SECONDS * (2**dropped - 1))
        try:
            self._client = self._connect()
        except TryLater:
            log.warning("extract.line_down file=%s", self._file.name)

    def require_unchanged(self) -> None:
        """Raise TryLater when the file is no longer what it was when reading began."""
        try:
            self._require_same()
        except FileNotFoundError as error:
            raise self._changed() from error

    def _require_same(self) -> None:
        now = self._client.stat(self._file.path)
        if (now.st_size or 0, now.st_mtime or 0) != (self._file.size, self._file.modified):
            raise self._changed()

    def _changed(self) -> TryLater:
        found = "the file changed while it was read, as if its upload were under way"
        return TryLater(self._attempted, found, "It is tried again; ask the school to upload under another name, then rename.")

    def _short(self) -> TryLater:
        found = f"the file ended after {self._offset} of {self._file.size} bytes"
        return TryLater(self._attempted, found, "It is tried again; ask the school to export it again if it stays short.")

    def _down(self) -> TryLater:
        found = f"the connection broke {PATIENCE} times in a row at byte {self._offset} of {self._file.size}"
        return TryLater(self._attempted, found, "It is tried again; else call the school.")
