"""What a school's system says of a row before it is an enrolment at all: declared, not declared, or not yet."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

State: TypeAlias = Literal["send", "skip", "hold"]

States = Annotated[
    dict[str, dict[str, State]],
    Field(
        description=(
            "By source column, what each of its values means. send: an enrolment. skip: none, such as one that was cancelled. "
            "hold: not yet. `311*` is any value that begins so, `*` any other. A value that is not listed is held, since a "
            "declaration cannot be taken back. Rows left out are counted; an enrolment that was declared before is then "
            "reported as gone."
        )
    ),
]
