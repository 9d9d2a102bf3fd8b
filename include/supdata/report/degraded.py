"""A run that is green and yet not as usual: what ops should look at before a registrar asks.

Usual is what the median of the school's last good runs was: one bad night among them does not move it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median

from supdata.config.watch import Watch
from supdata.records.summary import RunSummary

#: Fewer runs than this say nothing of what is usual, and more than this are history.
FEWEST, MOST = 3, 7
#: So many days a school with a schedule may be without a good run: a weekend's trouble is seen on Monday anyway.
SILENT_DAYS = 3
#: A run that is over so soon is not slow, whatever others took.
SHORTEST_MINUTES = 5


def degradations(run: RunSummary, before: Sequence[RunSummary], watch: Watch) -> Iterator[str]:
    """Yield a sentence for each thing that is not as usual with a green `run`; `before` are the runs before it, newest first.

    Dry runs, and those that read a part only, are compared with nothing and stand for nothing.
    """
    usual = [one for one in before if one.state == "success" and not one.dry_run and not one.partial][:MOST]
    if run.state != "success" or run.dry_run or run.partial:
        return
    yield from _empty(run, usual)
    if len(usual) >= FEWEST:
        yield from _rejected(run, usual, watch)
        yield from _slow(run, usual, watch)


def _empty(run: RunSummary, usual: Sequence[RunSummary]) -> Iterator[str]:
    rows = [one.counts.get("read", 0) for one in usual]
    if run.counts.get("read", 0) == 0 and any(rows):
        yield f"The source is empty; it held {rows[0]} rows at the last good run."


def _rejected(run: RunSummary, usual: Sequence[RunSummary], watch: Watch) -> Iterator[str]:
    now, then = share_rejected(run), median(map(share_rejected, usual))
    if now > then + watch.rejected_more:
        yield f"{now:.1%} of the rows are rejected; usual is {then:.1%}."


def _slow(run: RunSummary, usual: Sequence[RunSummary], watch: Watch) -> Iterator[str]:
    now, then = minutes(run), median(map(minutes, usual))
    if now > max(then * watch.slower, SHORTEST_MINUTES):
        yield f"The run took {now:.0f} minutes; usual is {then:.0f}."


def days_silent(watch: Watch, runs: Sequence[RunSummary], now: datetime, *, scheduled: bool) -> int | None:
    """Return how many days ago the last good run ended, None where that is not long, or is nobody's matter.

    `runs` are the school's last ones. Of a school that never had a good one the first of them counts.
    """
    bound = watch.silent_days or (SILENT_DAYS if scheduled else None)
    real = [one for one in runs if not one.dry_run]
    if bound is None or not real:
        return None
    last = max((one.ended for one in real if one.state == "success"), default=min(one.due for one in real))
    days = (now - last).days
    return days if days >= bound else None


def share_rejected(run: RunSummary) -> float:
    """Return the share of the rows read that a rule has rejected, 0 of none."""
    read = run.counts.get("read", 0)
    return run.counts.get("rejected", 0) / read if read else 0.0


def minutes(run: RunSummary) -> float:
    """Return how long the last try of a run took, in minutes."""
    return (run.ended - run.started).total_seconds() / 60
