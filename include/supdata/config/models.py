"""The shape of one institution file: facts about one institution, no code, no secret.

Unknown keys are errors everywhere. The only union is `source`, tagged by `kind`, so that a message can name the one model
that was meant.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from supdata.config.columns import Columns
from supdata.config.corrections_folder import CorrectionsFolder
from supdata.config.database_source import DatabaseSource
from supdata.config.delivery import Delivery
from supdata.config.departures import DepartedClose
from supdata.config.hours import cron_of
from supdata.config.presets import PresetName
from supdata.config.read_back import ReadBack
from supdata.config.rest_source import RestSource
from supdata.config.rule_settings import RuleSettings
from supdata.config.section import Section
from supdata.config.sftp_source import SftpSource
from supdata.config.states import States
from supdata.config.watch import Watch
from supdata.config.windows import Window
from supdata.records.uai import is_valid_uai

Source = Annotated[SftpSource | RestSource | DatabaseSource, Field(discriminator="kind")]


class OwnCommune(Section):
    """A commune the institution stands in, by both its codes."""

    insee: str = Field(pattern=r"^[0-9][0-9AB][0-9]{3}$", description="INSEE code (COG), for example 44109.")
    postal: str = Field(pattern=r"^[0-9]{5}$", description="The postal code of its address there, without CEDEX.")


class Commune(Section):
    """How to read the commune column, and which code the registry gets.

    The registry's contract says postal code, its read side says INSEE code: both are kept, `emit` chooses.
    """

    column_holds: Literal["postal", "insee", "either"] = "either"
    emit: Literal["postal", "insee"] = "postal"
    own: list[OwnCommune] = Field(
        default_factory=list, description="Communes of the institution's sites: they decide where a code leaves a choice."
    )


class WireCodes(Section):
    """The codes the registry expects; it does not publish them, so these are defaults to confirm with it."""

    statut: dict[Literal["admis", "inscrit"], str] = Field({"admis": "1", "inscrit": "2"})
    regime: dict[Literal["RF1", "RF2", "RF3", "RF4", "RF5", "RF6", "RF7"], str] = Field(
        {"RF1": "1", "RF2": "2", "RF3": "3", "RF4": "4", "RF5": "5", "RF6": "6", "RF7": "7"}
    )


class Registry(Section):
    """Which registry this school declares to, and how hard it may be asked."""

    connection: str = Field(description="Airflow connection of type supdata.")
    concurrency: int = Field(8, ge=1, le=256, description="Requests in flight per push task.")
    rate: float | None = Field(None, gt=0, le=10_000, description="Records a second per push task, at most; absent: no limit.")
    chunk_size: int = Field(
        1_000, ge=1, le=100_000, description="Records per push task; more where that made over a hundred tasks."
    )
    timeout_seconds: float = Field(20, gt=0, le=300)
    ambiguous: Literal["repost", "hold"] = Field(
        "repost", description="What to do with a record in doubt that no read connection can tell."
    )
    retry_days: int = Field(1, ge=1, le=30, description="First wait before an unknown student is tried again; it doubles.")
    codes: WireCodes = WireCodes()
    read: ReadBack | None = Field(None, description="Read connection; absent means that `ambiguous` alone decides.")
    windows: list[Window] = Field(default_factory=list, description="Times in which less is sent than usual, or nothing.")


class Limits(Section):
    """Shares above which the batch waits for a person; new enrolments still flow."""

    rejected: float = Field(0.30, ge=0, le=1)
    changed: float = Field(0.30, ge=0, le=1)
    departed: float = Field(0.30, ge=0, le=1)
    minimum_rows: int = Field(50, ge=0, description="Below this many rows shares say nothing and nothing is held.")
    approval_hours: int = Field(
        72, ge=1, le=720, description="How long a held batch waits for a person, but never into the next scheduled run."
    )


class AcademicYear(Section):
    """The year being declared."""

    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> "AcademicYear":
        if self.end <= self.start:
            raise ValueError("`end` must be after `start`")
        return self


def _checked_uai(value: str) -> str:
    if not is_valid_uai(value):
        raise ValueError("a UAI is 7 digits and the key letter that belongs to them")
    return value


Uai = Annotated[str, AfterValidator(_checked_uai)]


#: As it stands in a tag of the DAG, which has room for 100 characters.
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@+-]{1,80}$")]


class Institution(Section):
    """One institution: who it is, where its enrolments come from, how its columns read, whom to tell."""

    uai: Uai
    also: list[Uai] = Field(default_factory=list, description="Other UAIs this school may declare for.")
    name: str = Field(min_length=1)
    contact: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="The registrar's office: shown in the report.")
    registrars: list[Login] = Field(
        default_factory=list,
        description="Logins in Airflow of who may see this school's reports and rows to correct, and give these back.",
    )
    year: AcademicYear
    schedule: str | None = Field(
        None,
        description='Cron, local time; or hours, "01:00-05:00", of which the school gets a minute of its own each night. '
        "Absent means by hand only.",
    )
    timezone: str = "Europe/Paris"
    enabled: bool = Field(default=True, description="False keeps the DAG paused from its creation.")
    preset: PresetName | None = Field(
        None, description="What is known of a student information system; each key of this file counts before it."
    )
    source: Source
    columns: Columns
    states: States = Field(default_factory=dict)
    commune: Commune = Commune()
    registry: Registry
    limits: Limits = Limits()
    corrections: CorrectionsFolder | None = Field(
        None, description="Where the school drops corrected work lists; absent: they are given back on the upload page alone."
    )
    departed: Literal["report", "close"] = Field(
        "report", description="What to do about declared enrolments that the source no longer holds: say so, or end them too."
    )
    departed_close: DepartedClose = DepartedClose()
    allow_empty: bool = Field(default=False, description="True when a source without any row is nothing unusual.")
    delivery: Delivery = Delivery()
    watch: Watch = Watch()
    rules: RuleSettings = Field(default_factory=dict, description="What is other than in the catalogue, by a rule's id.")

    def cron(self) -> str | None:
        """Return when the school runs, as cron: its own minute where `schedule` is hours."""
        return None if self.schedule is None else cron_of(self.schedule, self.uai)

    def source_columns(self) -> tuple[str, ...]:
        """Return every source column that is needed, each once: those of the enrolment's fields, and those of `states`."""
        return tuple(dict.fromkeys((*self.columns.source_columns(), *self.states)))

    def optional_columns(self) -> frozenset[str]:
        """Return those that no row of a document need have: others stand in for them, or `states` says what nothing means."""
        return self.columns.alternatives() | {column for column, listed in self.states.items() if "" in listed}
