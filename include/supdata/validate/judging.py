"""One verdict per enrolment, with all its reasons."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, Reason
from supdata.records.ruling import Ruling
from supdata.records.states import Severity, Verdict
from supdata.validate.additions import Additions, read_additions
from supdata.validate.rule import Rule
from supdata.validate.suite_file import read_suite
from supdata.validate.weighing import Weighed, refuse_wrong_settings, weigh

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judged:
    """What validation says of one lot: a judgement per enrolment, and what became of each setting of the institution's."""

    judgements: list[Judgement]
    rulings: tuple[Ruling, ...]


def judge(enrolments: Sequence[Enrolment], institution: Institution, suite_file: Path, on: date) -> Judged:
    """Judge `enrolments` by the suite in `suite_file` and the institution's own beside it, as of the day `on`.

    There is one judgement per enrolment, sorted by source and row. A row keeps all its reasons, in the catalogue's order. Of
    identical rows the first one is judged, the others are duplicates; a rule that speaks outweighs that: rejected >
    provisional > duplicate > valid. The clock is not read: whether a setting still holds depends on `on`.

    Raises FixConfig when the institution's `rules` or a suite file must be mended, RuleBroken when a rule was not evaluated.
    """
    added = read_additions(suite_file.parent, institution.uai)
    rules = added.with_catalogue()
    refuse_wrong_settings(institution.rules, rules)
    in_order = sorted(enrolments, key=lambda one: (one.source, one.row))
    broken = _broken(in_order, institution, suite_file, added) if in_order else {}
    weighed = {
        name: weigh(rule, institution.rules.get(name), rows=len(broken.get(name, ())), of=len(in_order), on=on)
        for name, rule in rules.items()
    }
    reasons = _reasons(broken, rules, weighed)
    repeated = _repeated(one.content for one in in_order)
    judgements = [
        Judgement(source=one.source, row=one.row, verdict=_verdict(why, again=again), reasons=why)
        for position, (one, again) in enumerate(zip(in_order, repeated, strict=True))
        for why in (reasons.get(position, ()),)
    ]
    rulings = tuple(one.ruling for one in weighed.values() if one.ruling is not None)
    log.info("validate.judged rows=%d with_reasons=%d", len(judgements), len(reasons))
    return Judged(judgements, rulings)


def parameters(institution: Institution) -> dict[str, object]:
    """Return what the suite leaves open, from the institution's facts; days carry a time, as Great Expectations wants them."""
    return {
        "year_start": f"{institution.year.start.isoformat()}T00:00:00",
        "year_end": f"{institution.year.end.isoformat()}T00:00:00",
        "uais": [institution.uai, *institution.also],
        "commune_holds": institution.commune.column_holds,
    }


def _broken(in_order: Sequence[Enrolment], institution: Institution, suite_file: Path, added: Additions) -> dict[str, set[int]]:
    # pandas and the commune table are wanted here only: this module is imported where nothing is validated.
    from supdata.validate.frame import make_frame
    from supdata.validate.suite import broken_rows

    suite = read_suite(suite_file).joined_by(added.entries)
    return broken_rows(make_frame(in_order, institution), suite, parameters(institution))


def _reasons(
    broken: Mapping[str, set[int]], rules: Mapping[str, Rule], weighed: Mapping[str, Weighed]
) -> dict[int, tuple[Reason, ...]]:
    """Turn positions by rule into reasons by position; a mute rule gives none."""
    found: dict[int, list[Reason]] = defaultdict(list)
    for name, rule in rules.items():
        severity = weighed[name].severity
        if severity is None:
            continue
        reason = Reason(rule=name, field=rule.field, severity=severity)
        for position in broken.get(name, ()):
            found[position].append(reason)
    return {position: tuple(why) for position, why in found.items()}


def _repeated(contents: Iterable[tuple[str, ...]]) -> list[bool]:
    """Say of each content whether it was there before."""
    seen: set[tuple[str, ...]] = set()
    repeated = []
    for content in contents:
        repeated.append(content in seen)
        seen.add(content)
    return repeated


def _verdict(why: tuple[Reason, ...], *, again: bool) -> Verdict:
    weights = {reason.severity for reason in why}
    if Severity.REJECT in weights:
        return Verdict.REJECTED
    if Severity.HOLD in weights:
        return Verdict.PROVISIONAL
    return Verdict.DUPLICATE if again else Verdict.VALID
