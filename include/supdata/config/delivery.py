"""Who is told how a run went, and by which way; nothing is sent to anybody unless it stands here."""

from typing import Annotated, Literal

from pydantic import Field

from supdata.config.section import Section

Address = Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")]


class MailDelivery(Section):
    """One e-mail to the registrar: counts and a link, never a student."""

    connection: str = Field("supdata_mail", description="Airflow connection of type smtp.")
    to: list[Address] = Field(default_factory=list, description="Absent: `contact`.")
    language: Literal["fr", "en"] = "fr"


class SftpDelivery(Section):
    """The report and the work list, put where the school fetches them: they hold student data, and go nowhere else."""

    connection: str = Field(description="Airflow connection of type sftp, with an account that may write into `folder`.")
    folder: str = Field(pattern=r"^/[^\x00]*$", description="The return folder on that server, from its root; it must exist.")


class Reminders(Section):
    """E-mails though nothing has changed, while there is something to correct."""

    every_days: int = Field(7, ge=1, le=90)
    at_most: int = Field(3, ge=1, le=20, description="After so many without a change, silence until something changes.")


class Delivery(Section):
    """How the registrar gets the report, beside its page in Airflow."""

    mail: MailDelivery | None = None
    sftp: SftpDelivery | None = None
    changed_only: bool = Field(
        default=True, description="No e-mail while what is to be corrected, and the outcome, are the same."
    )
    reminders: Reminders | None = Field(None, description="Absent: none.")
