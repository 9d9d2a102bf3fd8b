"""What a run comes to: the light, one sentence, and what the registrar has to do."""

from dataclasses import dataclass

from supdata.report.content import Light, RunFacts, Weight
from supdata.report.french import counted, long_date, number


@dataclass(frozen=True)
class Mishap:
    """What did not happen, and what to do about it, when a stage failed."""

    happened: str
    consequence: str
    remedy: str


NOTHING_DECLARED = "Aucune inscription n’a été déclarée lors de ce passage. Ce qui était déjà déclaré le reste."
AGAIN = "le prochain passage posera de nouveau la question."
FOR_THE_TEAM = "C’est à l’équipe technique d’intervenir ; vous n’avez rien à corriger pour cela."
ONLY_CHANGES = (
    "Ce passage n’a lu que ce qui a changé : ce qui restait à corriger le reste, et figure dans le rapport de la dernière "
    "lecture complète."
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


def headline(facts: RunFacts) -> str:
    """Say in one or two sentences what was received and what was declared; "" when neither is known."""
    sentences = [_received(facts), _foreseen(facts) if facts.dry_run else _declared(facts)]
    return " ".join(filter(None, sentences))


def held(facts: RunFacts) -> str:
    """Say what waits for a person's consent, and what that person has answered; "" when nothing waits."""
    count = facts.counts.held - facts.counts.postponed if "held" in facts.known else 0
    if not count:
        return ""
    s, what = "" if count < 2 else "s", counted(count, "modification")
    match facts.answer:
        case "rejected":
            return f"{what} retenue{s} : l’envoi a été refusé par la personne consultée. Rien n’en a été envoyé ; {AGAIN}"
        case "unanswered":
            return f"{what} retenue{s} : personne n’a répondu à temps à la demande d’accord. Rien n’en a été envoyé ; {AGAIN}"
        case _:
            return f"{what} retenue{s} : l’accord d’une personne est attendu avant l’envoi."


def postponed(facts: RunFacts) -> str:
    """Say what waits for the end of a window, until when and why; "" when nothing does."""
    count, window = facts.counts.postponed, facts.window
    if not count or window is None or "held" not in facts.known:
        return ""
    what = "Aucun envoi n’est fait" if window.send == "nothing" else "Seules les nouvelles inscriptions sont envoyées"
    until = f" jusqu’au {long_date(window.last)}" if window.last else ""
    hours = f" de {window.hours.replace('-', ' à ')}" if window.hours else ""
    why = " ; ".join(filter(None, (window.reason, f"à la demande de {window.author}" if window.author else "")))
    waits = counted(count, "inscription attend et partira", "inscriptions attendent et partiront")
    return f"{what}{until}{hours}{f' ({why})' if why else ''}. {waits} au premier passage qui suivra."


def missing(facts: RunFacts) -> str:
    """Say what the registry has accepted and did not show when it was looked up; "" when nothing is missing."""
    count = facts.counts.missing
    if not count:
        return ""
    verbs = ("n’y apparaît pas", "sera envoyée") if count < 2 else ("n’y apparaissent pas", "seront envoyées")
    what = counted(count, "inscription acceptée", "inscriptions acceptées")
    again = f"{'elle' if count < 2 else 'elles'} {verbs[1]} de nouveau au prochain passage"
    return f"{what} par le registre {verbs[0]} à la relecture : {again}, vous n’avez rien à faire."


def steps(facts: RunFacts) -> tuple[str, ...]:
    """List what the registrar has to do, the most pressing first; empty when there is nothing."""
    waiting = facts.counts.provisional if "provisional" in facts.known else 0
    checks = sum(len(group.rows) for group in facts.groups_of(Weight.CHECK))
    todo = [
        (facts.to_correct, f"Corriger {counted(facts.to_correct, 'ligne')} dans votre logiciel de scolarité."),
        (waiting, f"Obtenir un INE définitif pour {counted(waiting, 'étudiant')}."),
        (len(facts.departed), f"Expliquer la disparition de {counted(len(facts.departed), 'inscription')}."),
        (checks, f"Vérifier {counted(checks, 'point')} qui n’empêche{'' if checks < 2 else 'nt'} pas la déclaration."),
    ]
    return tuple(text for count, text in todo if count)


def _nothing_got_through(facts: RunFacts) -> bool:
    """Whether rows came and not one of them could be declared: no school is like that on a good day."""
    counts = facts.counts
    return {"read", "valid"} <= facts.known and counts.read > counts.duplicate and counts.valid == 0 and facts.to_correct > 0


def _received(facts: RunFacts) -> str:
    if "read" not in facts.known:
        return ""
    day = long_date(facts.run_date)
    came = f"{counted(facts.counts.read, 'ligne a été reçue', 'lignes ont été reçues')} le {day}."
    return f"{came} {ONLY_CHANGES}" if facts.partial else came


def _declared(facts: RunFacts) -> str:
    if "accepted" not in facts.known:
        return ""  # the mishap that kept the run from getting there has said so already
    counts = facts.counts
    accepted = counted(counts.accepted, "inscription a été déclarée et acceptée", "inscriptions ont été déclarées et acceptées")
    ended = f", {counted(counts.closed, 'clôturée')}" if counts.closed else ""
    detail = (
        f" ({counted(counts.created, 'nouvelle')}, {counted(counts.updated, 'modifiée')}{ended})" if counts.accepted else ""
    )
    same = f" ; {counted(counts.unchanged, 'était', 'étaient')} déjà à jour" if counts.unchanged else ""
    return f"{accepted}{detail}{same if 'unchanged' in facts.known else ''}."


def _foreseen(facts: RunFacts) -> str:
    if "to_create" not in facts.known:
        return "Essai à blanc : rien n’a été envoyé."
    counts = facts.counts
    sum_of_all = counts.to_create + counts.to_update + counts.to_close
    would = counted(sum_of_all, "inscription aurait été envoyée", "inscriptions auraient été envoyées")
    ended = f", {counted(counts.to_close, 'clôturée')}" if counts.to_close else ""
    split = f"{counted(counts.to_create, 'nouvelle')}, {counted(counts.to_update, 'modifiée')}{ended}"
    return f"Essai à blanc, rien n’a été envoyé : {would} ({split}) ; {number(counts.unchanged)} déjà à jour."
