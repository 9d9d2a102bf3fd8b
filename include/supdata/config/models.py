"""The shape of one institution file: facts about one institution, no code, no secret.

Unknown keys are errors everywhere. The only union is `source`, tagged by `kind`, so that a message can name the one model
that was meant.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from supdata.config.rule_settings import RuleSettings
from supdata.config.section import Section
from supdata.records.uai import is_valid_uai


class CsvFormat(Section):
    """How a delimited text file is written."""

    type: Literal["csv"] = "csv"
    encoding: str = Field("utf-8-sig", description="A Python codec name: utf-8-sig, cp1252, iso-8859-15…")
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(
        ";", min_length=1, max_length=1, description="One character: ; , | or a tab."
    )
    quoted: bool = Field(default=True, description="Whether values may be wrapped in double quotes.")


class SftpSource(Section):
    """A file that the school drops on an SFTP server."""

    kind: Literal["sftp"]
    connection: str = Field(description="Airflow connection of type sftp.")
    path: str = Field(description="Remote path; the last part may hold * and ?. The newest match is read.")
    format: CsvFormat = CsvFormat()


class LoginToken(Section):
    """Log in with the connection's user and password; the answer's body is the bearer token (PEGASE's CAS ticket)."""

    method: Literal["login"]
    path: str = Field(description="Where the login form is posted, for example /cas/v1/tickets.")


class BasicAuth(Section):
    """HTTP basic authentication with the connection's user and password."""

    method: Literal["basic"]


class BearerToken(Section):
    """The connection's password is the bearer token."""

    method: Literal["bearer"]


class ApiKey(Section):
    """The connection's password goes into a header of its own."""

    method: Literal["key"]
    header: str = "X-API-Key"


RestAuth = Annotated[LoginToken | BasicAuth | BearerToken | ApiKey, Field(discriminator="method")]


class PagePaging(Section):
    """Pages numbered by a parameter, until the answer's page count is reached."""

    page_parameter: str = "page"
    size_parameter: str = "taille"
    size: int = Field(500, ge=1, le=10_000)
    first: int = Field(0, ge=0, le=1)
    pages_field: str = Field("totalPages", description="Where the answer says how many pages there are.")
    total_field: str = Field("totalElements", description="Where the answer says how many rows there are: checked at the end.")


class RestSource(Section):
    """A student information system with a paged REST API."""

    kind: Literal["rest"]
    connection: str = Field(description="Airflow connection of type http: host, user, password.")
    path: str = Field(description="Path of the list, for example /api/ins/ext/v2/gestion/flux-inscriptions/pagine.")
    parameters: dict[str, str] = Field(
        default_factory=dict, description="Query parameters sent with every page. Never a secret."
    )
    rows_field: str = Field("resultats", description="Where the answer holds its list of rows.")
    auth: RestAuth
    paging: PagePaging = PagePaging()
    timeout_seconds: float = Field(30, gt=0, le=600)


class DatabaseSource(Section):
    """A database the school lets us read: one query, one row per enrolment."""

    kind: Literal["database"]
    connection: str = Field(description="Airflow connection of type postgres.")
    query: str | None = Field(None, description="A SELECT; or name a table instead.")
    table: str | None = Field(None, description="A table or view, schema.name; or write a query instead.")
    order_by: list[str] = Field(default_factory=list, description="With `table`: columns that fix the order of rows.")
    batch_rows: int = Field(2_000, ge=1, le=100_000, description="Rows fetched at a time by the server-side cursor.")
    timeout_seconds: int = Field(300, ge=1, le=7_200)

    @model_validator(mode="after")
    def _one_of_query_and_table(self) -> "DatabaseSource":
        if (self.query is None) == (self.table is None):
            raise ValueError("give either `query` or `table`")
        return self


Source = Annotated[SftpSource | RestSource | DatabaseSource, Field(discriminator="kind")]


def _column_shorthand(value: object) -> object:
    """`ine: NUM_INE` is short for `ine: {columns: [NUM_INE]}`."""
    if isinstance(value, str):
        return {"columns": [value]}
    if isinstance(value, dict) and "column" in value and "columns" not in value:
        return {"columns": [value["column"]], **{k: v for k, v in value.items() if k != "column"}}
    return value


class ColumnMapping(Section):
    """Where one field comes from: columns joined end to end, or one constant; then a value map or date formats."""

    columns: list[str] = Field(default_factory=list, description="Source columns, joined without a separator.")
    constant: str | None = Field(None, description="The same value for every row.")
    map: dict[str, str] = Field(
        default_factory=dict, description="Source value to canonical value; values not listed stay as found."
    )
    dates: list[str] = Field(
        default_factory=list, description="Accepted date formats: JJ/MM/AAAA, AAAA-MM-JJ, JJMMAAAA, or ISO."
    )

    @model_validator(mode="after")
    def _columns_or_constant(self) -> "ColumnMapping":
        if bool(self.columns) == (self.constant is not None):
            raise ValueError("give either columns or `constant`")
        return self


Mapped = Annotated[ColumnMapping, BeforeValidator(_column_shorthand)]


class Columns(Section):
    """Which source columns make each field of the enrolment. Columns that are not named here are never read."""

    ine: Mapped
    dateNaissance: Mapped
    dateDebutInscription: Mapped
    dateFinInscription: Mapped
    statut: Mapped
    regime: Mapped
    codeCommune: Mapped
    uai: Mapped | None = None
    cursus: Mapped | None = None
    diplome: Mapped | None = None
    niveauDiplome: Mapped | None = None
    sisId: Mapped | None = None

    def mapped(self) -> dict[str, ColumnMapping]:
        """Return the mapping of each field that has one, by field name."""
        return {name: mapping for name in type(self).model_fields if (mapping := getattr(self, name)) is not None}

    def source_columns(self) -> tuple[str, ...]:
        """Return every source column that is needed, each once, in order of first mention: all others stay unread."""
        return tuple(dict.fromkeys(column for mapping in self.mapped().values() for column in mapping.columns))


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
    chunk_size: int = Field(1_000, ge=1, le=100_000, description="Records per push task.")
    timeout_seconds: float = Field(20, gt=0, le=300)
    ambiguous: Literal["repost", "hold"] = Field("repost", description="What to do with a record whose fate is not known.")
    retry_days: int = Field(1, ge=1, le=30, description="First wait before an unknown student is tried again; it doubles.")
    codes: WireCodes = WireCodes()


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


class Institution(Section):
    """One institution: who it is, where its enrolments come from, how its columns read, whom to tell."""

    uai: Uai
    also: list[Uai] = Field(default_factory=list, description="Other UAIs this school may declare for.")
    name: str = Field(min_length=1)
    contact: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="The registrar's office: shown in the report.")
    year: AcademicYear
    schedule: str | None = Field(None, description="Cron, local time; absent means by hand only.")
    timezone: str = "Europe/Paris"
    enabled: bool = Field(default=True, description="False keeps the DAG paused from its creation.")
    source: Source
    columns: Columns
    commune: Commune = Commune()
    registry: Registry
    limits: Limits = Limits()
    departed: Literal["report"] = "report"
    allow_empty: bool = Field(default=False, description="True when a source without any row is nothing unusual.")
    rules: RuleSettings = Field(default_factory=dict, description="What is other than in the catalogue, by a rule's id.")
