"""Which source columns make each field of the enrolment."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from supdata.config.section import Section

#: Stands for a constant that nobody has told yet: a file with it can be read and previewed, and no row of it is declared.
NOT_KNOWN = "?"


def _column_shorthand(value: object) -> object:
    """`ine: NUM_INE` is short for `ine: {columns: [NUM_INE]}`, and `ine: [A, B]` for `ine: {columns: [A, B]}`."""
    if isinstance(value, str):
        return {"columns": [value]}
    if isinstance(value, list):
        return {"columns": value}
    if isinstance(value, dict) and "column" in value and "columns" not in value:
        return {"columns": [value["column"]], **{k: v for k, v in value.items() if k != "column"}}
    return value


class ColumnMapping(Section):
    """Where a field comes from: columns joined, the first one with a value, a constant; then a value map or date formats."""

    columns: list[str] = Field(default_factory=list, description="Source columns, joined without a separator.")
    first_of: list[str] = Field(
        default_factory=list, description="Source columns by preference: the first that has a value gives it."
    )
    constant: str | None = Field(
        None, description="The same value for every row; `?` while it is not known: nothing is declared."
    )
    year: Literal["start", "end"] | None = Field(None, description="A date only: the first or the last day of `year`.")
    map: dict[str, str] = Field(
        default_factory=dict, description="Source value to canonical value; values not listed stay as found."
    )
    dates: list[str] = Field(
        default_factory=list, description="Accepted date formats: JJ/MM/AAAA, AAAA-MM-JJ, JJMMAAAA, or ISO."
    )

    @model_validator(mode="after")
    def _columns_or_constant(self) -> "ColumnMapping":
        origins = [bool(self.columns), bool(self.first_of), self.constant is not None, self.year is not None]
        if origins.count(True) != 1:
            raise ValueError("give either columns, `first_of`, `constant` or `year`")
        return self

    def source_columns(self) -> list[str]:
        """Return the source columns that the field needs."""
        return self.columns or self.first_of


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
        return tuple(dict.fromkeys(column for mapping in self.mapped().values() for column in mapping.source_columns()))

    def alternatives(self) -> frozenset[str]:
        """Return the source columns of which one is enough, so that a source need not have them all."""
        return frozenset(column for mapping in self.mapped().values() for column in mapping.first_of)
