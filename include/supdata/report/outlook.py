"""What a report says beyond its own run: what has been settled since the last one, and what comes next."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from supdata.report.content import RunFacts
from supdata.report.rule_texts import RuleText, text_of
from supdata.report.tongue import FRENCH, Tongue

#: How many reasons are named of what is no longer reported.
NAMED = 8


def since_last_time(facts: RunFacts, rules: Mapping[str, RuleText], tongue: Tongue = FRENCH) -> tuple[str, ...]:
    """Return what was reported the last time and is not any more: the sum, then by reason; nothing if it is not known."""
    settled = facts.background.no_longer
    if settled is None:
        return ()
    if not settled:
        return (tongue.say("Rien de ce qui était signalé la dernière fois n’a disparu."),) if facts.background.past else ()
    total = tongue.counted(
        sum(settled.values()),
        "point signalé la dernière fois ne l’est plus : corrigé, ou sorti de vos données.",
        "points signalés la dernière fois ne le sont plus : corrigés, ou sortis de vos données.",
    )
    ranked = sorted(settled.items(), key=lambda one: (-one[1], one[0]))
    named = [f"{_title(rule, facts, rules, tongue)} : {tongue.number(count)}" for rule, count in ranked[:NAMED]]
    others = sum(count for _, count in ranked[NAMED:])
    rest = [tongue.say("autres motifs : {count}", count=tongue.number(others))] if others else []
    return (total, *named, *rest)


#: What is said of corrections by their fate, the ones that ask something of the registrar first.
FATES = {
    "applied": (
        "correction appliquée : elle reste à reporter dans votre logiciel.",
        "corrections appliquées : elles restent à reporter dans votre logiciel.",
    ),
    "stale": (
        "correction abandonnée : la valeur a changé entre-temps dans votre logiciel. Vérifiez-la.",
        "corrections abandonnées : les valeurs ont changé entre-temps dans votre logiciel. Vérifiez-les.",
    ),
    "shared": (
        "correction en attente : plusieurs lignes sans numéro d’étudiant se ressemblent. Corrigez-la dans votre logiciel.",
        "corrections en attente : plusieurs lignes sans numéro d’étudiant se ressemblent. Corrigez-les dans votre logiciel.",
    ),
    "unseen": (
        "correction sans objet : sa ligne n’est plus dans vos données.",
        "corrections sans objet : leurs lignes ne sont plus dans vos données.",
    ),
    "settled": (
        "correction se trouve maintenant dans votre logiciel : elle n’est plus nécessaire.",
        "corrections se trouvent maintenant dans votre logiciel : elles ne sont plus nécessaires.",
    ),
}


def given_back(facts: RunFacts, tongue: Tongue = FRENCH) -> tuple[str, ...]:
    """Say what became of the corrections that were given back, a sentence for each fate that any has met."""
    by_fate = facts.background.given_back.by_fate
    return tuple(tongue.counted(by_fate[fate], *nouns) for fate, nouns in FATES.items() if by_fate.get(fate))


def dates(facts: RunFacts, tongue: Tongue = FRENCH) -> tuple[str, ...]:
    """Return when the next run is, and when what the registry did not take is asked again."""
    known, counts = facts.background, facts.counts
    zone = ZoneInfo(facts.institution.timezone)
    said = [_next_run(known.next_run, zone, tongue)]
    if known.refused_again and counts.refused:
        nouns = ("inscription refusée sera représentée", "inscriptions refusées seront représentées")
        what, when = tongue.counted(counts.refused, *nouns), _between(known.refused_again, zone, tongue)
        said.append(tongue.say("{what} dès correction, et sinon {when}.", what=what, when=when))
    if known.unknown_again and counts.unknown_student:
        nouns = ("étudiant inconnu du registre sera redemandé", "étudiants inconnus du registre seront redemandés")
        what, when = tongue.counted(counts.unknown_student, *nouns), _between(known.unknown_again, zone, tongue)
        said.append(tongue.say("{what} {when}.", what=what, when=when))
    return tuple(said)


def _next_run(at: datetime | None, zone: ZoneInfo, tongue: Tongue) -> str:
    if at is None:
        return tongue.say("Prochain passage : sur demande, aucun n’est programmé.")
    return tongue.say("Prochain passage : le {moment}.", moment=tongue.moment(at.astimezone(zone)))


def _between(span: tuple[datetime, datetime], zone: ZoneInfo, tongue: Tongue) -> str:
    first, last = (at.astimezone(zone).date() for at in span)
    if first == last:
        return tongue.say("à partir du {day}", day=tongue.long_date(first))
    return tongue.say("entre le {first} et le {last}", first=tongue.long_date(first), last=tongue.long_date(last))


def _title(rule: str, facts: RunFacts, rules: Mapping[str, RuleText], tongue: Tongue) -> str:
    """Return a rule's title; where no texts were given, the one that stands on this page already."""
    shown = {group.finding.rule: group.finding.title for group in facts.groups}
    return text_of(rule, rules, tongue).title if rule in rules or rule not in shown else shown[rule]
