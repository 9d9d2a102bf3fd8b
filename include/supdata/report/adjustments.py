"""What is said of a rule that the institution has set otherwise: in force, expired, or found wanting."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from supdata.records.ruling import Ruling, Standing
from supdata.report.content import Adjustment
from supdata.report.rule_texts import RuleText, text_of
from supdata.report.tongue import FRENCH, Tongue

EFFECTS = {
    "mute": "contrôle suspendu à votre demande",
    "warn": "simple avertissement, par exception",
    "reject": "contrôle plus strict qu’ailleurs, à votre demande",
    "": "tolérance accordée",
}


def adjustments(rulings: Iterable[Ruling], rules: Mapping[str, RuleText], tongue: Tongue = FRENCH) -> Iterator[Adjustment]:
    """Yield what is to be said of each setting: of one in force that concerned no row, nothing."""
    for ruling in rulings:
        if ruling.reopened or ruling.rows:
            title = text_of(ruling.rule, rules, tongue).title
            yield Adjustment(ruling.rule, title, _told(ruling, tongue), _why(ruling), reopened=ruling.reopened)


def _told(ruling: Ruling, tongue: Tongue) -> str:
    rows = tongue.counted(ruling.rows, "ligne concernée")
    if ruling.standing is Standing.EXPIRED:
        ended = "l’exception a pris fin le {day} ; le contrôle s’applique de nouveau ({rows})."
        return tongue.say(ended, day=_day(ruling.expires, tongue), rows=rows)
    if ruling.standing is Standing.EXCEEDED:
        exceeded = "l’exception valait pour {ceiling} au plus ; le contrôle s’applique de nouveau ({rows})."
        return tongue.say(exceeded, ceiling=_ceiling(ruling, tongue), rows=rows)
    share = tongue.percent(ruling.tolerance)
    tolerated = tongue.say(" jusqu’à {share} des lignes", share=share) if ruling.tolerance else ""
    until = tongue.say(", jusqu’au {day}", day=_day(ruling.expires, tongue)) if ruling.expires else ""
    return f"{tongue.say(EFFECTS[ruling.severity])}{tolerated}{until} ({rows})."


def _why(ruling: Ruling) -> str:
    return " — ".join(filter(None, (ruling.reason, ruling.author)))


def _ceiling(ruling: Ruling, tongue: Tongue) -> str:
    if ruling.ceiling < 1:
        return tongue.say("{share} des lignes", share=tongue.percent(ruling.ceiling))
    return tongue.counted(int(ruling.ceiling), "ligne")


def _day(written: str, tongue: Tongue) -> str:
    return tongue.long_date(date.fromisoformat(written))
