"""A source that is files on an SFTP server: which of them, when they are whole, and what becomes of them afterwards."""

from typing import Literal

from pydantic import Field

from supdata.config.formats import CsvFormat, FileFormat
from supdata.config.section import Section


class SftpSource(Section):
    """Files that the school drops on an SFTP server."""

    kind: Literal["sftp"]
    connection: str = Field(
        description="Airflow connection of type sftp: password, private key or agent; host_key in its extra."
    )
    path: str = Field(description="Remote path; the last part may hold * and ?.")
    take: Literal["newest", "all", "next"] = Field(
        "newest",
        description=(
            "newest: the newest match. all: every match, in the order of names, as one export in several files. "
            "next: the oldest match that no green run has read yet, one file per run."
        ),
    )
    holds: Literal["everyone", "changes"] = Field(
        "everyone", description="`changes`: the files tell what is new only, and whoever is not in them has not left."
    )
    marker: str | None = Field(
        None,
        description=(
            "A file is whole once this one stands beside it: {name} is the file's name, {stem} its name without what follows "
            "the last dot. For example {name}.ok."
        ),
    )
    settle_seconds: float = Field(
        5, ge=0, le=600, description="Without a marker: how long a fresh file must keep its size before it is read."
    )
    archive: str | None = Field(
        None, description="Folder on the server to which files are moved after a green run; absent: they stay where they are."
    )
    wait_hours: float | None = Field(
        None, gt=0, le=168, description="Wait this long for a file that no green run has read yet; a worker is not kept busy."
    )
    format: FileFormat = CsvFormat()
