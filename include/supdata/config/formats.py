"""How a file is written: what its reader must know to tell rows and values apart."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from supdata.config.section import Section

ENCODING = "A Python codec name: utf-8-sig, cp1252, iso-8859-15… Absent: found out from the file, and said in the run's result."
PREAMBLE = "Lines before the header, or before the first row where there is no header."
NAMES = "The columns' names in their order, for a file without a header; without them columns are called 1, 2, 3…"


class Compression(Section):
    """How a file is compressed, and how large it may become: a file that unpacks without end must not fill the machine."""

    method: Literal["detect", "none", "gzip", "zip"] = Field("detect", description="detect goes by the file's first bytes.")
    member: str | None = Field(
        None, description="The one file to read in a zip archive; may hold * and ?. Needed where there are several."
    )
    largest_mb: int = Field(4_096, ge=1, le=1_000_000, description="Megabytes that the file may have once unpacked.")
    largest_ratio: int = Field(250, ge=2, le=100_000, description="How many times its size a file may become.")


class CsvFormat(Section):
    """A delimited text file."""

    type: Literal["csv"] = "csv"
    encoding: str | None = Field(None, description=ENCODING)
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1)] | None = Field(
        None, description="One character: ; , | or a tab. Absent: found out from the file's first lines."
    )
    quoted: bool = Field(default=True, description="Whether values may be wrapped in double quotes.")
    header: bool = Field(default=True, description="Whether the first line names the columns.")
    preamble: int = Field(0, ge=0, le=1_000, description=PREAMBLE)
    names: list[str] = Field(default_factory=list, description=NAMES)
    compression: Compression = Compression()

    @model_validator(mode="after")
    def _named_once(self) -> "CsvFormat":
        if self.header and self.names:
            raise ValueError("`names` are for a file without a header: write `header: false`, or leave the names out")
        return self


class FixedFormat(Section):
    """A text file whose values stand at fixed places of each line."""

    type: Literal["fixed"]
    fields: dict[str, Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)]] = Field(
        min_length=1, description="First and last character of each column, counted from 1: {INE: [1, 11]}."
    )
    encoding: str | None = Field(None, description=ENCODING)
    preamble: int = Field(0, ge=0, le=1_000, description=PREAMBLE)
    compression: Compression = Compression()

    @model_validator(mode="after")
    def _in_order(self) -> "FixedFormat":
        if backwards := [name for name, (first, last) in self.fields.items() if last < first]:
            raise ValueError(f"the last character must not be before the first: {', '.join(backwards)}")
        return self


class XlsxFormat(Section):
    """A sheet of an Excel workbook."""

    type: Literal["xlsx"]
    sheet: str = Field("1", description="A sheet's name, or its number from 1 among those that are shown.")
    header: bool = Field(default=True, description="Whether a row names the columns: the first that has all those mapped.")
    preamble: int = Field(0, ge=0, le=1_000, description="Rows before the first one, where there is no header.")
    names: list[str] = Field(default_factory=list, description=NAMES)
    compression: Compression = Compression()

    @model_validator(mode="after")
    def _named_once(self) -> "XlsxFormat":
        if self.header and (self.names or self.preamble):
            raise ValueError("`names` and `preamble` are for a sheet without a header, which is found wherever it stands")
        return self


class XmlFormat(Section):
    """An XML document; columns are paths below its records, or from its root for what stands in its head."""

    type: Literal["xml"]
    record: str = Field(
        pattern=r"^/?[^/\s@]+(/[^/\s@]+)*$",
        description="Path of the elements that are rows, from the root: BEE_ELEVES/DONNEES/ELEVES/ELEVE.",
    )
    compression: Compression = Compression()


class JsonFormat(Section):
    """A JSON document that holds a list of rows; columns are fields, or fields joined by dots."""

    type: Literal["json"]
    rows: str = Field("", description="Where the list is, as fields joined by dots; empty where the document is the list.")
    compression: Compression = Compression()


class JsonLinesFormat(Section):
    """JSON Lines: one object per line; columns are fields, or fields joined by dots."""

    type: Literal["jsonl"]
    compression: Compression = Compression()


def _csv_by_default(value: object) -> object:
    return {"type": "csv", **value} if isinstance(value, dict) and "type" not in value else value


FileFormat = Annotated[
    CsvFormat | FixedFormat | XlsxFormat | XmlFormat | JsonFormat | JsonLinesFormat,
    Field(discriminator="type"),
    BeforeValidator(_csv_by_default),
]
