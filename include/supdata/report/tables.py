"""The figures of a run as a registrar reads them: each state with its name, and the shares of what was received."""

from dataclasses import dataclass

from supdata.records.counts import Counts
from supdata.report.content import RunFacts
from supdata.report.tongue import FRENCH, Tongue

UNKNOWN = "non connu"

#: State, depth in the tree of DESIGN's equations, name, meaning.
LINES: tuple[tuple[str, int, str, str], ...] = (
    ("read", 0, "Lignes reçues", "ce que contient votre source"),
    ("unreadable", 1, "Illisibles", "à corriger dans l’export"),
    ("duplicate", 1, "En double", "identiques à une autre ligne, comptées une fois : rien à faire"),
    ("rejected", 1, "Écartées par les contrôles", "non envoyées : voir le détail plus bas"),
    ("provisional", 1, "En attente d’un INE définitif", "seront envoyées quand l’INE sera définitif"),
    ("valid", 1, "Bonnes à déclarer", ""),
    ("unchanged", 2, "Déjà à jour", "le registre les connaît à l’identique : non renvoyées"),
    ("accepted", 2, "Acceptées par le registre", "déclarées lors de ce passage"),
    ("created", 3, "nouvelles", ""),
    ("updated", 3, "modifiées", ""),
    ("closed", 3, "clôturées", "disparues de votre source : leur date de fin a été avancée"),
    ("refused", 2, "Refusées par le registre", "à corriger : voir ses mots plus bas"),
    ("unknown_student", 2, "Étudiant inconnu du registre", "INE et date de naissance à vérifier"),
    ("ambiguous", 2, "Sans réponse sûre", "reprises au prochain passage"),
    ("held", 2, "En attente d’un accord", "modifications inhabituelles : une personne doit les approuver"),
    ("postponed", 3, "envoi suspendu", "partiront au premier passage après la période indiquée plus haut"),
    ("not_attempted", 2, "Pas encore envoyées", "le seront au prochain passage"),
    ("left_out", 0, "Laissées de côté", "votre logiciel ne les donne pas pour des inscriptions en cours"),
    ("departed", 0, "Disparues de votre source", "connues du registre, absentes de ce passage"),
)
#: States that a school without them need not read about.
RARE = frozenset({"left_out"})


@dataclass(frozen=True)
class Line:
    """One line of the table of figures; `meaning` is left out where there is nothing to explain."""

    depth: int
    name: str
    figure: str
    meaning: str
    known: bool
    empty: bool


@dataclass(frozen=True)
class Share:
    """One part of what was received; `percent` is its width in the bar."""

    kind: str
    name: str
    figure: str
    percent: float


def lines(facts: RunFacts, tongue: Tongue = FRENCH) -> tuple[Line, ...]:
    """Return one line per state; a figure that the run did not get to is said to be unknown, never zero."""
    return tuple(_line(facts, tongue, line) for line in LINES if line[0] not in RARE or getattr(facts.counts, line[0]))


def shares(facts: RunFacts, tongue: Tongue = FRENCH) -> tuple[Share, ...]:
    """Return what became of the received rows in four parts, or nothing when they do not add up to what was received."""
    counts = facts.counts
    parts = (
        ("done", "à jour dans le registre", counts.accepted - counts.closed + counts.unchanged),
        ("wait", "en attente", _waiting(counts)),
        ("stop", "non déclarées", counts.unreadable + counts.rejected + counts.refused + counts.unknown_student),
        ("twin", "en double", counts.duplicate),
    )
    complete = all(state in facts.known for state, *_ in LINES)
    if not complete or counts.read == 0 or sum(count for *_, count in parts) != counts.read:
        return ()
    return tuple(
        Share(kind, tongue.say(name), tongue.number(count), round(100 * count / counts.read, 2))
        for kind, name, count in parts
        if count
    )


def _waiting(counts: Counts) -> int:
    return counts.provisional + counts.ambiguous + counts.held + counts.not_attempted


def _line(facts: RunFacts, tongue: Tongue, line: tuple[str, int, str, str]) -> Line:
    state, depth, name, meaning = line
    count, known = getattr(facts.counts, state), state in facts.known
    return Line(
        depth=depth,
        name=tongue.say(name),
        figure=tongue.number(count) if known else tongue.say(UNKNOWN),
        meaning=tongue.say(meaning) if known and count and meaning else "",
        known=known,
        empty=known and count == 0,
    )
