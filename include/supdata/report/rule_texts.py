"""What the report needs of a quality rule: three French texts, and a value to propose. The rules belong to validation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from supdata.records.enrolment import Enrolment
from supdata.report.tongue import ENGLISH, FRENCH, Tongue

#: The catalogue's rule for declared enrolments that are gone: no row of this run breaks it.
DEPARTED_RULE = "LEDGER-DEPARTED"


class RuleText(Protocol):
    """A rule as a registrar reads it: what is wrong, why it matters, how to put it right in the school's own system."""

    @property
    def title(self) -> str:
        """What is wrong, in a few words."""

    @property
    def explanation(self) -> str:
        """Why the registry cannot take it, or why it is doubtful."""

    @property
    def fix(self) -> str:
        """What to do in the school's own system."""

    @property
    def english(self) -> str:
        """The title in English, "" where there is none, as of the two that follow."""

    @property
    def english_explanation(self) -> str:
        """The explanation in English."""

    @property
    def english_fix(self) -> str:
        """What to do, in English."""


class Suggest(Protocol):
    """What proposes a value for a field in fault; the report shows it in the work list alone, for it is student data."""

    def __call__(self, enrolment: Enrolment, rule: str, /) -> str:
        """Return the value that would pass `rule`, "" where that cannot be said."""


def nothing_to_suggest(enrolment: Enrolment, rule: str, /) -> str:  # noqa: ARG001  # what it is asked about does not matter
    """Propose nothing."""
    return ""


@dataclass(frozen=True)
class PlainText:
    """Texts of something that is not a quality rule: an unreadable row, or an answer of the registry."""

    title: str
    explanation: str
    fix: str

    @property
    def english(self) -> str:
        """The title in English: these texts stand in the catalogue of the report itself."""
        return ENGLISH.say(self.title)

    @property
    def english_explanation(self) -> str:
        """The explanation in English."""
        return ENGLISH.say(self.explanation)

    @property
    def english_fix(self) -> str:
        """What to do, in English."""
        return ENGLISH.say(self.fix)


def text_of(rule: str, rules: Mapping[str, RuleText], tongue: Tongue = FRENCH) -> PlainText:
    """Return the texts of `rule` in one language; what has no English, as an institution's own rule, is told in French.

    A rule without texts is shown by its id: the report is written after every run, above all after the odd ones.
    """
    if found := rules.get(rule) or OWN_TEXTS.get(rule):
        return in_tongue(found, tongue)
    return PlainText(
        tongue.say("Règle {rule}", rule=rule),
        tongue.say("Cette règle de qualité n’a pas encore de description."),
        tongue.say("Transmettez l’identifiant de la règle à l’équipe technique, qui vous dira quoi corriger."),
    )


def in_tongue(text: RuleText, tongue: Tongue) -> PlainText:
    """Return a text in one language, in French where it has no other."""
    if tongue.code == "fr":
        return PlainText(text.title, text.explanation, text.fix)
    return PlainText(text.english or text.title, text.english_explanation or text.explanation, text.english_fix or text.fix)


#: Rules that set a row aside without anything to put right: a cancelled enrolment must not be declared.
NOTHING_TO_FIX = frozenset({"STATUT-CANCELLED"})

UNREADABLE_RULE = "LIGNE-ILLISIBLE"
REFUSED_RULE = "REGISTRE-REFUS"
UNKNOWN_RULE = "REGISTRE-INCONNU"
AMBIGUOUS_RULE = "REGISTRE-SANS-REPONSE"
CLOSING_RULE = "REGISTRY-CLOSING"

UNREADABLE = PlainText(
    "Ligne illisible",
    "La ligne n’a pas pu être lue, donc elle n’est ni contrôlée ni déclarée. Le motif est indiqué.",
    "Regardez cette ligne dans la source. Dans un fichier, un séparateur ou un retour à la ligne s’est souvent glissé dans "
    "une valeur : corrigez-la dans votre logiciel, l’export suivant sera bon.",
)
REFUSED = PlainText(
    "Inscription refusée par le registre",
    "Le registre national a reçu cette inscription et l’a refusée. Ses propres mots sont reproduits.",
    "Corrigez dans votre logiciel la donnée que le registre désigne. L’inscription est représentée dès que la ligne a changé, "
    "et sinon une fois par mois.",
)
CLOSING = PlainText(
    "Clôture non confirmée par le registre",
    "L’inscription a disparu de votre source ; le registre n’a pas accepté, ou pas confirmé, la date de fin avancée. "
    "La source et la ligne sont celles où elle a été vue pour la dernière fois.",
    "Rien à corriger de votre côté si l’étudiant est parti : la clôture est représentée d’elle-même. Sinon, remettez "
    "l’inscription dans l’export.",
)
UNKNOWN = PlainText(
    "Étudiant inconnu du répertoire national",
    "Le registre ne connaît pas ce couple INE et date de naissance, ou ne connaît pas l’établissement. "
    "L’étudiant doit être immatriculé, avec cette date de naissance, avant d’être déclaré.",
    "Comparez l’INE et la date de naissance avec un document sûr (relevé de notes du baccalauréat, pièce d’identité). "
    "S’ils sont justes, faites immatriculer l’étudiant : l’inscription est représentée d’elle-même, à intervalles croissants.",
)
AMBIGUOUS = PlainText(
    "Réponse du registre non reçue",
    "L’inscription est partie, mais la réponse du registre n’est pas revenue : elle est peut-être enregistrée.",
    "Rien à corriger de votre côté : cette inscription est reprise au prochain passage, ou examinée par l’équipe technique.",
)
OWN_TEXTS: Mapping[str, PlainText] = {
    UNREADABLE_RULE: UNREADABLE,
    REFUSED_RULE: REFUSED,
    UNKNOWN_RULE: UNKNOWN,
    AMBIGUOUS_RULE: AMBIGUOUS,
    CLOSING_RULE: CLOSING,
}
