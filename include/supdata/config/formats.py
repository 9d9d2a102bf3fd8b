"""How a file is written: what its reader must know to tell rows and values apart."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from supdata.config.section import Section


class CsvFormat(Section):
    """How a delimited text file is written."""

    type: Literal["csv"] = "csv"
    encoding: str = Field("utf-8-sig", description="A Python codec name: utf-8-sig, cp1252, iso-8859-15…")
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(
        ";", min_length=1, max_length=1, description="One character: ; , | or a tab."
    )
    quoted: bool = Field(default=True, description="Whether values may be wrapped in double quotes.")
