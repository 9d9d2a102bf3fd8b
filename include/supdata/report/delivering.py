"""Whether the registrar is written to after a run: when something has changed, or as a reminder while nothing does.

What counts as known to the registrar is what an e-mail has told, not what a run has found: when one could not be sent, the next
run tells it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from supdata.config.delivery import Delivery
from supdata.records.summary import RunSummary
from supdata.records.told import Told


class Letter(StrEnum):
    """What an e-mail is."""

    NEWS = "news"
    REMINDER = "reminder"


def state_of(run: RunSummary, items: str) -> str:
    """Return the hash of what an e-mail about `run` would tell; `items` is the keyed hash of what is to be corrected.

    How many rows were declared is no part of it: that changes every night, and asks nothing of anybody.
    """
    asked = [run.counts.get(name, 0) for name in ("unknown_student", "refused", "held", "departed")]
    return sha256(repr((run.state, run.failed_stage, items, run.to_correct, asked)).encode()).hexdigest()


def letter_due(delivery: Delivery, run: RunSummary, state: str, before: Told | None) -> Letter | None:
    """Return which e-mail is due after `run`, None for none."""
    if delivery.mail is None or run.dry_run or _tells_a_part(run):
        return None
    if before is None or before.state != state or not delivery.changed_only:
        return Letter.NEWS
    reminders = delivery.reminders
    if reminders is None or not run.to_correct or before.reminders >= reminders.at_most:
        return None
    waited = run.ended - before.at >= timedelta(days=reminders.every_days) - timedelta(hours=12)  # a run is never to the minute
    return Letter.REMINDER if waited else None


def told_by(letter: Letter, run: RunSummary, state: str, before: Told | None) -> Told:
    """Return what the registrar knows once `letter` has been sent."""
    return Told(
        state=state,
        at=run.ended,
        open_since=open_since(run, before),
        reminders=before.reminders + 1 if before is not None and letter is Letter.REMINDER else 0,
    )


def open_since(run: RunSummary, before: Told | None) -> datetime | None:
    """Return since when there has been something to correct without a break, None when there is nothing."""
    if run.state != "success" and before is not None:
        return before.open_since  # a red run does not tell what is left to correct
    if not run.to_correct:
        return None
    return before.open_since if before is not None and before.open_since is not None else run.ended


def files_due(run: RunSummary, names: Sequence[str], page: str) -> list[str]:
    """Return which of the report's files go into the school's return folder; none of a dry run.

    A list of a run that did not get as far as judging the rows, or that read a part of them only, would take the place of the
    one that is still to be worked off: then the page alone goes, or nothing.
    """
    if run.dry_run or _tells_a_part(run):
        return []
    return [name for name in names if name == page or "rejected" in run.known]


def _tells_a_part(run: RunSummary) -> bool:
    """Whether a good run has read only what has changed: what is left to correct is in the last full one."""
    return run.partial and run.state == "success"
