"""What a run comes to: the light, one sentence, and what the registrar has to do."""

from dataclasses import dataclass

from supdata.report.content import Light, RunFacts, Weight
from supdata.report.tongue import FRENCH, Tongue


@dataclass(frozen=True)
class Mishap:
    """What did not happen, and what to do about it, when a stage failed."""

    happened: str
    consequence: str
    remedy: str


NOTHING_DECLARED = "Aucune inscription n’a été déclarée lors de ce passage. Ce qui était déjà déclaré le reste."
FOR_THE_TEAM = "C’est à l’équipe technique d’intervenir ; vous n’avez rien à corriger pour cela."
ONLY_CHANGES = (
    "Ce passage n’a lu que ce qui a changé : ce qui restait à corriger le reste, et figure dans le rapport de la dernière "
    "lecture complète."
)
#: What became of the question about a held batch, by the answer.
CONSENT = {
    "rejected": "{what} : l’envoi a été refusé par la personne consultée. Rien n’en a été envoyé ; le prochain passage posera "
    "de nouveau la question.",
    "unanswered": "{what} : personne n’a répondu à temps à la demande d’accord. Rien n’en a été envoyé ; le prochain passage "
    "posera de nouveau la question.",
    "": "{what} : l’accord d’une personne est attendu avant l’envoi.",
}
MISSING_ONE = (
    "inscription acceptée par le registre n’y apparaît pas à la relecture : elle sera envoyée de nouveau au prochain passage, "
    "vous n’avez rien à faire."
)
MISSING_MANY = (
    "inscriptions acceptées par le registre n’y apparaissent pas à la relecture : elles seront envoyées de nouveau au prochain "
    "passage, vous n’avez rien à faire."
)
MISHAPS = {
    "extract": Mishap(
        "Vos données n’ont pas pu être lues.",
        NOTHING_DECLARED,
        "Vérifiez que votre export a bien été produit et déposé, qu’il n’est pas vide, et que votre serveur est en service ; "
        "puis prévenez l’équipe technique.",
    ),
    "normalise": Mishap(
        "Les colonnes de votre export ne sont pas celles qui ont été convenues.",
        NOTHING_DECLARED,
        "Si la forme de l’export a changé, donnez la nouvelle liste de colonnes à l’équipe technique.",
    ),
    "validate": Mishap("Les contrôles de qualité n’ont pas pu être menés à bien.", NOTHING_DECLARED, FOR_THE_TEAM),
    "plan": Mishap(
        "La comparaison avec ce qui est déjà déclaré n’a pas pu être faite.",
        NOTHING_DECLARED,
        FOR_THE_TEAM,
    ),
    "push": Mishap(
        "L’envoi au registre national s’est interrompu.",
        "Ce que le registre a accepté est acquis. Le reste n’est pas perdu : il sera envoyé à la reprise.",
        FOR_THE_TEAM,
    ),
    "push_held": Mishap(
        "L’envoi au registre national des modifications approuvées s’est interrompu.",
        "Ce que le registre a accepté est acquis. Le reste n’est pas perdu : il sera envoyé à la reprise.",
        FOR_THE_TEAM,
    ),
    "approve": Mishap(
        "La demande d’accord pour un lot inhabituel n’a pas pu être posée.",
        "Les nouvelles inscriptions ont été envoyées ; les modifications attendent.",
        FOR_THE_TEAM,
    ),
    "reconcile": Mishap(
        "Le bilan n’a pas pu être confirmé.",
        "Des lignes ne sont pas encore envoyées ou restent sans réponse sûre, ou le compte ne tombe pas juste. "
        "Ce que le registre a accepté est acquis.",
        FOR_THE_TEAM,
    ),
}
OTHER_MISHAP = Mishap(
    "Une étape du traitement n’a pas abouti.",
    "Les chiffres ci-dessous disent ce qui est connu.",
    FOR_THE_TEAM,
)


def mishap(facts: RunFacts) -> Mishap | None:
    """Return what went wrong in words, or None when every stage ended well."""
    if facts.failed_stage is None:
        return MISHAPS["reconcile"] if facts.differences else None
    return MISHAPS.get(facts.failed_stage, OTHER_MISHAP)


def light(facts: RunFacts) -> Light:
    """Return the light: red when the run is not to be relied on, orange when something is left for somebody to do."""
    if mishap(facts) is not None or _nothing_got_through(facts):
        return Light.RED
    if facts.dry_run:
        return Light.GREY
    counts = facts.counts
    left = facts.to_correct + counts.provisional + counts.ambiguous + counts.held + counts.not_attempted + len(facts.departed)
    left += counts.missing
    return Light.ORANGE if left else Light.GREEN


def headline(facts: RunFacts, tongue: Tongue = FRENCH) -> str:
    """Say in one or two sentences what was received and what was declared; "" when neither is known."""
    sentences = [_received(facts, tongue), _foreseen(facts, tongue) if facts.dry_run else _declared(facts, tongue)]
    return " ".join(filter(None, sentences))


