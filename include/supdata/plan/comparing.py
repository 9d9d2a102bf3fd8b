"""What has changed since an enrolment was declared, where a change deserves a look or a person's consent.

The natural key leaves the birth date out, so that another birth date under the same INE is an update; the registry finds a
student by both. Whether such a change goes with a warning or waits is a matter of the rules in force; the ids are the
catalogue's.
"""

from collections.abc import Mapping

from supdata.ledger.entries import Entry, Facts
from supdata.records.judgement import Reason
from supdata.records.shipment import Planned
from supdata.records.states import Severity

BIRTH_CHANGED = "LEDGER-BIRTH-CHANGED"
REGIME_CHANGED = "LEDGER-REGIME-CHANGED"
STATUT_BACK = "LEDGER-STATUT-BACK"
#: The whole batch is out of the ordinary: every change of it waits.
MASS_CHANGE = "LEDGER-MASS-CHANGE"

FIELDS = {BIRTH_CHANGED: "dateNaissance", REGIME_CHANGED: "regime", STATUT_BACK: "statut", MASS_CHANGE: ""}


def facts_of(planned: Planned) -> Facts:
    """Return what the ledger is to keep of a record once it is accepted."""
    return Facts(birth=planned.birth, statut=planned.statut, regime=planned.regime)


def reasons_for(entry: Entry | None, planned: Planned, severities: Mapping[str, Severity]) -> tuple[Reason, ...]:
    """Return what is noteworthy in sending `planned` where the registry has accepted what `entry` tells.

    What was already sent once as it is now, is never held again: it was released then, and its answer was lost or negative.
    """
    if entry is None or not entry.accepted_content:
        return ()
    again = planned.content == entry.content
    found = [rule for rule in _changes(entry.accepted, facts_of(planned)) if rule in severities]
    return tuple(reason(rule, Severity.WARN if again else severities[rule]) for rule in found)


def reason(rule: str, severity: Severity) -> Reason:
    """Return the reason for a finding of this room.

    A record here has passed every rule of its own, so it cannot be rejected: who makes one of these rules `reject` wants it not
    to be sent, and it is held.
    """
    return Reason(rule=rule, field=FIELDS[rule], severity=Severity.WARN if severity is Severity.WARN else Severity.HOLD)


def _changes(before: Facts, now: Facts) -> list[str]:
    found = []
    if before.birth and now.birth != before.birth:
        found.append(BIRTH_CHANGED)
    if before.regime and now.regime != before.regime:
        found.append(REGIME_CHANGED)
    if before.statut == "inscrit" and now.statut == "admis":
        found.append(STATUT_BACK)
    return found
