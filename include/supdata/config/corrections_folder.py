"""Where a school drops the work lists that its registrar has corrected."""

from pydantic import Field

from supdata.config.section import Section


class CorrectionsFolder(Section):
    """A folder on an SFTP server; it is looked into at each run, and nothing in it is changed."""

    path: str = Field(description="The folder, for example /corrections.")
    connection: str | None = Field(
        None, description="Airflow connection of type sftp; absent: the source's own, which must be one then."
    )
