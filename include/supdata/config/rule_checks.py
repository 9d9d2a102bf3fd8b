"""What the types cannot say of the `rules` section: which rules there are, and which settings have ended."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Protocol

from supdata.config.document import Data, Document
from supdata.config.faults import Fault, nearest_to
from supdata.config.iso_date import is_iso_date
from supdata.records.states import Severity

#: Why no comparison with what was declared can be set to `reject`.
NEVER_REJECTS = "compares a right row with what was declared: it holds the change or warns of it, and cannot reject the row"


class KnownRule(Protocol):
    """What must be known of a quality rule to check a setting of it; the catalogue belongs to validation."""

    @property
    def essential(self) -> bool:
        """Whether no institution can make the rule weaker."""

    @property
    def severity(self) -> Severity:
        """What the rule does to a row unless an institution says otherwise."""

    @property
    def against_ledger(self) -> bool:
        """Whether the rule compares a valid row with what was declared."""


def check_rules(document: Document) -> Iterator[Fault]:
    """Yield the faults of the settings themselves, whatever the rules they are of."""
    for rule, setting in _settings(document):
        if _severity(setting) == Severity.HOLD:
            message = "must be one of reject, warn, mute: which rows are held is not for a file to say"
            yield document.fault(("rules", rule, "severity"), message)
        expires = setting.get("expires") if isinstance(setting, dict) else None
        if isinstance(expires, str) and not is_iso_date(expires):  # pydantic would read `20270131` as seconds since 1970
            message = f"must be a real date, written 2027-01-31; found `{expires[:20]}`"
            yield document.fault(("rules", rule, "expires"), message)


def check_known_rules(document: Document, known: Mapping[str, KnownRule]) -> Iterator[Fault]:
    """Yield a fault for each setting of a rule that does not exist, that may not be made weaker, or that cannot reject."""
    for name, setting in _settings(document):
        if name not in known:
            yield document.fault(("rules", name), "is no rule", nearest=nearest_to(name, known), key=True)
        elif known[name].essential and not _as_in_catalogue(setting, known[name]):
            message = "is essential and cannot be made weaker: without it there is nothing right to send"
            yield document.fault(("rules", name), message, key=True)
        elif known[name].against_ledger and _severity(setting) == Severity.REJECT:
            path = ("rules", name, "severity") if isinstance(setting, dict) else ("rules", name)
            yield document.fault(path, NEVER_REJECTS)


def check_expiry(document: Document, on: date) -> Iterator[Fault]:
    """Yield a notice for each setting that no longer holds on the day `on`."""
    for name, setting in _settings(document):
        expires = setting.get("expires") if isinstance(setting, dict) else None
        if isinstance(expires, str) and is_iso_date(expires) and expires < on.isoformat():
            message = f"expired on {expires}: the rule is as in the catalogue again; renew the setting or remove it"
            yield document.fault(("rules", name), message, key=True)


def _settings(document: Document) -> Iterator[tuple[str, Data]]:
    given = document.at("rules")
    yield from given.items() if isinstance(given, dict) else ()


def _severity(setting: Data) -> Data:
    return setting.get("severity") if isinstance(setting, dict) else setting


def _as_in_catalogue(setting: Data, rule: KnownRule) -> bool:
    tolerant = isinstance(setting, dict) and setting.get("tolerance") is not None
    return not tolerant and _severity(setting) == rule.severity
