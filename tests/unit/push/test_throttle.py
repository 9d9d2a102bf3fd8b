import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from supdata.push.throttle import Throttle


def test_no_more_than_the_limit_are_under_way() -> None:
    async def crowd() -> int:
        throttle, under_way, most = Throttle(3), 0, 0

        async def one() -> None:
            nonlocal under_way, most
            await throttle.take_turn()
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.001)
            under_way -= 1
            throttle.give_back()

        await asyncio.gather(*(one() for _ in range(20)))
        return most

    assert asyncio.run(crowd()) == 3


def test_being_told_to_slow_down_by_many_at_once_halves_the_limit_once() -> None:
    async def slowed() -> tuple[list[bool], int]:
        throttle = Throttle(8)
        return [throttle.pause(10) for _ in range(5)], throttle.limit

    assert asyncio.run(slowed()) == ([True, False, False, False, False], 4)


def test_the_limit_never_falls_below_one_and_comes_back_no_higher_than_it_was() -> None:
    async def limits() -> tuple[int, int]:
        throttle = Throttle(4)
        for _ in range(6):
            throttle.pause(0)
        lowest = throttle.limit
        for _ in range(100):
            throttle.went_well()
        return lowest, throttle.limit

    assert asyncio.run(limits()) == (1, 4)


def test_nobody_starts_during_a_pause() -> None:
    async def waited() -> float:
        throttle = Throttle(2)
        throttle.pause(0.05)
        before = asyncio.get_running_loop().time()
        await throttle.take_turn()
        return asyncio.get_running_loop().time() - before

    assert asyncio.run(waited()) >= 0.045


def test_a_limit_that_grows_wakes_those_who_wait() -> None:
    async def crowd() -> int:
        throttle, under_way, most = Throttle(8), 0, 0
        for _ in range(3):
            throttle.pause(0)

        async def one() -> None:
            nonlocal under_way, most
            await throttle.take_turn()
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.001)
            throttle.went_well()
            under_way -= 1
            throttle.give_back()

        await asyncio.gather(*(one() for _ in range(100)))
        return most

    assert asyncio.run(crowd()) == 8


@given(st.integers(1, 256))
def test_a_whole_round_that_is_turned_away_halves_the_limit(concurrency: int) -> None:
    throttle = Throttle(concurrency)
    for _ in range(concurrency):
        throttle.turned_away()
    assert throttle.limit == max(1, concurrency // 2)


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 64))
def test_whatever_is_answered_the_limit_stays_between_one_and_the_concurrency(well: list[bool], concurrency: int) -> None:
    throttle = Throttle(concurrency)
    for one in well:
        throttle.went_well() if one else throttle.turned_away()
        assert 1 <= throttle.limit <= concurrency


def test_one_in_ten_turned_away_leaves_a_push_of_eight_nearly_all_its_requests() -> None:
    throttle = Throttle(8)
    for answer in range(1_000):
        throttle.turned_away() if answer % 10 == 0 else throttle.went_well()
        assert throttle.limit >= 7


def test_no_more_start_in_a_second_than_the_rate_allows() -> None:
    async def starts() -> list[float]:
        throttle, started = Throttle(8, rate=200), list[float]()

        async def one() -> None:
            await throttle.take_turn()
            started.append(asyncio.get_running_loop().time())
            throttle.give_back()

        await asyncio.gather(*(one() for _ in range(20)))
        return started

    started = asyncio.run(starts())
    assert all(later - before >= 0.0049 for before, later in pairwise(started))
