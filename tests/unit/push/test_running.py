import asyncio
import gc
import signal

import pytest

from supdata.push.running import run_apart


class TaskEnded(Exception):
    """What Airflow raises in a task that is told to end."""


async def _fail() -> None:
    raise KeyError("why")


def test_what_it_returns_or_raises_is_what_it_was_given() -> None:
    assert run_apart(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(KeyError, match="why"):
        run_apart(_fail())


def test_an_exception_in_who_waits_cancels_it_and_goes_on_when_it_has_ended() -> None:
    said = []

    async def busy() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.05)  # not before it has begun, however busy the machine is
        try:
            while True:  # noqa: ASYNC110 - busy on purpose: the exception comes amid the loop's work
                await asyncio.sleep(0)
        finally:
            await asyncio.sleep(0.01)
            said.append("ended")

    def end(*_: object) -> None:
        raise TaskEnded

    before = signal.signal(signal.SIGALRM, end)
    try:
        with pytest.raises(TaskEnded):
            run_apart(busy())
    finally:
        signal.signal(signal.SIGALRM, before)
    assert said == ["ended"]


async def _how_many_are_left_alone() -> int:
    return gc.get_freeze_count()


def test_what_was_loaded_before_is_left_alone_meanwhile_and_not_longer() -> None:
    assert gc.get_freeze_count() == 0
    assert run_apart(_how_many_are_left_alone()) > 1_000
    assert gc.get_freeze_count() == 0


def test_what_somebody_else_wants_left_alone_stays_so() -> None:
    gc.freeze()
    try:
        run_apart(asyncio.sleep(0))
        assert gc.get_freeze_count() > 1_000
    finally:
        gc.unfreeze()
