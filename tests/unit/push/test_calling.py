import asyncio
from collections.abc import Mapping, Sequence

import pytest

from supdata.errors import AccessRefused, SupdataError, TryLater
from supdata.push.calling import NEVER_SENT, Caller, Later
from supdata.push.patience import Patience
from supdata.push.watching import Watch
from supdata.records.states import Outcome
from supdata.registry.answers import Again, Answer

QUICK = Patience(first_pause_seconds=0.001, longest_pause_seconds=0.02, rounds=3)
ACCEPTED = Answer(Outcome.ACCEPTED, 200, id_inscription="1")
REFUSED = Answer(Outcome.REFUSED, 400, words="le format")
ERROR = Answer(Outcome.AMBIGUOUS, 500, again=Again.RISKY)
TIMEOUT = Answer(Outcome.AMBIGUOUS, 0, again=Again.RISKY)
TOO_MANY = Answer(Outcome.NOT_ATTEMPTED, 429, again=Again.SAFE, retry_after_seconds=0)
AWAY = Answer(Outcome.NOT_ATTEMPTED, 0, again=Again.SAFE)
WRONG_ECHO = Answer(Outcome.AMBIGUOUS, 200)
METHOD = Answer(Outcome.NOT_ATTEMPTED, 405)
NO_KEY = AccessRefused("Declaring", "it refused the key (401)", "Correct the key.")


class Script:
    """A registry that answers what is written; the last line for ever."""

    def __init__(self, lines: Sequence[Answer | SupdataError]) -> None:
        self.lines = list(lines)
        self.calls = 0

    async def declare(self, body: Mapping[str, str]) -> Answer:
        line = self.lines[min(self.calls, len(self.lines) - 1)]
        self.calls += 1
        if isinstance(line, SupdataError):
            raise line
        return line


def call(*lines: Answer | SupdataError, reposts: int = 3) -> tuple[Answer, int, SupdataError | None]:
    """Return the answer that stands, the number of calls, and why the push stopped if it did."""

    async def insist() -> tuple[Answer, int, SupdataError | None]:
        script, watch = Script(lines), Watch("chunk-0001", 4, QUICK)
        caller = Caller(script, watch, QUICK, reposts)
        answer: Answer | Later = Later(0)
        while isinstance(answer, Later):
            await asyncio.sleep(answer.seconds)
            answer = await caller.call({})
        return answer, script.calls, watch.failure

    return asyncio.run(insist())


@pytest.mark.parametrize("answer", [ACCEPTED, REFUSED, WRONG_ECHO, METHOD], ids=lambda answer: str(answer.status))
def test_a_final_answer_is_asked_for_once(answer: Answer) -> None:
    assert call(answer) == (answer, 1, None)


def test_a_request_that_was_not_taken_is_made_again() -> None:
    assert call(TOO_MANY, AWAY, ACCEPTED) == (ACCEPTED, 3, None)


def test_a_record_in_doubt_is_sent_again_a_bounded_number_of_times() -> None:
    assert call(ERROR, TIMEOUT, ACCEPTED) == (ACCEPTED, 3, None)
    assert call(ERROR) == (ERROR, 4, None)


def test_under_hold_a_record_in_doubt_is_not_sent_again() -> None:
    assert call(ERROR, ACCEPTED, reposts=0) == (ERROR, 1, None)


def test_a_registry_that_is_away_stops_the_push_and_nothing_was_attempted() -> None:
    answer, calls, failure = call(AWAY)
    assert (answer.outcome, calls) == (Outcome.NOT_ATTEMPTED, QUICK.rounds + 1)
    assert isinstance(failure, TryLater)
    assert "cannot be reached" in str(failure)


def test_a_refused_key_stops_the_push_after_one_call() -> None:
    answer, calls, failure = call(NO_KEY)
    assert (answer.outcome, calls, failure) == (Outcome.NOT_ATTEMPTED, 1, NO_KEY)


