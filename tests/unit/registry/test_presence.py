"""Whether what a read service shows proves anything about one enrolment."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.records.declared import Declared, Other
from supdata.registry.presence import Presence, differences, is_shown, presence, same_commune, told_otherwise
from supdata.registry.shown import Shown

NANTES_INSEE, NANTES_POSTAL, TOULOUSE_INSEE, CEDEX = "44109", "44000", "31555", "75634"


def declared(**changes: str) -> Declared:
    facts = {"uai": "0751717J", "start": "2026-09-01", "end": "2027-08-31", "statut": "inscrit", "regime": "RF2"}
    return Declared(**{**facts, "commune": NANTES_POSTAL, **changes})


def a_row(**changes: str) -> Shown:
    facts = {"uai": "0751717J", "start": "2026-09-01", "end": "2027-08-31", "statut": "inscrit", "regime": "RF2"}
    return Shown(**{**facts, "commune": NANTES_POSTAL, **changes})


def another(**changes: str) -> Other:
    return Other(**{"end": "2027-08-31", "statut": "inscrit", "regime": "RF2", **changes})


def test_a_row_that_equals_what_was_declared_proves_that_it_is_there() -> None:
    assert presence([a_row(uai="0332870R"), a_row()], declared()) is Presence.PRESENT


def test_a_student_whom_the_registry_shows_nowhere_or_elsewhere_is_not_declared_here() -> None:
    assert presence([], declared()) is Presence.ABSENT
    assert presence([a_row(uai="0332870R"), a_row(start="2025-09-01")], declared()) is Presence.ABSENT


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("end", "2027-06-30", "dateFinInscription"),
        ("statut", "admis", "statut"),
        ("regime", "RF4", "regime"),
        ("commune", TOULOUSE_INSEE, "codeCommune"),
    ],
)
def test_a_row_at_its_place_that_is_told_otherwise_proves_nothing_and_its_field_is_named(
    field: str, value: str, named: str
) -> None:
    row = a_row(**{field: value})
    assert presence([row], declared()) is Presence.UNTOLD
    assert told_otherwise([row], declared()) == (named,)
    assert not is_shown([row], declared())


def test_what_an_earlier_content_explains_is_not_taken_for_the_later_one() -> None:
    before = another(statut="admis")
    assert presence([a_row(statut="admis")], declared(), [before]) is Presence.ABSENT
    assert presence([a_row(statut="admis"), a_row()], declared(), [before]) is Presence.PRESENT


def test_a_row_that_another_declaration_explains_as_well_proves_nothing() -> None:
    """Two diplomas at one establishment, or a change of a field that no read service shows, look alike."""
    assert presence([a_row()], declared(), [another()]) is Presence.UNTOLD
    assert presence([a_row(), a_row()], declared(), [another()]) is Presence.UNTOLD
    assert presence([], declared(), [another()]) is Presence.ABSENT


def test_more_rows_than_were_declared_prove_nothing() -> None:
    assert presence([a_row(statut="admis")] * 2, declared(), [another(statut="admis")]) is Presence.UNTOLD


def test_an_insee_code_shown_for_a_postal_code_is_the_same_commune() -> None:
    assert presence([a_row(commune=NANTES_INSEE)], declared()) is Presence.PRESENT
    assert presence([a_row()], declared(commune=NANTES_INSEE)) is Presence.PRESENT


@pytest.mark.parametrize("code", [CEDEX, "", "99138"])
def test_a_code_of_no_table_may_be_of_any_commune(code: str) -> None:
    assert same_commune(code, NANTES_INSEE)
    assert same_commune(TOULOUSE_INSEE, code)


def test_a_value_that_is_not_shown_says_nothing_of_it_but_an_unknown_place_proves_nothing() -> None:
    assert presence([a_row(regime="", commune="")], declared()) is Presence.PRESENT
    assert presence([a_row(uai="")], declared()) is Presence.UNTOLD
    assert presence([a_row(start="")], declared()) is Presence.UNTOLD


ROWS = st.builds(
    a_row,
    uai=st.sampled_from(["0751717J", "0751717j", "0332870R", ""]),
    start=st.sampled_from(["2026-09-01", "2025-09-01", ""]),
    end=st.sampled_from(["2027-08-31", "2027-06-30", ""]),
    statut=st.sampled_from(["inscrit", "admis", ""]),
    regime=st.sampled_from(["RF2", "RF4", ""]),
    commune=st.sampled_from([NANTES_POSTAL, NANTES_INSEE, TOULOUSE_INSEE, CEDEX, ""]),
)
OTHERS = st.lists(st.builds(another, statut=st.sampled_from(["inscrit", "admis", ""])), max_size=3)


@given(st.lists(ROWS, max_size=5), OTHERS)
def test_no_row_is_both_proof_and_disproof(rows: list[Shown], others: list[Other]) -> None:
    found = presence(rows, declared(), others)
    if found is Presence.PRESENT:
        assert is_shown(rows, declared())
    if found is Presence.ABSENT:
        assert not is_shown(rows, declared())


@given(st.lists(ROWS, max_size=5), OTHERS, st.randoms())
def test_the_order_of_rows_and_of_declarations_does_not_matter(rows: list[Shown], others: list[Other], random: Any) -> None:
    mixed, mixed_others = rows[:], others[:]
    random.shuffle(mixed)
    random.shuffle(mixed_others)
    assert presence(rows, declared(), others) is presence(mixed, declared(), mixed_others)


@given(st.lists(ROWS, max_size=5))
def test_a_row_at_another_place_changes_nothing(rows: list[Shown]) -> None:
    elsewhere = a_row(uai="0332870R")
    assert presence([*rows, elsewhere], declared()) is presence(rows, declared())


@given(ROWS)
def test_a_row_differs_from_itself_in_nothing(row: Shown) -> None:
    as_declared = Declared(uai=row.uai, start=row.start, end=row.end, statut=row.statut, regime=row.regime, commune=row.commune)
    assert differences(row, as_declared) == ()
