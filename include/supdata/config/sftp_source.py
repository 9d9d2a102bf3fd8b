"""A source that is a file on an SFTP server."""

from typing import Literal

from pydantic import Field

from supdata.config.formats import CsvFormat, FileFormat
from supdata.config.section import Section


class SftpSource(Section):
    """A file that the school drops on an SFTP server."""

    kind: Literal["sftp"]
    connection: str = Field(description="Airflow connection of type sftp.")
    path: str = Field(description="Remote path; the last part may hold * and ?. The newest match is read.")
    format: FileFormat = CsvFormat()
