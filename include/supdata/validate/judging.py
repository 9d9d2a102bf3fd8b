"""One verdict per enrolment, with all its reasons."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from supdata.config.models import Institution
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, Reason
from supdata.records.states import Severity, Verdict
from supdata.validate.catalogue import RULES, severities

log = logging.getLogger(__name__)


def judge(enrolments: Sequence[Enrolment], institution: Institution, suite_file: Path) -> list[Judgement]:
    """Judge `enrolments` by the suite in `suite_file`, and return one judgement each, sorted by source and row.

    A row keeps all its reasons, in the catalogue's order. Of identical rows the first one is judged, the others are
    duplicates; a rule that speaks outweighs that: rejected > provisional > duplicate > valid.

    Raises FixConfig when the institution's `rules` or the suite file must be mended, RuleBroken when a rule was not evaluated.
    """
    weights = severities(institution.rules)
    in_order = sorted(enrolments, key=lambda one: (one.source, one.row))
    if not in_order:
        return []
    reasons = _reasons(_broken(in_order, institution, suite_file), weights)
    repeated = _repeated(one.content for one in in_order)
    judgements = [
        Judgement(source=one.source, row=one.row, verdict=_verdict(why, again=again), reasons=why)
        for position, (one, again) in enumerate(zip(in_order, repeated, strict=True))
        for why in (reasons.get(position, ()),)
    ]
    log.info("validate.judged rows=%d with_reasons=%d", len(judgements), len(reasons))
    return judgements


def parameters(institution: Institution) -> dict[str, object]:
    """Return what the suite leaves open, from the institution's facts; days carry a time, as Great Expectations wants them."""
    return {
        "year_start": f"{institution.year.start.isoformat()}T00:00:00",
        "year_end": f"{institution.year.end.isoformat()}T00:00:00",
        "uais": [institution.uai, *institution.also],
        "commune_holds": institution.commune.column_holds,
    }


def _broken(in_order: Sequence[Enrolment], institution: Institution, suite_file: Path) -> dict[str, set[int]]:
    # pandas and the commune table are wanted here only: this module is imported where nothing is validated.
    from supdata.validate.frame import make_frame
    from supdata.validate.suite import broken_rows, read_suite

    suite = read_suite(suite_file)
    return broken_rows(make_frame(in_order, institution), suite, parameters(institution))


def _reasons(broken: Mapping[str, set[int]], weights: Mapping[str, Severity]) -> dict[int, tuple[Reason, ...]]:
    """Turn positions by rule into reasons by position."""
    found: dict[int, list[Reason]] = defaultdict(list)
    for name, rule in RULES.items():
        reason = Reason(rule=name, field=rule.field, severity=weights[name])
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
