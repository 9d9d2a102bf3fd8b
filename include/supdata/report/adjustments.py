"""What is said of a rule that the institution has set otherwise: in force, expired, or found wanting."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from supdata.records.ruling import Ruling, Standing
from supdata.report.content import Adjustment
from supdata.report.french import counted, long_date, percent
from supdata.report.rule_texts import RuleText, text_of

EFFECTS = {
    "mute": "contrôle suspendu à votre demande",
    "warn": "simple avertissement, par exception",
    "reject": "contrôle plus strict qu’ailleurs, à votre demande",
    "": "tolérance accordée",
}


def adjustments(rulings: Iterable[Ruling], rules: Mapping[str, RuleText]) -> Iterator[Adjustment]:
    """Yield what is to be said of each setting: of one in force that concerned no row, nothing."""
    for ruling in rulings:
        if ruling.reopened or ruling.rows:
            title = text_of(ruling.rule, rules).title
            yield Adjustment(ruling.rule, title, _told(ruling), _why(ruling), reopened=ruling.reopened)


def _told(ruling: Ruling) -> str:
    rows = counted(ruling.rows, "ligne concernée", "lignes concernées")
    if ruling.standing is Standing.EXPIRED:
        return f"l’exception a pris fin le {_day(ruling.expires)} ; le contrôle s’applique de nouveau ({rows})."
    if ruling.standing is Standing.EXCEEDED:
        return f"l’exception valait pour {_ceiling(ruling)} au plus ; le contrôle s’applique de nouveau ({rows})."
    tolerated = f" jusqu’à {percent(ruling.tolerance)} des lignes" if ruling.tolerance else ""
    until = f", jusqu’au {_day(ruling.expires)}" if ruling.expires else ""
    return f"{EFFECTS[ruling.severity]}{tolerated}{until} ({rows})."


def _why(ruling: Ruling) -> str:
    return " — ".join(filter(None, (ruling.reason, ruling.author)))


def _ceiling(ruling: Ruling) -> str:
    if ruling.ceiling < 1:
        return f"{percent(ruling.ceiling)} des lignes"
    return counted(int(ruling.ceiling), "ligne")


def _day(written: str) -> str:
    return long_date(date.fromisoformat(written))
