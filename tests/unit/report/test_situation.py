"""The light, the sentence and the steps."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from supdata.config.windows import Window
from supdata.records.counts import Counts
from supdata.report.content import Light, RunFacts
from supdata.report.situation import MISHAPS, OTHER_MISHAP, headline, held, light, mishap, missing, postponed, steps

CLEAN: dict[str, Any] = {"judgements": [], "receipts": [], "departed": [], "unreadable": []}
ALL_WELL = Counts(read=3000, valid=3000, unchanged=2990, to_create=8, to_update=2, accepted=10, created=8, updated=2)


def test_a_run_with_nothing_left_to_do_is_green(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(counts=ALL_WELL, **CLEAN)
    assert light(facts) is Light.GREEN
    assert steps(facts) == ()
    assert headline(facts) == (
        "3\u202f000 lignes ont été reçues le 12 septembre 2026. 10 inscriptions ont été déclarées et acceptées"
        " (8 nouvelles, 2 modifiées) ; 2\u202f990 étaient déjà à jour."
    )


@pytest.mark.parametrize("state", ["provisional", "ambiguous", "held", "not_attempted"])
def test_whatever_waits_makes_it_orange(gathered: Callable[..., RunFacts], state: str) -> None:
    assert light(gathered(counts=Counts(read=2, valid=1, accepted=1, **{state: 1}), **CLEAN)) is Light.ORANGE


def test_rows_to_correct_make_it_orange_and_say_what_to_do(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered()
    assert light(facts) is Light.ORANGE
    assert steps(facts) == (
        "Corriger 5 lignes dans votre logiciel de scolarité.",
        "Obtenir un INE définitif pour 1 étudiant.",
        "Expliquer la disparition de 1 inscription.",
        "Vérifier 1 point qui n’empêche pas la déclaration.",
    )


@pytest.mark.parametrize("stage", ["extract", "normalise", "validate", "plan", "push", "push_held", "approve", "reconcile"])
def test_a_failed_stage_is_red_and_has_words_of_its_own(gathered: Callable[..., RunFacts], stage: str) -> None:
    facts = gathered(failed_stage=stage)
    assert light(facts) is Light.RED
    assert mishap(facts) is MISHAPS[stage]


def test_a_stage_unheard_of_is_red_too(gathered: Callable[..., RunFacts]) -> None:
    assert mishap(gathered(failed_stage="embellish")) is OTHER_MISHAP


def test_a_balance_that_does_not_close_is_red(gathered: Callable[..., RunFacts]) -> None:
    assert light(gathered(differences=("read 12, but 11 judged",))) is Light.RED


def test_rows_of_which_none_can_be_declared_are_red(gathered: Callable[..., RunFacts]) -> None:
    assert light(gathered(counts=Counts(read=12, unreadable=1, rejected=11))) is Light.RED


def test_an_empty_source_that_is_allowed_to_be_empty_is_green(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(counts=Counts(), **CLEAN)
    assert light(facts) is Light.GREEN
    assert headline(facts) == "0 ligne a été reçue le 12 septembre 2026. 0 inscription a été déclarée et acceptée."


def test_a_dry_run_claims_no_declaration(gathered: Callable[..., RunFacts]) -> None:
    counts = Counts(read=10, valid=10, unchanged=7, to_create=2, to_update=1, not_attempted=3)
    facts = gathered(counts=counts, dry_run=True, **CLEAN)
    assert light(facts) is Light.GREY
    assert headline(facts).endswith(
        "Essai à blanc, rien n’a été envoyé : 3 inscriptions auraient été envoyées (2 nouvelles, 1 modifiée) ; 7 déjà à jour."
    )


def test_nothing_is_said_of_figures_that_are_not_known(gathered: Callable[..., RunFacts]) -> None:
    assert headline(gathered(failed_stage="extract")) == ""
    assert headline(gathered(failed_stage="plan")) == "12 lignes ont été reçues le 12 septembre 2026."


def test_a_read_of_changes_alone_is_not_taken_for_all_that_is_to_correct(gathered: Callable[..., RunFacts]) -> None:
    told = headline(gathered(partial=True))
    assert told.startswith("12 lignes ont été reçues le 12 septembre 2026. Ce passage n’a lu que ce qui a changé")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "l’accord d’une personne est attendu"),
        ("rejected", "l’envoi a été refusé par la personne consultée. Rien n’en a été envoyé"),
        ("unanswered", "personne n’a répondu à temps à la demande d’accord. Rien n’en a été envoyé"),
    ],
)
def test_what_is_left_unsent_for_want_of_consent_is_said(gathered: Callable[..., RunFacts], answer: str, said: str) -> None:
    assert said in held(gathered(counts=Counts(read=9, valid=9, to_update=2, held=2), answer=answer))


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (
            Window(last=date(2027, 1, 2), reason="Fermeture", author="Mme la proviseure"),
            "Aucun envoi n’est fait jusqu’au 2 janvier 2027 (Fermeture ; à la demande de Mme la proviseure). "
            "2 inscriptions attendent et partiront au premier passage qui suivra.",
        ),
        (
            Window(hours="08:00-18:00", send="additions"),
            "Seules les nouvelles inscriptions sont envoyées de 08:00 à 18:00. "
            "2 inscriptions attendent et partiront au premier passage qui suivra.",
        ),
        (None, ""),
    ],
    ids=["days", "hours", "none"],
)
def test_what_a_window_keeps_back_is_said_and_nobody_is_waited_for(
    gathered: Callable[..., RunFacts], window: Window | None, said: str
) -> None:
    facts = gathered(counts=Counts(read=9, valid=9, to_update=2, held=2, postponed=2), window=window)
    assert postponed(facts) == said
    assert held(facts) == ""
    assert light(facts) is Light.ORANGE


def test_who_was_closed_is_counted_apart(gathered: Callable[..., RunFacts]) -> None:
    counts = Counts(read=9, valid=9, unchanged=8, to_create=1, to_close=2, accepted=3, created=1, closed=2, departed=2)
    told = headline(gathered(counts=counts))
    assert "3 inscriptions ont été déclarées et acceptées (1 nouvelle, 0 modifiée, 2 clôturées)" in told
    foreseen = headline(gathered(counts=counts, dry_run=True))
    assert "3 inscriptions auraient été envoyées (1 nouvelle, 0 modifiée, 2 clôturées)" in foreseen


def test_an_approved_batch_that_was_sent_waits_for_nobody(gathered: Callable[..., RunFacts]) -> None:
    assert held(gathered(counts=ALL_WELL, answer="approved")) == ""


def test_what_the_registry_did_not_show_is_said_and_the_light_is_not_green(gathered: Callable[..., RunFacts]) -> None:
    facts = gathered(counts=replace(ALL_WELL, looked_up=10, missing=2), **CLEAN)
    assert missing(facts).startswith("2 inscriptions acceptées par le registre n’y apparaissent pas à la relecture")
    assert light(facts) is Light.ORANGE
    assert missing(gathered(counts=ALL_WELL, **CLEAN)) == ""
