"""The values a report is made of: findings on rows, their groups, and the facts of one run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from supdata.config.models import Institution
from supdata.config.windows import Window
from supdata.records.counts import Counts
from supdata.records.enrolment import Enrolment
from supdata.records.reading import Reading
from supdata.records.ruling import Ruling
from supdata.records.summary import RunSummary


class Weight(StrEnum):
    """How much a finding weighs for the registrar; the value is the word printed for it."""

    BLOCKING = "bloquant"
    WAITING = "en attente"
    CHECK = "à vérifier"
    INFORMATION = "pour information"


class Light(StrEnum):
    """The state of the run at a glance; the value is the word printed beside the colour."""

    GREEN = "Tout est déclaré"
    ORANGE = "Déclaré en partie"
    RED = "À traiter d’urgence"
    GREY = "Essai à blanc"


@dataclass(frozen=True, order=True)
class RowRef:
    """Where a row stands: in which source, at which row, and the school's own student number ("" when not mapped)."""

    source: str
    row: int
    sis_id: str = ""


@dataclass(frozen=True)
class Finding:
    """Why a row is spoken of, in French: a rule's texts, or what the registry answered.

    `field` and `column` are for reading; `names` are the enrolment's fields in question by their own names.
    """

    rule: str
    field: str
    column: str
    weight: Weight
    title: str
    explanation: str
    fix: str
    words: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Correction:
    """One finding on one row, with the value found and the one proposed. Holds student data, as the whole row does."""

    where: RowRef
    finding: Finding
    value: str
    proposed: str = ""
    enrolment: Enrolment | None = None


@dataclass(frozen=True)
class Group:
    """One finding with all its rows, in the order of the source. Holds no student data but the school's own number."""

    finding: Finding
    rows: tuple[RowRef, ...]


@dataclass(frozen=True)
class Adjustment:
    """A rule that the institution has set otherwise than the catalogue: what it came to in this run, and why it was set so."""

    rule: str
    title: str
    told: str
    why: str
    reopened: bool


@dataclass(frozen=True)
class GivenBackFacts:
    """What became of corrections that were given back: how many by fate, the rows they were put into, and what was refused.

    `put_in` names the rows with the number of runs that have put the correction in, `refused` a file with the faults found in
    it. Fates are those of `supdata.corrections.applying.Fate`.
    """

    by_fate: Mapping[str, int] = field(default_factory=dict)
    put_in: tuple[tuple[RowRef, int], ...] = ()
    refused: tuple[tuple[str, tuple[str, ...]], ...] = ()


NOTHING_GIVEN_BACK = GivenBackFacts()


@dataclass(frozen=True)
class Background:
    """What a report tells besides the run's own rows.

    `this` and `past` are runs in figures, `past` the newest first. `no_longer` counts by rule what was reported the last time
    and is not any more, None when that cannot be told. `refused_again` and `unknown_again` are the first and the last moment
    at which what the registry refused, or did not know, is asked again by itself. `support` is whom to ask.
    """

    this: RunSummary | None = None
    past: tuple[RunSummary, ...] = ()
    no_longer: Mapping[str, int] | None = None
    next_run: datetime | None = None
    refused_again: tuple[datetime, datetime] | None = None
    unknown_again: tuple[datetime, datetime] | None = None
    support: str = ""
    given_back: GivenBackFacts = NOTHING_GIVEN_BACK


NO_BACKGROUND = Background()


@dataclass(frozen=True)
class RunFacts:
    """What is known of one run once it has ended, well or not.

    `known` names the states of `counts` that the run got far enough to establish; the others must not be read as zero.
    `to_correct` counts distinct rows that are not declared and that the school can put right. `answer` says what a person
    answered about a held batch: `approved`, `rejected`, `unanswered`, or "" while nobody was asked or has answered. `window` is
    the one that the run fell into, None when it fell into none. `left_out` says of some of those `departed` what the source
    still says of them (COLUMN=value). `readings` say how the school's files turned out to be written.
    `partial` says that only what has changed was read. `adjustments` tell the `rulings` in French.
    """

    institution: Institution
    run_id: str
    run_date: date
    dry_run: bool
    counts: Counts
    known: frozenset[str]
    failed_stage: str | None
    failure: str
    differences: tuple[str, ...]
    corrections: tuple[Correction, ...]
    groups: tuple[Group, ...]
    departed: tuple[RowRef, ...]
    to_correct: int
    adjustments: tuple[Adjustment, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    answer: str = ""
    window: Window | None = None
    left_out: Mapping[RowRef, str] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    partial: bool = False
    background: Background = NO_BACKGROUND

    def groups_of(self, weight: Weight) -> tuple[Group, ...]:
        """Return the groups of one weight, the largest first."""
        return tuple(group for group in self.groups if group.finding.weight is weight)
