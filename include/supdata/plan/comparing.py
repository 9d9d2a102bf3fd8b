"""What has changed since an enrolment was declared, where a change deserves a look or a person's consent.

The natural key leaves the birth date out, so that another birth date under the same INE is an update; the registry finds a
student by both. Whether such a change goes with a warning or waits is a matter of the rules in force; the ids are the
catalogue's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from supdata.ledger.entries import Entry, Facts
from supdata.records.judgement import Reason
from supdata.records.shipment import Planned
from supdata.records.states import Severity

BIRTH_CHANGED = "LEDGER-BIRTH-CHANGED"
REGIME_CHANGED = "LEDGER-REGIME-CHANGED"
STATUT_BACK = "LEDGER-STATUT-BACK"
#: The whole batch is out of the ordinary: every change of it waits.
MASS_CHANGE = "LEDGER-MASS-CHANGE"
#: Concerns no row of the run.
DEPARTED = "LEDGER-DEPARTED"

FIELDS = {BIRTH_CHANGED: "dateNaissance", REGIME_CHANGED: "regime", STATUT_BACK: "statut", MASS_CHANGE: ""}


def facts_of(planned: Planned) -> Facts:
    """Return what the ledger is to keep of a record once it is accepted."""
    return Facts(birth=planned.birth, statut=planned.statut, regime=planned.regime)


@dataclass(frozen=True)
class Finding:
    """A rule that a record to send breaks.

    `again`: exactly this was sent once before. It was released then, and its answer was lost or negative: it is not held again.
    """

    rule: str
    again: bool = False


def findings_for(entry: Entry | None, planned: Planned) -> tuple[Finding, ...]:
    """Return what is noteworthy in sending `planned` where the registry has accepted what `entry` tells."""
    if entry is None or not entry.accepted_content:
        return ()
    again = planned.content == entry.content
    return tuple(Finding(rule, again) for rule in _changes(entry.accepted, facts_of(planned)))


def reasons_of(findings: Iterable[Finding], severities: Mapping[str, Severity]) -> tuple[Reason, ...]:
    """Return the reasons of one record: none of a mute rule, which has no severity.

    A record here has passed every rule of its own: it is held or only told of, never rejected.
    """
    return tuple(_reason(one, severities[one.rule]) for one in findings if one.rule in severities)


def _reason(finding: Finding, severity: Severity) -> Reason:
    told = finding.again or severity is Severity.WARN
    return Reason(rule=finding.rule, field=FIELDS[finding.rule], severity=Severity.WARN if told else Severity.HOLD)


def _changes(before: Facts, now: Facts) -> list[str]:
    found = []
    if before.birth and now.birth != before.birth:
        found.append(BIRTH_CHANGED)
    if before.regime and now.regime != before.regime:
        found.append(REGIME_CHANGED)
    if before.statut == "inscrit" and now.statut == "admis":
        found.append(STATUT_BACK)
    return found
