"""The school's return folder on its SFTP server: the report and the work list, each in place only once it is whole."""

import posixpath
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from paramiko.ssh_exception import SSHException

from supdata.config.delivery import SftpDelivery
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.orchestration.sftp_access import sftp_sessions

#: What a file is called while it is on its way: the school's programs must not take half of one.
UNDER_WAY = ".part"


def return_files(where: SftpDelivery, files: Mapping[str, bytes]) -> None:
    """Put `files`, by name, into the return folder, in the place of those of the run before.

    Raises FixConfig when the folder does not exist, AccessRefused when it may not be written to, TryLater when the server is
    away, has no room, or drops the line.
    """
    attempted = f"Putting the report into `{where.folder}` through the connection `{where.connection}`"
    try:
        with sftp_sessions(where.connection) as connect:
            session = connect()
            for name, content in files.items():
                _put(session, posixpath.join(where.folder, name), content)
    except FileNotFoundError:
        raise FixConfig(attempted, "there is no such folder", "Have it made, or correct `delivery.sftp.folder`.") from None
    except PermissionError:
        raise AccessRefused(attempted, "the account may not write there", "Have the school give it the right to.") from None
    except (OSError, EOFError, SSHException):
        raise TryLater(attempted, "the server took only a part", "It is tried again; else call the school.") from None


def _put(session: Any, path: str, content: bytes) -> None:
    beside = path + UNDER_WAY
    with session.open(beside, "wb") as stream:
        stream.set_pipelined(pipelined=True)
        stream.write(content)
    try:
        session.posix_rename(beside, path)
    except OSError:  # a server without that extension renames onto nothing that exists
        with suppress(FileNotFoundError):
            session.remove(path)
        session.rename(beside, path)