@pytest.mark.parametrize("then", [NO_KEY, AWAY, METHOD], ids=["refused key", "away", "405"])
def test_once_in_doubt_a_record_never_counts_as_not_attempted(then: Answer | SupdataError) -> None:
    assert call(TIMEOUT, then)[0] == TIMEOUT


def test_a_long_retry_after_ends_the_push_instead_of_waiting() -> None:
    answer, calls, failure = call(Answer(Outcome.NOT_ATTEMPTED, 429, again=Again.SAFE, retry_after_seconds=3_600))
    assert (answer.outcome, calls) == (Outcome.NOT_ATTEMPTED, 1)
    assert "3600 seconds" in str(failure)


def test_many_answers_in_a_row_that_settle_nothing_stop_the_push() -> None:
    async def record_after_record() -> tuple[int, SupdataError | None]:
        script, watch = Script([ERROR]), Watch("chunk-0001", 2, QUICK)
        caller = Caller(script, watch, QUICK, reposts=0)
        for _ in range(50):
            await caller.call({})
        return script.calls, watch.failure

    calls, failure = asyncio.run(record_after_record())
    assert calls == QUICK.rounds * 2
    assert "settled nothing" in str(failure)


def test_a_settled_answer_in_between_keeps_the_push_going() -> None:
    async def record_after_record() -> SupdataError | None:
        watch = Watch("chunk-0001", 2, QUICK)
        caller = Caller(Script([ERROR, ERROR, ACCEPTED] * 20), watch, QUICK, reposts=0)
        for _ in range(60):
            await caller.call({})
        return watch.failure

    assert asyncio.run(record_after_record()) is None


def told_to_wait(seconds: float, status: int = 429) -> Answer:
    return Answer(Outcome.NOT_ATTEMPTED, status, again=Again.SAFE, retry_after_seconds=seconds)


def waits(concurrency: int, *answers: Answer) -> tuple[list[float], bool, SupdataError | None]:
    """Return how long each record that was turned away must wait, whether everybody pauses after the last, and any failure."""

    async def noted() -> tuple[list[float], bool, SupdataError | None]:
        patience = Patience(first_pause_seconds=0.001, longest_pause_seconds=60)
        watch, waiting = Watch("chunk-0001", concurrency, patience), []
        for answer in answers:
            if answer.again is Again.SAFE:
                waiting.append(watch.turned_away(answer))
            else:
                watch.settled(answer)
        turn = asyncio.ensure_future(watch.throttle.take_turn())
        await asyncio.sleep(0.005)
        pauses = not turn.done()
        turn.cancel()
        return waiting, pauses, watch.failure

    return asyncio.run(noted())


def test_one_429_among_acceptances_binds_its_record_alone() -> None:
    assert waits(4, told_to_wait(30), ACCEPTED, told_to_wait(30)) == ([30.0, 30.0], False, None)


def test_a_whole_round_of_429_binds_everybody() -> None:
    found, pauses, failure = waits(4, *[told_to_wait(30)] * 4)
    assert (found, pauses, failure) == ([30.0] * 4, True, None)


def test_one_503_that_names_a_wait_binds_everybody() -> None:
    assert waits(8, ACCEPTED, told_to_wait(30, status=503)) == ([30.0], True, None)


def test_a_429_without_a_wait_still_waits() -> None:
    found, _, _ = waits(8, Answer(Outcome.NOT_ATTEMPTED, 429, again=Again.SAFE))
    assert found[0] > 0


def test_a_record_in_doubt_that_is_then_turned_away_is_not_handed_back() -> None:
    assert call(TIMEOUT, TOO_MANY, ACCEPTED) == (ACCEPTED, 3, None)
    assert call(TIMEOUT, TOO_MANY, NO_KEY)[0] == TIMEOUT


def test_a_record_turned_away_when_the_push_is_over_was_never_sent() -> None:
    assert call(told_to_wait(3_600))[0] == NEVER_SENT
