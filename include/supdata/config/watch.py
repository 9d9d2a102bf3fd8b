"""When ops are told that a school's runs are not as usual, though none of them is red."""

from pydantic import Field

from supdata.config.section import Section


class Watch(Section):
    """What counts as unusual for this school; notices go to the installation's own channels."""

    deadline_minutes: int | None = Field(
        None,
        ge=1,
        le=10_080,
        description="A run that has not ended so long after it was queued is told as late; absent: none is.",
    )
    silent_days: int | None = Field(
        None, ge=1, le=366, description="So many days without a green run are told; absent: 3 with a schedule, else never."
    )
    rejected_more: float = Field(
        0.05, gt=0, le=1, description="How much the share of rejected rows may rise above what is usual: 0.05 is five points."
    )
    slower: float = Field(3.0, gt=1, le=100, description="How many times the usual duration a run may take.")
