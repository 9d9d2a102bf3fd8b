"""Plans a run against the ledger: the one place of this room that reads or writes it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from supdata.config.models import Institution
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.store import Ledger, Place
from supdata.plan.closing import Recall
from supdata.plan.planning import Plan, make_plan
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import RulesInForce
from supdata.records.rows import LeftOutRow


def plan_against_ledger(
    valid: Sequence[Enrolment],
    enrolments: Iterable[Enrolment],
    institution: Institution,
    *,
    ledger: Ledger,
    fingerprint: Fingerprint,
    rules: RulesInForce,
    run_id: str,
    mode: Literal["delta", "full"],
    now: datetime,
    read: int,
    rejected: int,
    limited: bool,
    recall: Recall | None = None,
    left_out: Iterable[tuple[Enrolment, LeftOutRow]] = (),
) -> Plan:
    """Plan the run `run_id`, and note in the ledger that it is planned and where the source holds each enrolment.

    `enrolments` are all that were read, rejected ones included: a row with a fault is not a student who left. `limited` says
    that not all rows were read: then nobody is counted as departed but those that the source itself leaves out. `left_out` are
    these, each beside the row it was. `recall` is used where the institution closes what has departed. Everything else is as in
    `make_plan`.

    The run is opened before anything is read: what another process sends in between then counts as sent after the plan.
    Raises TryLater while anybody sends for this school: a record in flight would be planned as one in doubt.
    """
    ledger.open_run(run_id, institution.uai, now, rules.version)
    ledger.require_silence(institution.uai)
    places, students = _places(enrolments, fingerprint)
    keyed = ((fingerprint.key(one.natural_key), row) for one, row in left_out)
    uais = [institution.uai, *institution.also]
    standing = ledger.declared(uais, ending_after=institution.year.start)
    closes = institution.departed == "close" and not limited
    leaving = [one.key for one in standing if one.key not in places] if closes else []
    plan = make_plan(
        valid,
        institution,
        fingerprint=fingerprint,
        rules=rules,
        entries=ledger.entries([*(fingerprint.key(one.natural_key) for one in valid), *leaving]),
        standing=standing,
        present=None if limited else places.keys(),
        left_out={key: row for key, row in keyed if key not in places},
        mode=mode,
        now=now,
        read=read,
        rejected=rejected,
        recall=recall if closes else None,
        faulty=students - {one.sisId for one in valid} if closes else (),
    )
    ledger.learn(plan.learned)
    ledger.mark_seen(run_id, uais, places, complete=not limited)
    return plan


def _places(enrolments: Iterable[Enrolment], fingerprint: Fingerprint) -> tuple[dict[str, Place], set[str]]:
    """Return where each enrolment stands, by key (the first row where several are the same), and the students' own numbers."""
    places, students = dict[str, Place](), set[str]()
    for one in enrolments:
        key, place = fingerprint.key(one.natural_key), (one.source, one.row)
        places[key] = min(place, places.get(key, place))
        students.add(one.sisId)
    return places, students
