"""The last runs as two rows of bars: what stands in the registry, and what is left to correct; drawn without any script."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from supdata.records.summary import RunSummary
from supdata.report.content import RunFacts
from supdata.report.tongue import FRENCH, Tongue

#: How many runs are drawn, and how many of them stand in the table beside the drawing.
DRAWN = 30
LISTED = 7
#: The drawing in its own units: each run has a slot, each row of bars a height.
SLOT, GAP, HEIGHT = 20, 4, 60
STATES = {"success": "terminé", "failed": "interrompu"}
UNKNOWN = "non connu"


@dataclass(frozen=True)
class Bar:
    """One run in one row of bars; without a height, a figure that is not known. Its place is in the drawing's units."""

    x: int
    y: int
    height: int
    known: bool
    told: str


@dataclass(frozen=True)
class Bars:
    """One row of bars: what it shows, its largest figure, and its kind for the style."""

    kind: str
    name: str
    largest: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Figure:
    """One figure of the table, or the words that it is not known."""

    told: str
    known: bool


@dataclass(frozen=True)
class Point:
    """One run in words: a line of the table, with what was received, what is declared and what is left to correct."""

    day: str
    state: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Trend:
    """All of it; `width` and `height` are those of each row of bars."""

    width: int
    height: int
    slot: int
    rows: tuple[Bars, ...]
    points: tuple[Point, ...]
    first: str
    last: str


def trend(facts: RunFacts, tongue: Tongue = FRENCH) -> Trend | None:
    """Return the last runs, this one at the end; None while there are fewer than two. Dry runs are left out."""
    this, past = facts.background.this, facts.background.past
    runs = [one for one in ([this] if this else []) + list(past) if not one.dry_run][:DRAWN][::-1]
    if len(runs) < 2:
        return None
    days = [_day(one, facts) for one in runs]
    figures = [(_declared(one), _to_correct(one)) for one in runs]
    names = (("declared", "Inscriptions à jour dans le registre"), ("fix", "Lignes à corriger"))
    rows = tuple(
        _row(kind, tongue.say(name), [both[at] for both in figures], days, tongue) for at, (kind, name) in enumerate(names)
    )
    points = [_point(one, day, tongue) for one, day in zip(runs, days, strict=True)]
    shown = tuple(points[-LISTED:][::-1])
    return Trend(
        width=SLOT * len(runs),
        height=HEIGHT,
        slot=SLOT - GAP,
        rows=rows,
        points=shown,
        first=tongue.short_date(days[0]),
        last=tongue.short_date(days[-1]),
    )


def _row(kind: str, name: str, figures: list[int | None], days: list[date], tongue: Tongue) -> Bars:
    largest = max((figure for figure in figures if figure is not None), default=0)
    bars = []
    for at, (figure, day) in enumerate(zip(figures, days, strict=True)):
        height = round(HEIGHT * figure / largest) if figure and largest else 0
        height = max(height, 2) if figure else height
        told = tongue.say(UNKNOWN) if figure is None else tongue.number(figure)
        bars.append(Bar(SLOT * at, HEIGHT - height, height, figure is not None, f"{tongue.short_date(day)} : {told}"))
    return Bars(kind, name, tongue.number(largest), tuple(bars))


def _point(run: RunSummary, day: date, tongue: Tongue) -> Point:
    figures = (run.counts.get("read") if "read" in run.known else None, _declared(run), _to_correct(run))
    told = tuple(Figure(tongue.say(UNKNOWN) if one is None else tongue.number(one), one is not None) for one in figures)
    state = tongue.say(STATES[run.state]) + (f", {tongue.say('lecture partielle')}" if run.partial else "")
    return Point(tongue.short_date(day), state, told)


def _declared(run: RunSummary) -> int | None:
    """What stands in the registry of what the run has read; a run that read changes only does not tell."""
    if run.partial or not {"accepted", "unchanged"} <= set(run.known):
        return None
    return run.counts["accepted"] - run.counts["closed"] + run.counts["unchanged"]


def _to_correct(run: RunSummary) -> int | None:
    return run.to_correct if "rejected" in run.known and not run.partial else None


def _day(run: RunSummary, facts: RunFacts) -> date:
    return run.due.astimezone(ZoneInfo(facts.institution.timezone)).date()
