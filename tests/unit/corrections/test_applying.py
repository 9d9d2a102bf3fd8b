"""Corrections put into rows: for the row they are for, while it holds what was corrected, and no longer."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from supdata.corrections.applying import Corrector, Fate, Marks
from supdata.ledger.fingerprint import Fingerprint
from supdata.records.given_back import GivenBack
from supdata.records.identity import identity_of

UAI = "0751717J"
MARK = Fingerprint(b"a made secret of some length")
MARKS = Marks(identity=lambda one: MARK.identity(UAI, one), value=MARK.value)
NOON = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
ROW = {"sisId": "22100004", "ine": "12345", "dateNaissance": "2004-02-31", "dateDebutInscription": "2026-09-01", "diplome": ""}
UNDERSTAND = dict.fromkeys(ROW, str.upper)
PLACE = ("inscriptions.csv", 4)


def a_correction(value: str, *, of: dict[str, str] | None = None, field: str = "ine", number: int = 1) -> GivenBack:
    """What is given back for the line that a row `of` these fields has."""
    row = of or ROW
    identity = MARKS.identity(identity_of(row))
    return GivenBack(
        id=f"{number:04}",
        field=field,
        identity=identity,
        found=MARKS.value(identity, field, row[field]),
        value=value,
        by="Mme Martin",
        at=NOON + timedelta(minutes=number),
        file="a_corriger.xlsx",
        line=number,
    )


def corrector(*given: GivenBack, **options: Any) -> Corrector:
    return Corrector(given, MARKS, UNDERSTAND, **options)


def fates(made: Corrector) -> list[Fate]:
    return [one.fate for one in made.traces()]


def test_a_value_is_put_in_while_the_source_holds_what_was_corrected() -> None:
    made = corrector(a_correction("123456789fj"))
    assert made(PLACE, ROW)["ine"] == "123456789FJ"
    (trace,) = made.traces()
    assert (trace.fate, trace.rows, trace.by, trace.file, trace.line) == (
        Fate.APPLIED, (PLACE,), "Mme Martin", "a_corriger.xlsx", 1,
    )  # fmt: skip


def test_it_is_settled_once_the_source_says_the_same_and_stale_once_it_says_something_else() -> None:
    settled, stale = corrector(a_correction("123456789fj")), corrector(a_correction("123456789fj"))
    assert settled(PLACE, ROW | {"ine": "123456789FJ"})["ine"] == "123456789FJ"
    assert fates(settled) == [Fate.SETTLED]
    assert stale(PLACE, ROW | {"ine": "987654321AA"})["ine"] == "987654321AA"
    assert fates(stale) == [Fate.STALE]


def test_nobody_else_s_row_is_touched() -> None:
    made = corrector(a_correction("123456789FJ"))
    other = ROW | {"sisId": "22100005"}
    assert made(PLACE, other) == other
    assert fates(made) == [Fate.UNSEEN]


def test_of_two_corrections_of_one_value_the_last_given_counts_and_both_are_told() -> None:
    made = corrector(a_correction("A", number=1), a_correction("B", number=2))
    assert made(PLACE, ROW)["ine"] == "B"
    assert fates(made) == [Fate.OVERRULED, Fate.APPLIED]


def test_a_correction_of_a_correction_follows_it() -> None:
    given = [a_correction("A", number=1), a_correction("B", of=ROW | {"ine": "A"}, number=2)]
    made = corrector(*given)
    assert made(PLACE, ROW)["ine"] == "B"
    assert fates(made) == [Fate.APPLIED, Fate.APPLIED]
    done = corrector(*given)
    done(PLACE, ROW | {"ine": "B"})
    assert fates(done) == [Fate.SETTLED, Fate.SETTLED]


def test_corrections_that_lead_in_a_circle_come_to_an_end() -> None:
    made = corrector(a_correction("A"), a_correction("12345", of=ROW | {"ine": "A"}, number=2))
    assert made(PLACE, ROW)["ine"] in {"A", "12345"}
    corrector(a_correction("A", of=ROW | {"ine": "B"}), a_correction("B", of=ROW | {"ine": "A"}))(PLACE, ROW)


def test_all_rows_of_a_student_are_put_right() -> None:
    made = corrector(a_correction("A"))
    for number in (4, 5):
        assert made(("x.csv", number), ROW | {"diplome": str(number)})["ine"] == "A"
    assert made.traces()[0].rows == (("x.csv", 4), ("x.csv", 5))
    assert made.shared == frozenset()


NAMELESS = ROW | {"sisId": "", "ine": ""}


def test_without_a_student_number_a_row_is_known_by_what_it_declares_and_by_what_it_becomes() -> None:
    birth = a_correction("2004-02-28", of=NAMELESS | {"ine": "A"}, field="dateNaissance", number=2)
    made = corrector(a_correction("A", of=NAMELESS), birth)
    corrected = made(PLACE, NAMELESS)
    assert (corrected["ine"], corrected["dateNaissance"]) == ("A", "2004-02-28")


def test_two_students_without_a_number_who_look_alike_are_not_taken_for_each_other() -> None:
    given = a_correction("A", of=NAMELESS)
    first = corrector(given)
    for number in (4, 5):
        first(("x.csv", number), NAMELESS)
    again = corrector(given, shared=first.shared)
    assert [again(("x.csv", number), NAMELESS)["ine"] for number in (4, 5)] == ["", ""]
    assert fates(again) == [Fate.SHARED]
    assert again.shared - first.shared == frozenset()


def test_a_field_that_the_school_does_not_map_is_left_alone() -> None:
    row = ROW | {"cursus": "X"}
    made = corrector(a_correction("L", of=row, field="cursus"))
    assert made(PLACE, ROW) == ROW


texts = st.text("AB12", max_size=2)


@given(st.lists(st.tuples(texts, texts), max_size=6), texts)
def test_whatever_is_given_a_row_keeps_its_other_fields_and_every_correction_has_a_fate(
    pairs: Sequence[tuple[str, str]], found: str
) -> None:
    given = [a_correction(new, of=ROW | {"ine": old}, number=at) for at, (old, new) in enumerate(pairs)]
    made = corrector(*given)
    row = ROW | {"ine": found}
    corrected = made(PLACE, row)
    assert {**corrected, "ine": ""} == {**row, "ine": ""}
    assert corrected["ine"] in {found, *(new.upper() for _, new in pairs)}
    assert sorted(one.id for one in made.traces()) == sorted(one.id for one in given)
