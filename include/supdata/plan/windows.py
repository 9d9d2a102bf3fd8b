"""Which window of a school a moment falls into, and what of a plan waits for its end."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from supdata.config.models import Institution
from supdata.config.windows import Window
from supdata.records.shipment import Planned
from supdata.records.states import Action


def window_at(institution: Institution, moment: datetime) -> Window | None:
    """Return the window that `moment` falls into where the institution is; of several the one that lets least through."""
    local = moment.astimezone(ZoneInfo(institution.timezone))
    open_ones = [one for one in institution.registry.windows if _holds(one, local)]
    return min(open_ones, key=lambda one: one.send != "nothing", default=None)


def passes(planned: Planned, window: Window | None) -> bool:
    """Whether a record may leave; otherwise it waits for the end of `window`."""
    return window is None or (window.send == "additions" and planned.action is Action.CREATE)


def told(window: Window) -> str:
    """Return what a person is told of a window: what it lets through, until when, why and on whose word."""
    what = "nothing is sent" if window.send == "nothing" else "only new enrolments are sent"
    hours = f"between {window.hours.replace('-', ' and ')}" if window.hours else ""
    when = [f"until {window.last}" if window.last else "", hours]
    why = [window.reason, f"asked for by {window.author}" if window.author else ""]
    return f"{what} {' '.join(filter(None, when))}" + (f" ({', '.join(filter(None, why))})" if any(why) else "")


def _holds(window: Window, local: datetime) -> bool:
    """Whether a window holds at a local moment; hours that pass midnight belong to the day on which they began."""
    day = local.date()
    if window.hours is not None:
        begin, end = (time.fromisoformat(text.strip()) for text in window.hours.split("-"))
        now = local.time()
        if begin <= end and not begin <= now < end:
            return False
        if end < begin:
            if end <= now < begin:
                return False
            if now < end:
                day -= timedelta(days=1)
    return (window.first is None or window.first <= day) and (window.last is None or day <= window.last)
