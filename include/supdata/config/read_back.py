"""How this school's enrolments are read back from the registry: by which service, how fast, and how many for checking."""

from typing import Literal

from pydantic import Field

from supdata.config.section import Section

ReadKind = Literal["supdata", "api-particulier-v3"]


class ReadBack(Section):
    """A read connection: with it, a record whose fate is not known is looked up before it is sent again.

    A write key is not known to open any read service: both services give keys of their own.
    """

    connection: str = Field(description="Airflow connection of the read service, of type supdata_read or api_particulier.")
    kind: ReadKind = Field(
        description="supdata: its own read service. api-particulier-v3: the gateway to it, which shows the current year only."
    )
    recipient: str = Field("", description="SIRET of the administration that receives the data: API Particulier asks for it.")
    sample: float = Field(
        0.05, ge=0, le=1, description="Share of accepted and unchanged enrolments that each run looks up at its end."
    )
    rate: float = Field(20, gt=0, le=1_000, description="Calls per second of one task; API Particulier allows 20 per token.")
    settle_seconds: float = Field(
        30,
        ge=0,
        le=3_600,
        description=(
            "How long a record must have been gone before 'not found' counts. The registry does not publish how far its read "
            "side lags behind: with a longer lag than this, a record may be declared twice."
        ),
    )
    timeout_seconds: float = Field(10, gt=0, le=300, description="How long an answer may take.")
