"""How a REST API gives a long list in parts, and how its reader knows that it has all of them."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from supdata.config.section import Section

TOTAL = "Where the answer says how many rows there are: checked at the end. Empty (~) where it does not say."
MOST = "No list has more pages than this: a reader that is led in circles must end."
SIZE_PARAMETER = "The parameter that asks for `size` rows; empty (~) where the API does not let itself be asked."
MORE = "Where the answer says true or false: whether more is to come."
SIZE = "Rows asked for at a time."
ENDS = (
    "What says that the list has ended. pages: `pages_field`; total: `total_field`; more: `more_field`; empty: a page without "
    "rows; short: a page with fewer rows than asked for, which takes an API that keeps to the size it is asked for."
)


class PagePaging(Section):
    """Pages numbered by a parameter."""

    by: Literal["page"] = "page"
    page_parameter: str = "page"
    size_parameter: str | None = Field("taille", description=SIZE_PARAMETER)
    size: int = Field(500, ge=1, le=10_000, description=SIZE)
    first: int = Field(0, ge=0, le=1, description="The number of the first page.")
    end: Literal["pages", "total", "more", "empty", "short"] = Field("pages", description=ENDS)
    pages_field: str = Field("totalPages", description="Where the answer says how many pages there are.")
    total_field: str | None = Field("totalElements", description=TOTAL)
    more_field: str | None = Field(None, description=MORE)
    most_pages: int = Field(10_000, ge=1, description=MOST)

    @model_validator(mode="after")
    def _with_its_field(self) -> "PagePaging":
        _require_field_of(self.end, {"total": self.total_field, "more": self.more_field})
        return self


class OffsetPaging(Section):
    """A parameter says how many rows to pass over."""

    by: Literal["offset"]
    offset_parameter: str = "offset"
    size_parameter: str | None = Field("limit", description=SIZE_PARAMETER)
    size: int = Field(500, ge=1, le=10_000, description=SIZE)
    end: Literal["total", "more", "empty", "short"] = Field("empty", description=ENDS)
    total_field: str | None = Field(None, description=TOTAL)
    more_field: str | None = Field(None, description=MORE)
    most_pages: int = Field(10_000, ge=1, description=MOST)

    @model_validator(mode="after")
    def _with_its_field(self) -> "OffsetPaging":
        _require_field_of(self.end, {"total": self.total_field, "more": self.more_field})
        return self


class CursorPaging(Section):
    """Each answer holds a mark, with which the next page is asked for; the last answer holds none."""

    by: Literal["cursor"]
    cursor_parameter: str = "cursor"
    cursor_field: str = Field("next_cursor", description="Where the answer holds the mark; absent, null or empty at the end.")
    size_parameter: str | None = Field(None, description=SIZE_PARAMETER)
    size: int = Field(500, ge=1, le=10_000, description=SIZE)
    total_field: str | None = Field(None, description=TOTAL)
    more_field: str | None = Field(None, description=f"{MORE} Needed only where the mark stays to the end.")
    most_pages: int = Field(10_000, ge=1, description=MOST)


class LinkPaging(Section):
    """Each answer's `Link` header names the next page, `rel=next` (RFC 8288)."""

    by: Literal["link"]
    size_parameter: str | None = Field(None, description=SIZE_PARAMETER)
    size: int = Field(500, ge=1, le=10_000, description=SIZE)
    total_field: str | None = Field(None, description=TOTAL)
    total_header: str | None = Field(None, description="The header that says how many rows there are, such as X-Total-Count.")
    most_pages: int = Field(10_000, ge=1, description=MOST)


class NextPaging(Section):
    """Each answer holds the address of the next page (OData)."""

    by: Literal["next"]
    next_field: str = Field("@odata.nextLink", description="Where the answer holds it; absent, null or empty at the end.")
    size_parameter: str | None = Field(None, description=SIZE_PARAMETER)
    size: int = Field(500, ge=1, le=10_000, description=SIZE)
    total_field: str | None = Field(None, description=TOTAL)
    most_pages: int = Field(10_000, ge=1, description=MOST)


class NoPaging(Section):
    """The whole list is one answer."""

    by: Literal["none"]


def _require_field_of(end: str, fields: dict[str, str | None]) -> None:
    if end in fields and not fields[end]:
        raise ValueError(f"`end: {end}` needs `{end}_field`")


def _page_by_default(value: object) -> object:
    return {"by": "page", **value} if isinstance(value, dict) and "by" not in value else value


Paging = Annotated[
    PagePaging | OffsetPaging | CursorPaging | LinkPaging | NextPaging | NoPaging,
    Field(discriminator="by"),
    BeforeValidator(_page_by_default),
]
