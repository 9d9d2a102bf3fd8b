"""The count of POSTs tells apart what had to be sent again from what had not."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from chaos.posts import Posts, read_posts, replay
from chaos.recorded import Recorded, name_of
from supdata.sandbox.registry.resetting import EXTENSION

BODY = b'{"ine": "any"}'
NAME = name_of(BODY)


def posts(*lines: str) -> Posts:
    return replay([NAME, *line.split()] if line not in {"started", "night-over"} else [line] for line in lines)


@pytest.mark.parametrize("before", ["untold", "told 500", "told 502", "told 503", "told 408"])
def test_what_came_again_though_it_may_be_written_was_sent_in_doubt(before: str) -> None:
    found = posts("came", before, "came", "told 200")
    assert (found.total, found.again_in_doubt(BODY), found.needless) == (2, 1, 0)


@pytest.mark.parametrize("before", ["told 429", "told 429 later", "told 503 later"])
def test_what_was_turned_away_came_again_in_no_doubt(before: str) -> None:
    found = posts("came", before, "came", "told 200")
    assert (found.again_in_doubt(BODY), found.needless) == (0, 0)


@pytest.mark.parametrize("end", ["told 200", "told 400", "told 404"])
def test_what_came_again_after_an_end_was_told_is_needless(end: str) -> None:
    assert posts("came", end, "came", "told 200").needless == 1


def test_an_end_told_after_a_doubt_ends_the_doubt() -> None:
    found = posts("came", "untold", "came", "told 200", "came", "told 200")
    assert (found.again_in_doubt(BODY), found.needless) == (1, 1)


def test_what_is_sent_twice_at_once_is_needless() -> None:
    assert posts("came", "came", "told 200", "told 200").needless == 1


def test_what_was_under_way_when_the_registry_died_is_in_doubt() -> None:
    found = posts("came", "started", "came", "told 200")
    assert (found.again_in_doubt(BODY), found.needless) == (1, 0)


def test_a_refusal_may_be_asked_again_the_next_night_and_an_acceptance_may_not() -> None:
    assert posts("came", "told 404", "night-over", "came", "told 404").needless == 0
    assert posts("came", "told 200", "night-over", "came", "told 200").needless == 1


class Transport:
    """A caller that listens until it hangs up."""

    gone = False

    def is_closing(self) -> bool:
        return self.gone


def post(app: Recorded, transport: Transport) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/x", "extensions": {EXTENSION: {"transport": transport}}}
    asyncio.run(app(scope, receive, send))
    return sent


def answering(status: int, *, hanging_up: bool = False, headers: Any = ()) -> Any:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["body"] == BODY, "the application reads the body all the same"
        scope["extensions"][EXTENSION]["transport"].gone = hanging_up
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b""})

    return app


def test_an_answer_that_went_out_is_told(tmp_path: Path) -> None:
    app = Recorded(answering(503, headers=[(b"retry-after", b"1")]), tmp_path / "posts")
    assert len(post(app, Transport())) == 2
    assert (tmp_path / "posts").read_text() == f"started\n{NAME} came\n{NAME} told 503 later\n"


def test_an_answer_to_a_caller_who_is_gone_is_not_told(tmp_path: Path) -> None:
    app = Recorded(answering(200, hanging_up=True), tmp_path / "posts")
    post(app, Transport())
    post(app, Transport())
    found = read_posts(tmp_path / "posts")
    assert (found.total, found.again_in_doubt(BODY), found.needless) == (2, 1, 0)


def test_an_application_that_breaks_has_told_nobody(tmp_path: Path) -> None:
    async def breaking(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError

    app = Recorded(breaking, tmp_path / "posts")
    with pytest.raises(RuntimeError):
        post(app, Transport())
    assert (tmp_path / "posts").read_text().endswith(f"{NAME} untold\n")
