"""Notices on their way out: a real HTTP receiver and a real mail server, the notifiers as Airflow calls them."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from integration.receiving import ChatService, Mailbox, chat_service, mailbox, text_of
from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.orchestration import webhook
from supdata.orchestration.mail import send_mail
from supdata.orchestration.notifying import MailNotifier, WebhookNotifier, notifiers
from supdata.orchestration.run_folder import ROOT_VARIABLE, RunFolder

pytestmark = pytest.mark.integration
SCHOOL = Path(__file__).parents[1] / "configs" / "valid" / "0751717J.yaml"
BROKEN = Path(__file__).parents[1] / "configs" / "bad" / "unknown_keys.yaml"
RUN_ID = "manual__2026-11-27T00:00:00+00:00"
SECRET = "/services/T000/B000/verysecretpath"


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatService]:
    monkeypatch.setattr(webhook, "WAITS", (0.01, 0.02))
    with chat_service() as service:
        room(monkeypatch, service, "slack")
        yield service


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as box:
        post_office(monkeypatch, box)
        yield box


def room(monkeypatch: pytest.MonkeyPatch, service: ChatService, shape: str, password: str = SECRET, **extra: str) -> None:
    fields = {"conn_type": "http", "host": f"http://127.0.0.1:{service.port}", "password": password}
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_WEBHOOK", json.dumps({**fields, "extra": {"shape": shape, **extra}}))


def post_office(monkeypatch: pytest.MonkeyPatch, box: Mailbox, **changes: Any) -> None:
    extra = {"from_email": "supdata@example.org", "notices_to": "ops@example.org, astreinte@example.org", "disable_ssl": True}
    fields = {"conn_type": "smtp", "host": "127.0.0.1", "port": box.port, "login": "supdata", "password": "made"}
    extra |= {"disable_tls": True, "retry_limit": 1}
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_MAIL", json.dumps({**fields, "extra": extra, **changes}))


def red_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    folder = RunFolder(str(tmp_path), "0751717J", RUN_ID)
    with folder.stage("extract", {}):
        pass
    with pytest.raises(AccessRefused), folder.stage("push", {}, part="chunk-0001"):
        raise AccessRefused("Declaring", "the registry answered 401", "Correct the connection.")
    return {"dag": DAG("supdata_0751717j"), "run_id": RUN_ID, "reason": "task_failure"}


def test_a_red_run_is_told_in_the_chat_room_and_by_e_mail(
    chat: ChatService, box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for notifier in notifiers(str(SCHOOL)):
        notifier(red_run(tmp_path, monkeypatch))
    (posted,), (message,) = chat.posted, box.messages
    assert (posted.method, posted.path) == ("POST", SECRET)
    assert (message["To"], message["From"]) == ("ops@example.org, astreinte@example.org", "supdata@example.org")
    for text in (posted.body["text"], text_of(message)):
        for told in ("0751717J", "push", "AccessRefused", "the registry answered 401", "correct the user, password or key"):
            assert told in text
        assert "/dags/supdata_0751717j/runs/manual__2026-11-27T00%3A00%3A00%2B00%3A00" in text


def test_a_red_task_that_decides_nothing_is_told_of_itself(
    chat: ChatService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One notifier serves the tasks of all schools: which file it is about, the task knows."""
    context = red_run(tmp_path, monkeypatch)
    with pytest.raises(TryLater), RunFolder(str(tmp_path), "0751717J", RUN_ID).stage("deliver", {}):
        raise TryLater("Delivering", "no answer", "Wait.")
    task = type("Task", (), {"op_kwargs": {"config": str(SCHOOL)}})()
    WebhookNotifier(stage="deliver")({**context, "task": task})
    assert "failed at deliver (TryLater)" in chat.posted[0].body["text"]


def test_without_its_connection_a_notifier_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = red_run(tmp_path, monkeypatch)
    for notifier in notifiers(str(SCHOOL)):
        notifier(context)


