"""Where students must not be: nights that end well, are refused, crash and stay in doubt, at the level that writes down most.

It comes after the other modules here, whose runs are searched as well; alone, it is enough for itself.
"""

import re
import stat
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
import pytest

from integration.scheduler.conftest import LYCEE, PEGASE, STUDENTS, UNIVERSITY, WRONG_KEY
from integration.scheduler.operating import Operator, Run
from integration.scheduler.outside import ROOM
from integration.scheduler.remains import dump, logs, pages, text_below
from integration.scheduler.traces import Traces
from supdata.cli.demo.results import run_folder
from supdata.sandbox.schools.serving import EXTRACT, Folders

pytestmark = pytest.mark.integration
#: Few enough for the registry not to count as away when it fails for each of them.
IN_DOUBT = 5
LATE_SECONDS = 300.0


@dataclass(frozen=True)
class Night:
    """PEGASE's school runs well, the lycée's database quotes a birth date in an error, some of the university is in doubt."""

    pegase: Run
    crashed: Run
    doubted: Run

    def runs(self) -> tuple[Run, ...]:
        return self.pegase, self.crashed, self.doubted


@pytest.fixture(scope="module")
def night(operator: Operator) -> Night:
    files = Folders(operator.scene.layout.schools)
    export = (files.sftp / EXTRACT).read_text(encoding="latin-1").splitlines(keepends=True)
    (files.sftp / EXTRACT).unlink()
    (files.sftp / "retour").mkdir(exist_ok=True)
    quote_a_birth_date(operator)
    pegase, lycee, university = operator.start(PEGASE), operator.start(LYCEE), operator.start(UNIVERSITY, limit=IN_DOUBT)
    well, crashed = operator.wait_for(pegase, lycee)
    operator.stack.children.wait_until(
        "the notice of a late run", lambda: any(": late" in said for said in operator.outside.notices()), LATE_SECONDS
    )
    operator.stack.registry.fail(error_before=1.0)
    (files.sftp / EXTRACT).write_text("".join(with_other_diplomas(export)), encoding="latin-1")
    (doubted,) = operator.wait_for(university)
    operator.stack.registry.fail()
    for red in (crashed, doubted):
        operator.wait_for_notice(red)
    return Night(well, crashed, doubted)


def quote_a_birth_date(operator: Operator) -> None:
    """Let the lycée's query fail on a value: PostgreSQL's message names it.

    Its server's own log, which names it too, is the school's; here it is one file with those of our databases.
    """
    with psycopg.connect(operator.stack.postgres.url("sis_lycee"), autocommit=True) as connection:
        connection.execute("ALTER DATABASE sis_lycee SET log_min_messages TO fatal")
    file = operator.scene.layout.project / "dags" / "institutions" / f"{LYCEE}.yaml"
    text = file.read_text(encoding="utf-8")
    assert "           e.date_naissance,\n" in text
    file.write_text(text.replace("e.date_naissance,", "CAST(e.date_naissance AS integer) AS date_naissance,"), encoding="utf-8")


def with_other_diplomas(export: list[str]) -> list[str]:
    """Return the university's export with rows before the others that it never had: those of its first students, elsewhere."""
    header = export[0].rstrip("\r\n").split(";")
    place = header.index("COD_SIS_DIP")
    rows = [line.split(";") for line in export[1:] if line.count(";") == len(header) - 1]
    others = [";".join([*row[:place], "9999999", *row[place + 1 :]]) for row in rows[:IN_DOUBT]]
    return [export[0], *others, *export[1:]]


@pytest.fixture(scope="module")
def traces(operator: Operator) -> Traces:
    return Traces(operator.scene.world)


def test_the_night_was_what_it_should_be(night: Night) -> None:
    assert (night.pegase.state, night.crashed.state, night.doubted.state) == ("success", "failed", "failed")
    assert night.crashed.states("extract") == ["failed"]
    assert night.doubted.counts is not None
    assert night.doubted.counts.ambiguous > 0


def test_a_report_that_cannot_be_delivered_is_red_and_told_while_its_run_is_green(operator: Operator, night: Night) -> None:
    assert [run.states("deliver") for run in night.runs()] == [["failed"], ["success"], ["success"]]
    assert night.pegase.state == "success"
    assert night.pegase.tasks["deliver"] == (("failed", 1),), "not tried again: the folder is not there"
    operator.wait_for_notice(night.pegase)
    notices = [one for one in operator.outside.notices() if f"SupData {PEGASE}: failed at deliver (FixConfig)" in one]
    assert [one for one in notices if night.pegase.started.run_id in one]
    assert [one for one in operator.outside.letters("scolarite@") if PEGASE in one], "the other way was gone all the same"


def test_ops_are_told_of_each_red_run_and_of_a_late_one(operator: Operator, night: Night) -> None:
    notices = operator.outside.notices()
    crashed = [one for one in notices if f"SupData {LYCEE}: failed at extract" in one and night.crashed.started.run_id in one]
    doubted = [
        one
        for one in notices
        if f"SupData {UNIVERSITY}: failed at reconcile (TryLater)" in one and night.doubted.started.run_id in one
    ]
    assert (len(crashed), len(doubted)) == (1, 1)
    assert [one for one in notices if f"SupData {UNIVERSITY}: late" in one]
    assert [one for one in operator.outside.letters("ops@example.org") if f"SupData {UNIVERSITY}: failed" in one]


