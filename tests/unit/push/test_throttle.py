import asyncio

from supdata.push.throttle import Throttle


def test_no_more_than_the_limit_are_under_way() -> None:
    async def crowd() -> int:
        throttle, under_way, most = Throttle(3), 0, 0

        async def one() -> None:
            nonlocal under_way, most
            async with throttle.turn():
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0.001)
                under_way -= 1

        await asyncio.gather(*(one() for _ in range(20)))
        return most

    assert asyncio.run(crowd()) == 3


def test_being_told_to_slow_down_by_many_at_once_halves_the_limit_once() -> None:
    async def slowed() -> tuple[list[bool], int]:
        throttle = Throttle(8)
        return [throttle.slow_down(10) for _ in range(5)], throttle.limit

    assert asyncio.run(slowed()) == ([True, False, False, False, False], 4)


def test_the_limit_never_falls_below_one_and_comes_back_no_higher_than_it_was() -> None:
    async def limits() -> tuple[int, int]:
        throttle = Throttle(4)
        for _ in range(6):
            throttle.slow_down(0)
        lowest = throttle.limit
        for _ in range(100):
            throttle.went_well()
        return lowest, throttle.limit

    assert asyncio.run(limits()) == (1, 4)


def test_nobody_starts_during_a_pause() -> None:
    async def waited() -> float:
        throttle = Throttle(2)
        throttle.slow_down(0.05)
        before = asyncio.get_running_loop().time()
        async with throttle.turn():
            return asyncio.get_running_loop().time() - before

    assert asyncio.run(waited()) >= 0.045


def test_a_limit_that_grows_wakes_those_who_wait() -> None:
    async def crowd() -> int:
        throttle, under_way, most = Throttle(8), 0, 0
        for _ in range(3):
            throttle.slow_down(0)

        async def one() -> None:
            nonlocal under_way, most
            async with throttle.turn():
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0.001)
                throttle.went_well()
                under_way -= 1

        await asyncio.gather(*(one() for _ in range(100)))
        return most

    assert asyncio.run(crowd()) == 8
