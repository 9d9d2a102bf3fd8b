"""The deliver task on real servers: a school's SFTP server, a mail server, a chat room, the ledger, and a StatsD listener."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from airflow.sdk import DAG
from airflow.sdk._shared.observability.metrics import stats as shared_stats
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics.stats_utils import get_stats_factory

from builders import UNIVERSITY, a_run_summary, an_institution
from integration.receiving import ChatService, Mailbox, chat_service, mailbox, text_of
from integration.sftp_serving import sftp_server
from supdata.errors import AccessRefused, FixConfig, RunStopped, TryLater
from supdata.ledger.history import History
from supdata.ledger.registrars import Registrars
from supdata.ledger.schema import migrate, revert
from supdata.orchestration import webhook
from supdata.orchestration.delivering import deliver_run
from supdata.orchestration.metrics import emit_run
from supdata.orchestration.notifying import WebhookNotifier
from supdata.orchestration.past_runs import SUMMARY, Summed
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import ROOT_VARIABLE, RunFolder, as_json
from supdata.orchestration.silence import tell_silent_schools
from supdata.records.counts import Counts
from supdata.records.summary import RunSummary
from supdata.records.told import SignOff, Told

pytestmark = pytest.mark.integration
PROJECT = Path(__file__).parents[2]
FIRST = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
LIST = "INE;Date\r\n123456789FJ;2004-03-09\r\n".encode("utf-8-sig")


@dataclass
class Office:
    """A school's servers, its mailbox and the chat room of ops, with Airflow's connections to them."""

    root: Path
    files: Path
    box: Mailbox
    chat: ChatService
    database: str

    def night(self, number: int = 1, *, items: str = "same", delivery: dict[str, Any] | None = None, **changes: Any) -> Run:
        """Return a run whose report has just been written."""
        ended = FIRST + timedelta(days=number)
        summary = a_run_summary(
            run_id=f"night-{number}", ended=ended, started=ended - timedelta(minutes=4), due=ended, **changes
        )
        run = Run(
            institution=an_institution(delivery=delivery or {}),
            folder=RunFolder(str(self.root), UNIVERSITY, summary.run_id),
            run_id=summary.run_id,
            started=ended,
            mode="delta",
            dry_run=summary.dry_run,
            limit=None,
            dag_id=summary.dag_id,
        )
        with run.stage("report") as result:
            run.folder.write_bytes("report", "rapport.html", f"rapport {number}".encode())
            run.folder.write_bytes("report", "a_corriger.csv", LIST)
            run.folder.write_bytes("report", SUMMARY, as_json(Summed(summary=summary, items=items)))
            result.files += ["rapport.html", "a_corriger.csv", SUMMARY]
        self.keep(summary)
        return run

    def keep(self, summary: RunSummary) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            History(connection).keep(summary)


@pytest.fixture
def office(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    migrate(database_url)
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", database_url)
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    files = tmp_path / "school"
    (files / "retour").mkdir(parents=True)
    with mailbox() as box, chat_service() as chat, sftp_server(files) as port:
        server = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": "school", "password": "made"}
        connect(monkeypatch, "SFTP_RETOUR", {**server, "extra": {"no_host_key_check": True}})
        mail = {"conn_type": "smtp", "host": "127.0.0.1", "port": box.port, "login": "supdata", "password": "made"}
        extra = {"from_email": "supdata@example.org", "disable_ssl": True, "disable_tls": True, "retry_limit": 1}
        connect(monkeypatch, "SUPDATA_MAIL", {**mail, "extra": extra})
        room = {"conn_type": "http", "host": f"http://127.0.0.1:{chat.port}", "password": "/room"}
        connect(monkeypatch, "SUPDATA_WEBHOOK", {**room, "extra": {"shape": "slack"}})
        yield Office(tmp_path / "runs", files, box, chat, database_url)


def connect(monkeypatch: pytest.MonkeyPatch, name: str, fields: dict[str, Any]) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps(fields))


RETURN = {"connection": "sftp_retour", "folder": "/retour"}


def test_nothing_leaves_that_is_not_asked_for(office: Office) -> None:
    assert deliver_run(office.night()) == {"sftp": 0, "mail": 0, "notice": 0, "red": 0}
    assert (office.box.messages, office.chat.posted, list((office.files / "retour").iterdir())) == ([], [], [])


def test_the_report_and_the_list_are_put_whole_into_the_return_folder_in_the_place_of_the_last(office: Office) -> None:
    for number in (1, 2):
        assert deliver_run(office.night(number, delivery={"sftp": RETURN}))["sftp"] == 2
    found = {path.name: path.read_bytes() for path in (office.files / "retour").iterdir()}
    assert found == {"rapport.html": b"rapport 2", "a_corriger.csv": LIST}


def test_a_run_that_judged_nothing_leaves_the_list_of_the_night_before(office: Office) -> None:
    deliver_run(office.night(1, delivery={"sftp": RETURN}))
    (office.files / "retour" / "a_corriger.csv").write_bytes(b"half worked off")
    deliver_run(office.night(2, delivery={"sftp": RETURN}, state="failed", failed_stage="extract", known=()))
    assert (office.files / "retour" / "rapport.html").read_bytes() == b"rapport 2"
    assert (office.files / "retour" / "a_corriger.csv").read_bytes() == b"half worked off"


def test_a_registrar_gets_counts_and_a_link_once_and_no_student(office: Office) -> None:
    how = {"mail": {}, "reminders": {"every_days": 2, "at_most": 1}}
    sent = [deliver_run(office.night(number, delivery=how))["mail"] for number in range(1, 8)]
    assert sent == [1, 0, 1, 0, 0, 0, 0]
    news, reminder = office.box.messages
    assert (news["To"], news["From"]) == ("scolarite@universite-essai.example", "supdata@example.org")
    assert "2 lignes à corriger" in news["Subject"]
    assert reminder["Subject"].startswith("Rappel : ")
    assert "depuis 2 jours pour la plus ancienne" in text_of(reminder)
    for message in (news, reminder):
        assert "/supdata/schools/supdata_0751717j/runs/night-" in text_of(message)
        assert not list(message.iter_attachments())
        assert "123456789FJ" not in text_of(message)
        assert "2004" not in text_of(message)


def test_what_changes_is_told_and_in_english_where_that_is_wanted(office: Office) -> None:
    how = {"mail": {"to": ["registrar@example.org"], "language": "en"}}
    sent = [deliver_run(office.night(number, delivery=how, items=items))["mail"] for number, items in enumerate("aab", 1)]
    assert sent == [1, 0, 1]
    assert [message["Subject"] for message in office.box.messages] == ["SupData 0751717J: 2 rows to correct"] * 2


def test_an_e_mail_that_could_not_be_sent_is_sent_by_the_next_try_or_the_next_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = {"mail": {}, "sftp": RETURN}
    office.box.refuses = "scolarite@universite-essai.example"
    run = office.night(1, delivery=how)
    with pytest.raises(FixConfig, match="recipient"):
        deliver_run(run)
    assert (office.files / "retour" / "rapport.html").exists(), "the other way was gone all the same"
    (result,) = run.folder.results("deliver")
    assert not result.success
    office.box.refuses = ""
    assert deliver_run(office.night(2, delivery=how))["mail"] == 1


def test_a_return_folder_that_cannot_be_used_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FixConfig, match="no such folder"):
        deliver_run(office.night(delivery={"sftp": {**RETURN, "folder": "/nowhere"}}))
    server = {"conn_type": "sftp", "host": "127.0.0.1", "port": 1, "login": "school", "password": "made"}
    connect(monkeypatch, "SFTP_RETOUR", {**server, "extra": {"no_host_key_check": True}})
    with pytest.raises(TryLater):
        deliver_run(office.night(delivery={"sftp": RETURN}))


def test_ops_are_told_of_a_green_run_that_is_not_as_usual(office: Office) -> None:
    for number in range(1, 5):
        deliver_run(office.night(number))
    assert office.chat.posted == []
    counts = {**a_run_summary().counts, "rejected": 40}
    assert deliver_run(office.night(5, counts=counts))["notice"] == 1
    (posted,) = office.chat.posted
    assert "40.0% of the rows are rejected; usual is 2.0%." in posted.body["text"]


def test_ops_are_told_by_the_run_itself_that_it_is_red_and_not_again_by_airflow(office: Office, tmp_path: Path) -> None:
    run = red(office.night(), told="report")
    notifier = WebhookNotifier(str(PROJECT / "dags" / "institutions" / f"{UNIVERSITY}.yaml"))
    context: Any = {"dag": DAG(run.dag_id), "run_id": run.run_id}
    assert deliver_run(run)["red"] == 1
    notifier(context)
    (posted,) = office.chat.posted
    assert f"SupData {UNIVERSITY}: failed at push (AccessRefused)" in posted.body["text"]
    assert run.run_id in posted.body["text"]
    with pytest.raises(RunStopped), run.stage("reconcile"):
        raise RunStopped("Reconciling", "`push` failed", "Mend it.")
    notifier(context)
    assert len(office.chat.posted) == 2, "the second try is red too, and has not told"


def red(run: Run, told: str) -> Run:
    """Let the run's push have failed, and with it `reconcile`; what its report has `told` is written again after them."""
    written = {name: run.folder.read_bytes(told, name) for name in ("rapport.html", "a_corriger.csv", SUMMARY)}
    with pytest.raises(AccessRefused), run.stage("push", part="chunk-0001"):
        raise AccessRefused("Declaring", "the registry answered 401", "Correct the connection.")
    with pytest.raises(RunStopped), run.stage("reconcile"):
        raise RunStopped("Reconciling", "`push` failed", "Mend it.")
    with run.stage(told) as result:
        for name, content in written.items():
            run.folder.write_bytes(told, name, content)
        result.files += list(written)
    return run


