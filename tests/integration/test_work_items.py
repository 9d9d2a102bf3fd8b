"""What a school has been asked to correct, on a real PostgreSQL: since when, and which run no longer found it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from supdata.ledger.schema import migrate, revert
from supdata.ledger.work_items import Item, WorkItems

pytestmark = pytest.mark.integration

UAI = "0751717J"
FIRST = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


def an_item(number: int, rule: str = "INE-FORMAT") -> Item:
    return Item(identity=f"{number:016x}", field="ine", rule=rule)


def night(number: int) -> tuple[str, datetime]:
    return f"night-{number}", FIRST + timedelta(days=number)


@pytest.fixture
def items(database_url: str) -> Iterator[WorkItems]:
    migrate(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield WorkItems(connection)


def test_an_item_is_open_since_it_was_first_seen_and_settled_by_the_run_that_no_longer_finds_it(items: WorkItems) -> None:
    for number in (1, 2):
        items.keep(UAI, *night(number), [an_item(1), an_item(2), an_item(2, "INE-NEAR")], complete=True)
    items.keep(UAI, *night(3), [an_item(1)], complete=True)
    assert items.opened(UAI) == {(f"{1:016x}", "ine"): night(1)[1]}
    assert items.settled_by(UAI, "night-3") == {"INE-FORMAT": 1, "INE-NEAR": 1}
    assert items.settled_by(UAI, "night-2") == {}


def test_the_same_run_told_again_changes_nothing_and_takes_back_what_it_settled_by_mistake(items: WorkItems) -> None:
    items.keep(UAI, *night(1), [an_item(1)], complete=True)
    items.keep(UAI, *night(2), [], complete=True)
    items.keep(UAI, *night(2), [], complete=True)
    assert items.settled_by(UAI, "night-2") == {"INE-FORMAT": 1}
    items.keep(UAI, *night(2), [an_item(1)], complete=True)
    assert items.opened(UAI) == {(f"{1:016x}", "ine"): night(1)[1]}


def test_what_comes_back_is_open_since_it_came_back(items: WorkItems) -> None:
    for number, found in ((1, [an_item(1)]), (2, []), (3, [an_item(1)])):
        items.keep(UAI, *night(number), found, complete=True)
    assert items.opened(UAI) == {(f"{1:016x}", "ine"): night(3)[1]}


def test_a_run_that_has_not_read_everything_settles_nothing(items: WorkItems) -> None:
    items.keep(UAI, *night(1), [an_item(1)], complete=True)
    items.keep(UAI, *night(2), [an_item(2)], complete=False)
    assert len(items.opened(UAI)) == 2


def test_an_older_run_that_is_told_again_changes_nothing(items: WorkItems) -> None:
    items.keep(UAI, *night(1), [an_item(1)], complete=True)
    items.keep(UAI, *night(5), [an_item(2)], complete=True)
    items.keep(UAI, *night(1), [an_item(1)], complete=True)
    assert list(items.opened(UAI)) == [(f"{2:016x}", "ine")]


def test_what_was_settled_long_ago_is_forgotten_and_other_schools_are_left_alone(items: WorkItems) -> None:
    items.keep(UAI, *night(1), [an_item(1)], complete=True)
    items.keep("0442953W", *night(1), [an_item(1)], complete=True)
    items.keep(UAI, *night(2), [], complete=True)
    items.keep(UAI, *night(500), [], complete=True)
    places = {(f"{1:016x}", "ine"), (f"{9:016x}", "ine")}
    assert items.known(UAI, places) == set()
    assert items.known("0442953W", places) == {(f"{1:016x}", "ine")}


def test_a_hundred_thousand_items_are_kept_at_once(items: WorkItems) -> None:
    items.keep(UAI, *night(1), (an_item(number) for number in range(100_000)), complete=True)
    items.keep(UAI, *night(2), (an_item(number) for number in range(0, 100_000, 2)), complete=True)
    assert len(items.opened(UAI)) == 50_000


def test_the_table_takes_no_value_for_an_identity(items: WorkItems) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        items.keep(UAI, *night(1), [Item(identity="123456789FJ", field="ine", rule="INE-FORMAT")], complete=True)


def test_the_way_down_takes_the_items_and_the_way_up_brings_an_empty_table(database_url: str) -> None:
    for _ in range(2):
        migrate(database_url, "0011")
        with psycopg.connect(database_url, autocommit=True) as connection:
            WorkItems(connection).keep(UAI, *night(1), [an_item(1)], complete=True)
        revert(database_url, "0010")
        migrate(database_url, "0011")
        with psycopg.connect(database_url, autocommit=True) as connection:
            assert WorkItems(connection).opened(UAI) == {}