def test_registrars_get_a_letter_and_the_return_folder_the_report_and_the_list(operator: Operator, night: Night) -> None:
    assert operator.outside.letters("scolarite@")
    assert operator.outside.letters("registrar@universite-paris.example")
    retour = Folders(operator.scene.layout.schools).sftp / "retour"
    assert {"rapport.html", "a_corriger.csv"} <= {file.name for file in retour.iterdir()}
    assert not list(retour.glob("*.part"))


def test_every_run_s_numbers_are_heard_with_its_school(operator: Operator, night: Night) -> None:
    heard = set(operator.outside.metrics)
    assert night.pegase.counts is not None
    assert f"airflow.supdata.rows.read,uai={PEGASE}:{night.pegase.counts.read}|g" in heard
    assert [one for one in heard if one.startswith(f"airflow.supdata.runs,uai={UNIVERSITY},state=failed,light=red:")]
    assert f"airflow.supdata.notices,uai={UNIVERSITY},kind=late:1|c" in heard


def test_a_registrar_confirms_a_run_on_its_page_and_no_other_batch(operator: Operator, night: Night) -> None:
    run = night.pegase.started
    place = f"/supdata/schools/{run.dag_id}/runs/{quote(run.run_id, safe='')}/sign-off"
    page = operator.page(place)
    (batch,) = re.findall(rf'action="{re.escape(place)}/([0-9a-f]{{64}})"', page)
    (token,) = re.findall('name="token" value="([^"]+)"', page)
    assert operator.press(f"{place}/{batch}") == 403, "not from the form"
    assert operator.press(f"{place}/{'0' * 64}", token) == 409
    assert operator.press(f"{place}/{batch}", token) == 303
    assert "Confirmé par admin" in operator.page(place)
    file = run_folder(operator.scene.layout.runs, run.uai, run.run_id) / "sign_off" / f"{batch}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_search_finds_students_where_they_may_be(operator: Operator, night: Night, traces: Traces) -> None:
    """In the run folders, in the registry's database and in the school's return folder; the school's own are not ours."""
    runs, registry = text_below(operator.scene.layout.runs), dump(operator, "registry")
    assert len(traces.numbers_in(runs)) > STUDENTS
    assert len(traces.births_in(runs)) > STUDENTS / 2
    assert traces.births_in(registry) == traces.births
    assert traces.names_in(dump(operator, "sis_lycee")) == set(traces.names)


def test_no_student_is_in_a_log(operator: Operator, night: Night, traces: Traces) -> None:
    text = logs(operator)
    assert "push.chunk_done" in text, "task logs are among them"
    assert "path=/api/v2/connections" in text, "the api-server's log is among them"
    assert "Starting the scheduler" in text
    assert "debug" in text.lower()
    assert traces.all_in(text) == set()


@pytest.mark.parametrize("database", ["airflow", "ledger"])
def test_no_student_is_in_the_database_of_airflow_or_of_the_ledger(
    operator: Operator, night: Night, traces: Traces, database: str
) -> None:
    text = dump(operator, database)
    assert "INSERT INTO" in text
    assert traces.all_in(text) == set()


def test_no_student_is_in_a_metric_a_notice_or_an_e_mail(operator: Operator, night: Night, traces: Traces) -> None:
    text = operator.outside.text()
    assert "Subject: " in text
    assert "airflow.supdata.rows.read" in text
    assert traces.all_in(text) == set()


def test_no_student_is_on_a_page(operator: Operator, night: Night, traces: Traces) -> None:
    """The work list is no page: it is handed out as a file, to whom it is for."""
    text = pages(operator, *(run.started for run in night.runs()))
    assert "return_value" in text, "what XCom holds is among it"
    assert traces.all_in(text) == set()


def test_no_name_is_even_read(operator: Operator, night: Night, traces: Traces) -> None:
    assert traces.names_in(text_below(operator.scene.layout.runs)) == set()


def test_no_key_and_no_password_is_anywhere_but_in_its_encrypted_connection(operator: Operator, night: Night) -> None:
    passwords = [access.password for access in operator.stack.accesses]
    secrets = [WRONG_KEY, ROOM, *operator.stack.registry_keys.values(), *passwords]
    databases = [dump(operator, name) for name in ("airflow", "ledger")]
    files = [logs(operator), text_below(operator.scene.layout.runs)]
    texts = [*files, *databases, operator.outside.text(), pages(operator, *(run.started for run in night.runs()))]
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []
    with psycopg.connect(operator.stack.postgres.url("airflow")) as connection:
        kept = connection.execute("SELECT count(*) FROM connection WHERE is_encrypted").fetchone()
    # besides these: the mail server, the chat room, the ledger, and its key
    assert kept == (len(operator.stack.registry_keys) + len(passwords) + 4,)
