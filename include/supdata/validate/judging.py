"""One verdict per enrolment, with all its reasons."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from supdata.config.models import Institution
from supdata.config.weighing import Weighed, weigh
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, Reason
from supdata.records.lines import Lines
from supdata.records.ruling import Ruling
from supdata.records.states import Severity, Verdict
from supdata.validate.additions import Additions, read_additions
from supdata.validate.refusing import refuse_wrong_settings
from supdata.validate.rule import Rule
from supdata.validate.suite_file import read_suite

if TYPE_CHECKING:
    from supdata.validate.coded import Numbers

log = logging.getLogger(__name__)

Enrolments = Lines | Iterable[Enrolment]


@dataclass(frozen=True)
class Judged:
    """What validation says of one lot: a judgement per enrolment, and what became of each setting of the institution's."""

    judgements: list[Judgement]
    rulings: tuple[Ruling, ...]


def judge(enrolments: Enrolments, institution: Institution, suite_file: Path, on: date) -> Judged:
    """Judge `enrolments` by the suite in `suite_file` and the institution's own beside it, as of the day `on`.

    They are records, or a stream of the lines that hold them, which is much faster for many. There is one judgement per
    enrolment, sorted by source and row. A row keeps all its reasons, in the catalogue's order. Of identical rows the first one
    is judged, the others are duplicates; a rule that speaks outweighs that: rejected > provisional > duplicate > valid. The
    clock is not read: whether a setting still holds depends on `on`.

    Raises FixConfig when the institution's `rules` or a suite file must be mended, RuleBroken when a rule was not evaluated.
    """
    added = read_additions(suite_file.parent, institution.uai)
    rules = added.with_catalogue()
    refuse_wrong_settings(institution.rules, rules)
    where, broken, repeated = _evaluated(enrolments, institution, suite_file, added)
    weighed = {
        name: weigh(rule, institution.rules.get(name), rows=len(broken.get(name, ())), of=len(where), on=on)
        for name, rule in rules.items()
        if not rule.against_ledger  # the plan weighs these
    }
    judgements = _judgements(where, repeated, *_patterns(broken, rules, weighed, len(where))) if where else []
    rulings = tuple(one.ruling for one in weighed.values() if one.ruling is not None)
    log.info("validate.judged rows=%d with_reasons=%d", len(judgements), sum(1 for one in judgements if one.reasons))
    return Judged(judgements, rulings)


def parameters(institution: Institution) -> dict[str, object]:
    """Return what the suite leaves open, from the institution's facts; days carry a time, as Great Expectations wants them."""
    return {
        "year_start": f"{institution.year.start.isoformat()}T00:00:00",
        "year_end": f"{institution.year.end.isoformat()}T00:00:00",
        "uais": [institution.uai, *institution.also],
    }


def _evaluated(
    enrolments: Enrolments, institution: Institution, suite_file: Path, added: Additions
) -> tuple[list[tuple[str, int]], "dict[str, Numbers]", list[int]]:
    """Return where each row comes from, the positions of the rows that break each rule, and which rows repeat a content.

    The last is 1 for a row when the same content came before, else 0.
    """
    # numpy, pandas and the commune table are wanted here only: this module is imported where nothing is validated.
    from supdata.validate.coded import first_of_each
    from supdata.validate.frame import content_numbers, make_frame
    from supdata.validate.reading import read_table
    from supdata.validate.suite import broken_rows, named_columns

    suite = read_suite(suite_file).joined_by(added.entries)
    table = read_table(enrolments)
    where = list(table.provenance())
    if not where:
        return [], {}, []
    repeated: list[int] = (~first_of_each(content_numbers(table.columns))).astype(int).tolist()
    frame = make_frame(table.columns, institution, named_columns(suite))
    return where, broken_rows(frame, suite, parameters(institution)), repeated


def _patterns(
    broken: "Mapping[str, Numbers]", rules: Mapping[str, Rule], weighed: Mapping[str, Weighed], rows: int
) -> tuple[list[int], list[tuple[Reason, ...]]]:
    """Return which set of reasons each row has, and the sets (a school has some dozens); a mute rule gives no reason."""
    from supdata.validate.coded import marked, sets_of

    heard = [
        (name, Reason(rule=name, field=rules[name].field, severity=severity))
        for name in weighed
        if (severity := weighed[name].severity) is not None and len(broken.get(name, ()))
    ]
    which, members = sets_of([marked(broken[name], rows) for name, _ in heard], rows)
    return which, [tuple(heard[place][1] for place in places) for places in members]


def _judgements(
    where: Sequence[tuple[str, int]], repeated: Sequence[int], which: Sequence[int], patterns: Sequence[tuple[Reason, ...]]
) -> list[Judgement]:
    verdicts = [(_verdict(why, again=False), _verdict(why, again=True)) for why in patterns]
    return [
        Judgement(source=source, row=row, verdict=verdicts[pattern][again], reasons=patterns[pattern])
        for (source, row), pattern, again in zip(where, which, repeated, strict=True)
    ]


def _verdict(why: tuple[Reason, ...], *, again: bool) -> Verdict:
    weights = {reason.severity for reason in why}
    if Severity.REJECT in weights:
        return Verdict.REJECTED
    if Severity.HOLD in weights:
        return Verdict.PROVISIONAL
    return Verdict.DUPLICATE if again else Verdict.VALID
