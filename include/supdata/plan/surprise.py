"""When a batch is surprising enough to wait for a person."""

from dataclasses import dataclass

from supdata.config.models import Limits


@dataclass(frozen=True)
class Share:
    """So many of so many; `what` completes "30 of 100 …"."""

    part: int
    whole: int
    limit: float
    what: str
    acted_upon: bool = False


def surprises(
    limits: Limits,
    *,
    rejected: int,
    read: int,
    changed: int,
    declared: int,
    departed: int,
    standing: int,
    closing: bool = False,
) -> tuple[str, ...]:
    """Return a sentence for each share that is over its limit; none means that nothing has to wait.

    Each share is measured against its own whole, and says nothing below `minimum_rows` of it. So a source cut down to a few
    rows is still a surprise: its departures are measured against what stands in the registry.

    Args:
        limits: The institution's.
        rejected: Rows that a rule rejected, of `read`.
        read: Rows of the source, unreadable ones included.
        changed: Declared enrolments whose content is another now, of `declared`.
        declared: Valid rows that the registry has accepted in some form.
        departed: Enrolments the source no longer holds, of `standing`.
        standing: Enrolments of this year that the registry has accepted.
        closing: Whether departures are acted upon: then their share counts however few they are, since half a small school's
            students ended by a file cut short is no smaller a mishap.
    """
    shares = (
        Share(rejected, read, limits.rejected, "rows read are rejected"),
        Share(changed, declared, limits.changed, "enrolments already declared would change"),
        Share(departed, standing, limits.departed, "declared enrolments are no longer in the source", acted_upon=closing),
    )
    return tuple(
        f"{share.part} of {share.whole} {share.what} ({share.part / share.whole:.0%}, the limit is {share.limit:.0%})"
        for share in shares
        if share.whole >= (1 if share.acted_upon else max(1, limits.minimum_rows)) and share.part > share.limit * share.whole
    )