def test_a_task_that_left_nothing_behind_is_told_by_what_airflow_knows(
    chat: ChatService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error's message is not told: nobody knows what it quotes."""
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    task = type("Task", (), {"task_id": "arrive"})()
    context: Any = {"dag": DAG("supdata_0751717j"), "run_id": RUN_ID, "ti": task, "exception": ValueError("123456789FJ")}
    WebhookNotifier(str(SCHOOL))(context)
    text = chat.posted[0].body["text"]
    assert "arrive" in text
    assert "ValueError" in text
    assert "123456789FJ" not in text


def test_a_broken_institution_file_is_told_under_the_file_s_name(chat: ChatService, monkeypatch: pytest.MonkeyPatch) -> None:
    WebhookNotifier(str(BROKEN))({"dag": DAG("supdata_unknown_keys"), "run_id": RUN_ID})
    assert "SupData unknown_keys: failed" in chat.posted[0].body["text"]


def test_tchap_gets_a_message_of_its_room_once_by_token(
    chat: ChatService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, chat, "tchap", password="syt_token", room="!abc:agent.example.tchap.gouv.fr")
    context = red_run(tmp_path, monkeypatch)
    for _ in range(2):
        WebhookNotifier(str(SCHOOL))(context)
    first, second = chat.posted
    assert first.method == "PUT"
    assert first.path.startswith("/_matrix/client/v3/rooms/%21abc%3Aagent.example.tchap.gouv.fr/send/m.room.message/")
    assert first.path == second.path, "the service knows by it that it is the same"
    assert first.token == "Bearer syt_token"
    assert first.body["msgtype"] == "m.text"


def test_a_busy_room_is_asked_again_and_a_closed_one_is_not(
    chat: ChatService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And the secret address is in no message."""
    context = red_run(tmp_path, monkeypatch)
    chat.answers = [(429, {"Retry-After": "0"}), (503, {})]
    WebhookNotifier(str(SCHOOL))(context)
    assert len(chat.posted) == 3
    chat.answers = [(404, {})]
    with caplog.at_level(logging.DEBUG), pytest.raises(AccessRefused) as refused:
        WebhookNotifier(str(SCHOOL))(context)
    assert len(chat.posted) == 4
    assert "verysecretpath" not in f"{refused.value}{caplog.text}"


def test_a_redirect_is_not_followed(chat: ChatService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.answers = [(307, {"Location": f"http://127.0.0.1:{chat.port}/elsewhere"})]
    with pytest.raises(FixConfig):
        WebhookNotifier(str(SCHOOL))(red_run(tmp_path, monkeypatch))
    assert [one.path for one in chat.posted] == [SECRET]


@pytest.mark.parametrize(
    ("host", "extra"),
    [
        ("http://chat.example.org", {"shape": "slack"}),
        ("https://a.example", {"shape": "irc"}),
        ("https://a.example", {"shape": "tchap"}),
    ],
)
def test_a_connection_that_makes_no_room_is_refused(monkeypatch: pytest.MonkeyPatch, host: str, extra: dict[str, str]) -> None:
    fields = {"conn_type": "http", "host": host, "password": "s", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_WEBHOOK", json.dumps(fields))
    with pytest.raises(FixConfig):
        WebhookNotifier(str(SCHOOL))({"dag": DAG("supdata_0751717j"), "run_id": RUN_ID})


def test_what_keeps_an_e_mail_from_going_is_said(box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post_office(monkeypatch, box, password="wrong")
    with pytest.raises(AccessRefused):
        MailNotifier(str(SCHOOL))(red_run(tmp_path, monkeypatch))
    post_office(monkeypatch, box, port=1)
    with pytest.raises(TryLater):
        send_mail("supdata_mail", ["ops@example.org"], "subject", "text")
    post_office(monkeypatch, box, extra={})
    with pytest.raises(FixConfig, match="no sender"):
        send_mail("supdata_mail", ["ops@example.org"], "subject", "text")
    post_office(monkeypatch, box)
    box.refuses = "gone@example.org"
    with pytest.raises(FixConfig, match="recipient"):
        send_mail("supdata_mail", ["gone@example.org"], "subject", "text")
    assert box.messages == []
