"""The kinds of mistakes: at least sixty, each of which does change a row, and says what must be said of it."""

import pytest

from benchmarks.catalogue import ALL, KINDS
from benchmarks.corpus import clean_corpus
from benchmarks.injecting import candidates, inject, inject_all
from benchmarks.kinds import Ending, Kind
from supdata.records.enrolment import REGISTRY_FIELDS
from supdata.validate.catalogue import RULES

LOTS = clean_corpus(4_000)


def test_there_are_at_least_sixty_and_no_two_have_one_name() -> None:
    assert len(KINDS) == len(ALL)
    assert len(KINDS) >= 60


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_kind_changes_the_rows_that_it_befalls(kind: Kind) -> None:
    lot = max(LOTS, key=lambda lot: len(candidates(lot, kind)))
    served = inject(lot, kind, 5, seed=1)
    assert served.marks
    befallen = {number: served.rows[number - 2] for number in served.marks}
    assert len(served.rows) > len(lot.rows) or all(row != served.marks[number].right for number, row in befallen.items())


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_kind_says_what_must_be_said_of_it(kind: Kind) -> None:
    silent = {Ending.VALID, Ending.UNSEEN, Ending.DUPLICATE}
    assert bool(kind.rules) is (kind.ending not in silent)
    assert bool(kind.why) is (kind.ending is Ending.UNSEEN)
    assert {*kind.rules, *kind.beside} <= set(RULES)
    assert set(kind.suggests) <= set(REGISTRY_FIELDS)


def test_all_other_rows_are_served_as_they_were() -> None:
    lot = LOTS[0]
    served = inject_all(lot, ALL, each=1, seed=1)
    untouched = {number: row for number, row in enumerate(served.rows, start=2) if number not in served.marks}
    assert all(lot.rows[served.places[number]] == row for number, row in untouched.items())
    assert len(untouched) + len({served.places[number] for number in served.marks}) == len(lot.rows)


def test_the_same_seed_makes_the_same_mistakes() -> None:
    first, again, other = (inject_all(LOTS[1], ALL, each=1, seed=seed).rows for seed in (1, 1, 2))
    assert first == again
    assert first != other