def held(facts: RunFacts, tongue: Tongue = FRENCH) -> str:
    """Say what waits for a person's consent, and what that person has answered; "" when nothing waits."""
    count = facts.counts.held - facts.counts.postponed if "held" in facts.known else 0
    if not count:
        return ""
    what = tongue.counted(count, "modification retenue")
    return tongue.say(CONSENT.get(facts.answer, CONSENT[""]), what=what)


def postponed(facts: RunFacts, tongue: Tongue = FRENCH) -> str:
    """Say what waits for the end of a window, until when and why; "" when nothing does."""
    count, window = facts.counts.postponed, facts.window
    if not count or window is None or "held" not in facts.known:
        return ""
    what = "Aucun envoi n’est fait" if window.send == "nothing" else "Seules les nouvelles inscriptions sont envoyées"
    until = tongue.say(" jusqu’au {day}", day=tongue.long_date(window.last)) if window.last else ""
    first, _, last = (window.hours or "").partition("-")
    hours = tongue.say(" de {first} à {last}", first=first, last=last) if window.hours else ""
    asked = tongue.say("à la demande de {author}", author=window.author) if window.author else ""
    why = " ; ".join(filter(None, (window.reason, asked)))
    waits = tongue.counted(count, "inscription attend et partira", "inscriptions attendent et partiront")
    rest = tongue.say("{waits} au premier passage qui suivra.", waits=waits)
    return f"{tongue.say(what)}{until}{hours}{f' ({why})' if why else ''}. {rest}"


def missing(facts: RunFacts, tongue: Tongue = FRENCH) -> str:
    """Say what the registry has accepted and did not show when it was looked up; "" when nothing is missing."""
    count = facts.counts.missing
    return tongue.counted(count, MISSING_ONE, MISSING_MANY) if count else ""


def steps(facts: RunFacts, tongue: Tongue = FRENCH) -> tuple[str, ...]:
    """List what the registrar has to do, the most pressing first; empty when there is nothing."""
    waiting = facts.counts.provisional if "provisional" in facts.known else 0
    checks = sum(len(group.rows) for group in facts.groups_of(Weight.CHECK))
    of_checks = ("point qui n’empêche pas la déclaration", "points qui n’empêchent pas la déclaration")
    todo = [
        (facts.to_correct, "Corriger {what} dans votre logiciel de scolarité.", ("ligne",)),
        (waiting, "Obtenir un INE définitif pour {what}.", ("étudiant",)),
        (len(facts.departed), "Expliquer la disparition de {what}.", ("inscription",)),
        (checks, "Vérifier {what}.", of_checks),
    ]
    return tuple(tongue.say(text, what=tongue.counted(count, *noun)) for count, text, noun in todo if count)


def _nothing_got_through(facts: RunFacts) -> bool:
    """Whether rows came and not one of them could be declared: no school is like that on a good day."""
    counts = facts.counts
    return {"read", "valid"} <= facts.known and counts.read > counts.duplicate and counts.valid == 0 and facts.to_correct > 0


def _received(facts: RunFacts, tongue: Tongue) -> str:
    if "read" not in facts.known:
        return ""
    rows = tongue.counted(facts.counts.read, "ligne a été reçue", "lignes ont été reçues")
    came = tongue.say("{rows} le {day}.", rows=rows, day=tongue.long_date(facts.run_date))
    return f"{came} {tongue.say(ONLY_CHANGES)}" if facts.partial else came


def _declared(facts: RunFacts, tongue: Tongue) -> str:
    if "accepted" not in facts.known:
        return ""  # the mishap that kept the run from getting there has said so already
    counts = facts.counts
    declared = ("inscription a été déclarée et acceptée", "inscriptions ont été déclarées et acceptées")
    accepted = tongue.counted(counts.accepted, *declared)
    detail = f" ({_split(counts.created, counts.updated, counts.closed, tongue)})" if counts.accepted else ""
    same = tongue.counted(counts.unchanged, "était déjà à jour", "étaient déjà à jour")
    known = counts.unchanged and "unchanged" in facts.known
    return f"{accepted}{detail}{tongue.say(' ; {same}', same=same) if known else ''}."


def _foreseen(facts: RunFacts, tongue: Tongue) -> str:
    if "to_create" not in facts.known:
        return tongue.say("Essai à blanc : rien n’a été envoyé.")
    counts = facts.counts
    sum_of_all = counts.to_create + counts.to_update + counts.to_close
    return tongue.say(
        "Essai à blanc, rien n’a été envoyé : {would} ({split}) ; {same} déjà à jour.",
        would=tongue.counted(sum_of_all, "inscription aurait été envoyée", "inscriptions auraient été envoyées"),
        split=_split(counts.to_create, counts.to_update, counts.to_close, tongue),
        same=tongue.number(counts.unchanged),
    )


def _split(created: int, updated: int, closed: int, tongue: Tongue) -> str:
    parts = [tongue.counted(created, "nouvelle"), tongue.counted(updated, "modifiée")]
    return ", ".join([*parts, tongue.counted(closed, "clôturée")] if closed else parts)
