"""What all parts of an institution file have in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of an institution file: frozen, and deaf to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
