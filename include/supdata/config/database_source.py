"""A source that is a database: one query, one row per enrolment."""

from typing import Literal

from pydantic import Field, model_validator

from supdata.config.section import Section


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
