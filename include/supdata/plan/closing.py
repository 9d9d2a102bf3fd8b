"""What to send of enrolments that have left the source: what was declared of each, once more, with an earlier end.

The ledger knows no student, so what was declared has to be found where it still stands: `Recall`. What cannot be found is left
as it is, departed and reported.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from supdata.config.models import Institution
from supdata.ledger.entries import Entry, Standing
from supdata.ledger.fingerprint import Fingerprint
from supdata.plan.deciding import Circumstances, Decision, decide
from supdata.records.shipment import Planned
from supdata.records.states import Action

END = "dateFinInscription"

#: From enrolments and their accepted contents by key, to the records by which these were declared, for those that are found.
Recall = Callable[[Sequence[Standing], Mapping[str, str]], Mapping[str, Planned]]


@dataclass
class Closing:
    """`leaving` is sent; `waiting` was answered before, and the answer stands; `lost` counts those that were not found.

    `doubtful` counts those whose student stands in the source all the same, in a row with a fault: a mistyped INE makes the
    enrolment that was declared look gone. Or may stand there, in a row that could not be read.
    """

    leaving: list[Planned] = field(default_factory=list)
    waiting: list[tuple[Planned, Entry]] = field(default_factory=list)
    lost: int = 0
    doubtful: int = 0


def close(
    departed: Sequence[Standing],
    institution: Institution,
    *,
    fingerprint: Fingerprint,
    entries: Mapping[str, Entry],
    recall: Recall,
    circumstances: Circumstances,
    faulty: Collection[str] = (),
) -> Closing:
    """Decide on each departed enrolment as on any other record; nothing is closed that ends early enough as it was declared.

    Nor is one whose student is among `faulty`: the school's own numbers of students of whom only rows with a fault were read.
    """
    closing = Closing()
    found = recall(departed, {one.key: entries[one.key].accepted_content for one in departed if one.key in entries})
    for one in departed:
        entry, declared = entries.get(one.key), found.get(one.key)
        day = _last_day(one, institution, circumstances.now)
        if entry is None or declared is None or day is None:
            closing.lost += 1
            continue
        if declared.sisId and declared.sisId in faulty:
            closing.doubtful += 1
            continue
        planned = _closed(one, declared, day, fingerprint)
        if planned.body[END] != declared.body[END]:
            _place(closing, planned, entry, circumstances)
    return closing


def _place(closing: Closing, planned: Planned, entry: Entry, circumstances: Circumstances) -> None:
    if decide(entry, planned.content, circumstances) is Decision.WAIT:
        closing.waiting.append((planned, entry))
    else:
        closing.leaving.append(planned)


def _closed(standing: Standing, declared: Planned, day: date, fingerprint: Fingerprint) -> Planned:
    """Return what was declared, ended on `day`; its place is that of the run that saw it last, which is not this one's."""
    end = min(max(day.isoformat(), declared.body["dateDebutInscription"]), declared.body[END])
    body = declared.body | {END: end}
    return msgspec.structs.replace(
        declared,
        source=f"{standing.seen_run}: {standing.seen_source}",
        row=standing.seen_row,
        action=Action.CLOSE,
        body=body,
        content=fingerprint.content(body),
    )


def _last_day(standing: Standing, institution: Institution, now: datetime) -> date | None:
    """Return the day the institution wants as the end, where it is; None when it is not known."""
    zone, wanted = ZoneInfo(institution.timezone), institution.departed_close
    match wanted.end:
        case "fixed":
            return wanted.date
        case "run-date":
            return (standing.absent_since or now).astimezone(zone).date()
        case "last-seen":
            return standing.seen_at.astimezone(zone).date() if standing.seen_at else None
