"""A source that is a database: one query, one row per enrolment."""

from typing import Literal

from pydantic import Field, model_validator

from supdata.config.section import Section


class DatabaseSource(Section):
    """A database the school lets us read: one query, one row per enrolment."""

    kind: Literal["database"]
    connection: str = Field(description="Airflow connection to the database, of any type that runs SQL.")
    query: str | None = Field(None, description="A SELECT; or name a file or a table instead.")
    query_file: str | None = Field(None, description="A file that holds the SELECT; its path starts at the institution file.")
    table: str | None = Field(None, description="A table or view, schema.name; or write a query instead.")
    order_by: list[str] = Field(default_factory=list, description="With `table`: columns that fix the order of rows.")
    batch_rows: int = Field(2_000, ge=1, le=100_000, description="Rows fetched at a time by the server-side cursor.")
    timeout_seconds: int = Field(300, ge=1, le=7_200, description="How long a statement may take, where the database knows.")

    @model_validator(mode="after")
    def _one_of_query_and_table(self) -> "DatabaseSource":
        if sum(given is not None for given in (self.query, self.query_file, self.table)) != 1:
            raise ValueError("give one of `query`, `query_file` and `table`")
        return self