def test_a_red_run_whose_notice_did_not_get_through_is_told_by_airflow(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    run = red(office.night(), told="report")
    monkeypatch.setattr(webhook, "WAITS", ())
    office.chat.answers = [(503, {})]
    with pytest.raises(TryLater):
        deliver_run(run)
    heard = len(office.chat.posted)
    WebhookNotifier(str(PROJECT / "dags" / "institutions" / f"{UNIVERSITY}.yaml"))(
        {"dag": DAG(run.dag_id), "run_id": run.run_id}
    )
    assert len(office.chat.posted) == heard + 1


def test_ops_are_told_in_one_notice_which_schools_have_gone_silent(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "institutions"
    folder.mkdir()
    for uai in (UNIVERSITY, "0442953W", "0881269B"):
        text = (PROJECT / "dags" / "institutions" / f"{uai}.yaml").read_text(encoding="utf-8")
        (folder / f"{uai}.yaml").write_text(text, encoding="utf-8")
    (folder / "0332870R.yaml").write_text("uai: 0332870R\n", encoding="utf-8")
    office.keep(a_run_summary(ended=FIRST))
    office.keep(a_run_summary(uai="0442953W", ended=FIRST + timedelta(days=8)))
    assert tell_silent_schools(folder, FIRST + timedelta(days=9)) == [UNIVERSITY]
    (posted,) = office.chat.posted
    assert "1 school without a green run: 0751717J for 9 days" in posted.body["text"]


def test_what_a_registrar_was_told_and_has_signed_is_kept_and_the_tables_go_up_and_down(office: Office) -> None:
    with psycopg.connect(office.database, autocommit=True) as connection:
        registrars = Registrars(connection)
        told = Told(state="s", at=FIRST, open_since=None)
        registrars.tell(UNIVERSITY, told)
        registrars.tell(UNIVERSITY, msgspec.structs.replace(told, reminders=2))
        assert registrars.told(UNIVERSITY) == msgspec.structs.replace(told, reminders=2)
        assert registrars.told("0442953W") is None
        first = SignOff(uai=UNIVERSITY, run_id="night-1", batch="b", author="marie", at=FIRST)
        assert registrars.sign(first) == first
        assert registrars.sign(msgspec.structs.replace(first, author="paul")) == first, "the first word stands"
    revert(office.database, "0008")
    migrate(office.database)
    with psycopg.connect(office.database, autocommit=True) as connection:
        assert Registrars(connection).told(UNIVERSITY) is None


@pytest.fixture
def statsd(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A StatsD listener, and Airflow's own client told of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        settings = {"STATSD_ON": "True", "STATSD_HOST": "127.0.0.1", "STATSD_PORT": str(listener.getsockname()[1])}
        for name, value in {**settings, "STATSD_INFLUXDB_ENABLED": "True"}.items():
            monkeypatch.setenv(f"AIRFLOW__METRICS__{name}", value)
        stats.initialize(factory=get_stats_factory(), export_legacy_names=False)
        yield listener
        backend: Any = shared_stats._get_backend()
        backend.statsd.close()
    monkeypatch.undo()
    stats.initialize(factory=get_stats_factory(), export_legacy_names=False)


def test_a_statsd_listener_hears_every_number_of_a_run_with_its_school(statsd: socket.socket) -> None:
    emit_run(a_run_summary(dry_run=True))
    run = a_run_summary()
    emit_run(run)
    expected = 4 + len(Counts.__struct_fields__)
    heard = {statsd.recv(1000).decode() for _ in range(expected)}
    assert {
        "airflow.supdata.runs,uai=0751717J,state=success,light=orange:1|c",
        "airflow.supdata.run_seconds,uai=0751717J:240.0|g",
        "airflow.supdata.to_correct,uai=0751717J:2|g",
        "airflow.supdata.rows.rejected,uai=0751717J:2|g",
        "airflow.supdata.rows.accepted,uai=0751717J:8|g",
        f"airflow.supdata.last_success,uai=0751717J:{run.ended.timestamp()}|g",
    } <= heard
    assert len(heard) == expected
