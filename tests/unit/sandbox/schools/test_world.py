"""The made world is the same everywhere, and knows what must become of each of its lines."""

from collections import Counter
from datetime import date

import pytest

from supdata.sandbox.schools.entries import Ending
from supdata.sandbox.schools.mistakes import MISTAKES
from supdata.sandbox.schools.world import School, World, build_world

SCHOOLS = ("apogee", "pegase", "lycee")


@pytest.fixture(params=SCHOOLS)
def school(request: pytest.FixtureRequest) -> School:
    found = getattr(build_world(), request.param)
    assert isinstance(found, School)
    return found


def test_the_same_seed_makes_the_same_world() -> None:
    build_world.cache_clear()
    first = build_world(7, 300)
    build_world.cache_clear()
    assert build_world(7, 300) == first


def test_another_seed_makes_another_world() -> None:
    assert build_world(8, 300).directory != build_world(7, 300).directory


def test_this_line_of_the_world_is_the_same_on_every_machine() -> None:
    """Draws of the standard library do not change between versions: were they to, the demo's figures would change too."""
    entry = build_world().apogee.lines[0].entry
    assert (entry.ine, entry.birth, entry.diploma) == ("993803394BJ", "1990-04-04", "2500123")


def test_a_school_has_about_three_thousand_enrolments(school: School) -> None:
    assert 3_000 <= school.expected.read <= 3_200


def test_a_school_s_expected_counts_balance(school: School) -> None:
    counts = school.expected
    assert counts.read == len(school.lines)
    assert counts.read == counts.unreadable + counts.duplicate + counts.rejected + counts.provisional + counts.valid
    assert counts.valid == counts.accepted + counts.refused + counts.unknown_student


def test_a_school_rejects_a_few_rows_in_a_hundred(school: School) -> None:
    counts = school.expected
    assert 0.03 <= counts.rejected / counts.read <= 0.06


def test_a_dozen_students_of_a_school_are_unknown_to_the_directory(school: School) -> None:
    assert 10 <= Counter(line.mistake for line in school.lines)["not_in_directory"] <= 15


def test_some_lines_reach_the_registry_to_be_refused_by_it() -> None:
    """Only where a school's file makes a rejecting rule a warning: our rules see all that the registry is known to refuse."""
    world = build_world()
    assert world.pegase.expected.refused >= 10
    assert world.apogee.expected.refused == world.lycee.expected.refused == 0


def test_a_line_is_accepted_only_when_the_directory_knows_its_student(school: School) -> None:
    known = {(one.ine, one.birth) for one in school.directory}
    for line in school.lines:
        if line.ending is Ending.ACCEPTED:
            assert (line.entry.student.ine, line.entry.student.birth) in known


def test_an_unknown_student_s_line_says_a_pair_the_directory_does_not_have() -> None:
    world = build_world()
    known = {(one.ine, one.birth.isoformat()) for one in world.directory}
    unknown = [line for school in world.schools for line in school.lines if line.ending is Ending.UNKNOWN_STUDENT]
    assert unknown
    assert all((line.entry.ine, line.entry.birth) not in known for line in unknown)


def test_no_two_students_share_a_number() -> None:
    numbers = [one.ine for one in build_world().directory]
    assert len(numbers) == len(set(numbers))


def test_no_enrolment_is_accepted_twice(school: School) -> None:
    """Two accepted lines of one natural key would be a duplicate that the world does not know about."""
    keys = Counter(
        (line.entry.uai, line.entry.student.ine, line.entry.start, line.entry.diploma)
        for line in school.lines
        if line.ending is Ending.ACCEPTED
    )
    assert keys.most_common(1)[0][1] == 1


def test_every_mistake_of_the_catalogue_is_made_somewhere() -> None:
    made = {line.mistake for school in build_world().schools for line in school.lines}
    assert made == {"", *MISTAKES}


def test_a_small_world_still_has_every_mistake() -> None:
    small: World = build_world(3, 400)
    assert {line.mistake for school in small.schools for line in school.lines} == {"", *MISTAKES}


def test_students_are_born_in_the_past(school: School) -> None:
    assert all(date(1980, 1, 1) < one.birth < date(2010, 1, 1) for one in school.directory)
